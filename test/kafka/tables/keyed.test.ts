import { describe, expect, test } from 'vitest'
import type { Workspace } from '../../../src-main/workspace/model.ts'
import { query, testBench } from '../../support/engines.ts'
import { column, connection, step, table, topicSource, workspace } from '../../support/workspaces.ts'
import { untilRead, untilRecords } from '../support/landing.ts'
import { sharedCluster } from '../support/suite.ts'

const bench = testBench()
const cluster = sharedCluster()
const position = { line: 1, column: 1 }
const columns = [
  column('id', 'text', { from: 'key', path: [] }),
  column('name', 'text', { nullable: false }),
  column('version', 'integer'),
]

function latest(folder: string, topic: string): Workspace {
  const key = { columns: ['id'], newestBy: null, deleteWhen: null, position }
  return workspace(folder, {
    connections: [connection('local', cluster.brokers('plaintext'))],
    sources: [topicSource('in', columns, { topics: [topic] })],
    tables: [table('customers', 'in', [step('all', 'SELECT * FROM input')], { key })],
    store: { mode: 'disk', limitBytes: null, budgetBytes: null },
  })
}

const customer = (id: string, name: string, version: number) => ({
  key: id,
  value: JSON.stringify({ name, version }),
})

describe('a table with a key over a compacted topic', () => {
  test('holds the latest record of each key, deletes by tombstones, and goes on after a restart', async () => {
    const topic = cluster.topicName('customers')
    const folder = bench.folder()
    await cluster.tools.createTopics({ name: topic, partitions: 3, config: { 'cleanup.policy': 'compact' } })
    const many = Array.from({ length: 3000 }, (_, index) =>
      customer(`c${String(index % 1000)}`, 'old', index),
    )
    await cluster.tools.produce(topic, many)
    await cluster.tools.produce(topic, [customer('c1', 'new', 1), { key: 'c2' }, { key: 'nobody' }])
    const first = await bench.started(latest(folder, topic))
    await untilRecords(first, 3003)
    await untilRead(first)
    expect(await query(first, "SELECT count(*), sum(name = 'new'), sum(id = 'c2') FROM customers")).toEqual([
      [999, 1, 0],
    ])
    await first.stop()
    await cluster.tools.produce(topic, [
      ...[customer('c2', 'again', 2), { key: 'c3' }, customer('c4', 'changed', 4)],
    ])
    const again = await bench.started(latest(folder, topic))
    const snapshot = await untilRecords(again, 3006)
    expect(snapshot.tables[0]).toMatchObject({ rows: 999, landed: 3003, updated: 2002, deleted: 2, stale: 0 })
    expect(await query(again, "SELECT id, name FROM customers WHERE name <> 'old' ORDER BY id")).toEqual([
      ['c1', 'new'],
      ['c2', 'again'],
      ['c4', 'changed'],
    ])
  })
})
