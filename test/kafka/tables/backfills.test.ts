/** Tables and columns that come while records are produced: filled from the topic, each record once. */
import { describe, expect, test } from 'vitest'
import type { Table, Workspace } from '../../../src-main/workspace/model.ts'
import { query, testBench, untilLive } from '../../support/engines.ts'
import { column, connection, rollup, step, table, topicSource, workspace } from '../../support/workspaces.ts'
import { numbered, untilRead, untilRecords } from '../support/landing.ts'
import { sharedCluster } from '../support/suite.ts'

const bench = testBench()
const cluster = sharedCluster()
const columns = [column('id', 'integer')]

const t = (sql = 'SELECT id FROM input'): Table => table('t', 's', [step('all', sql)])
const copy = table('copy', 's', [step('all', 'SELECT id FROM input')])

function plan(
  folder: string,
  topic: string,
  parts: Partial<Workspace>,
  from: 'earliest' | 'latest' = 'earliest',
) {
  return workspace(folder, {
    connections: [connection('local', cluster.brokers('plaintext'))],
    sources: [topicSource('s', columns, { topics: [topic], from: { kind: from } })],
    tables: [t()],
    store: { mode: 'disk', limitBytes: null, budgetBytes: null },
    ...parts,
  })
}

describe('a workspace that changes while a topic is read', () => {
  test('a table, a column and a rollup over both come under load', async () => {
    const topic = cluster.topicName('changing')
    const folder = bench.folder()
    await cluster.tools.createTopics({ name: topic, partitions: 4 })
    const load = await cluster.tools.startLoad({ topic, partitions: 4, rate: 3000 })
    const engine = await bench.started(plan(folder, topic, {}))
    await untilRecords(engine, 6000)
    const tables = [t('SELECT id, id * 2 AS twice FROM input'), copy]
    const rollups = [
      rollup('r', 't', { rows: 'count(twice)', total: 'sum(twice)' }),
      rollup('c', 'copy', { rows: 'count(*)' }),
    ]
    expect(await engine.change(plan(folder, topic, { tables, rollups }))).toBe(true)
    await untilLive(engine, ({ backfills }) => backfills.length === 0)
    await untilRecords(engine, 15_000)
    const { sent, failed } = await load.stop()
    expect(failed).toBe(0)
    await untilRecords(engine, sent)
    await untilLive(engine, (live) => live.rollups.every(({ rows }) => rows === sent))
    const exact = (name: string): string =>
      `SELECT count(*), count(DISTINCT id), count(DISTINCT _partition || ' ' || _offset) FROM ${name}`
    expect(await query(engine, exact('t'))).toEqual([[sent, sent, sent]])
    expect(await query(engine, exact('copy'))).toEqual([[sent, sent, sent]])
    expect(await query(engine, 'SELECT count(*) FROM t WHERE twice = 2 * id')).toEqual([[sent]])
    expect(await query(engine, 'SELECT r.rows, c.rows FROM r, c')).toEqual([[sent, sent]])
    // Each partition of the new table lies in the order of its offsets.
    const disorder = `SELECT count(*) FROM
      (SELECT _offset - lag(_offset) OVER (PARTITION BY _partition ORDER BY rowid) AS ahead FROM copy) WHERE ahead <> 1`
    expect(await query(engine, disorder)).toEqual([[0]])
  })

  test('what the log no longer has is left out, and rows of it keep NULL', async () => {
    const topic = cluster.topicName('shortened')
    const folder = bench.folder()
    await cluster.tools.createTopics({ name: topic, partitions: 1 })
    await cluster.tools.produce(topic, numbered(0, 100))
    const engine = await bench.started(plan(folder, topic, {}))
    await untilRead(engine)
    await cluster.tools.deleteRecords(topic, 0, 40)
    const tables = [t('SELECT id, id * 2 AS twice FROM input'), copy]
    expect(await engine.change(plan(folder, topic, { tables }))).toBe(true)
    await untilLive(engine, ({ backfills }) => backfills.length === 0)
    expect(
      await query(engine, 'SELECT count(*), count(twice), min(id) FILTER (WHERE twice = 2 * id) FROM t'),
    ).toEqual([[100, 60, 40]])
    expect(await query(engine, 'SELECT count(*), min(id) FROM copy')).toEqual([[60, 40]])
    expect(await query(engine, 'SELECT count(*) FROM sys_gaps')).toEqual([[0]])
  })

  test('a source that began with what came fills columns of its rows, and no new table', async () => {
    const topic = cluster.topicName('latest')
    const folder = bench.folder()
    await cluster.tools.createTopics({ name: topic, partitions: 2 })
    await cluster.tools.produce(topic, numbered(0, 50))
    const engine = await bench.started(plan(folder, topic, {}, 'latest'))
    await untilRead(engine)
    await cluster.tools.produce(topic, numbered(50, 30))
    await untilRecords(engine, 30)
    const tables = [t('SELECT id, id * 2 AS twice FROM input'), copy]
    expect(await engine.change(plan(folder, topic, { tables }, 'latest'))).toBe(true)
    await untilLive(engine, ({ backfills }) => backfills.length === 0)
    await cluster.tools.produce(topic, numbered(80, 5))
    await untilRecords(engine, 35)
    expect(await query(engine, 'SELECT count(*), sum(twice = 2 * id), min(id) FROM t')).toEqual([
      [35, 35, 50],
    ])
    expect(await query(engine, 'SELECT count(*), min(id) FROM copy')).toEqual([[5, 80]])
    expect(await query(engine, 'SELECT table_name, records FROM sys_backfills')).toEqual([['t', 30]])
  })

  test('a topic that is made again while a table waits for its filling is read as a new one', async () => {
    const topic = cluster.topicName('again')
    const folder = bench.folder()
    await cluster.tools.createTopics({ name: topic, partitions: 1 })
    await cluster.tools.produce(topic, numbered(0, 100))
    const engine = await bench.started(plan(folder, topic, {}))
    await untilRead(engine)
    await engine.pause()
    expect(await engine.change(plan(folder, topic, { tables: [t(), copy] }))).toBe(true)
    await cluster.tools.deleteTopics(topic)
    await cluster.tools.createTopics({ name: topic, partitions: 1 })
    await cluster.tools.produce(topic, numbered(1000, 60))
    await engine.resume()
    await untilLive(engine, ({ tables }) => tables.some(({ name, rows }) => name === 't' && rows === 160))
    await untilLive(engine, ({ backfills }) => backfills.length === 0)
    await cluster.tools.produce(topic, numbered(2000, 5))
    await untilRecords(engine, 165)
    const made = 'SELECT count(*), count(DISTINCT id) FROM copy WHERE id >= 1000'
    expect(await query(engine, made)).toEqual([[65, 65]])
  })

  test('a source that read another topic before it was changed fills from the one that it reads', async () => {
    const [before, now] = [cluster.topicName('before'), cluster.topicName('now')]
    const folder = bench.folder()
    await cluster.tools.createTopics({ name: before, partitions: 1 }, { name: now, partitions: 1 })
    await cluster.tools.produce(before, numbered(0, 100))
    await cluster.tools.produce(now, numbered(1000, 60))
    const engine = await bench.started(plan(folder, before, {}))
    await untilRecords(engine, 100)
    expect(await engine.change(plan(folder, now, {}))).toBe(true)
    await untilLive(engine, ({ tables }) => tables[0]?.rows === 160)
    expect(await engine.change(plan(folder, now, { tables: [t(), copy] }))).toBe(true)
    await untilLive(engine, ({ backfills }) => backfills.length === 0)
    expect(await query(engine, 'SELECT count(*), min(id) FROM copy')).toEqual([[60, 1000]])
    expect(await query(engine, 'SELECT records, total FROM sys_backfills')).toEqual([[60, 60]])
  })
})
