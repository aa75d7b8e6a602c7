import { describe, expect, test } from 'vitest'
import type { Engine } from '../../../src-main/engine/engine-api.ts'
import type { Lookup, Workspace } from '../../../src-main/workspace/model.ts'
import { query, testBench, untilLive } from '../../support/engines.ts'
import {
  column,
  connection,
  step,
  table,
  topicLookup,
  topicSource,
  workspace,
} from '../../support/workspaces.ts'
import { untilEvent, untilRecords } from '../support/landing.ts'
import { sharedCluster } from '../support/suite.ts'

const bench = testBench()
const cluster = sharedCluster()
const brokers = cluster.brokers('plaintext')
const customerColumns = [column('name', 'text'), column('age', 'integer', { nullable: false })]

describe('a lookup that is a topic', () => {
  test('is whole before its source runs: the latest row of each key, and none where a tombstone came last', async () => {
    const [customers, orders] = [cluster.topicName('customers'), cluster.topicName('orders')]
    await cluster.tools.createTopics(
      { name: customers, partitions: 3, config: { 'cleanup.policy': 'compact' } },
      { name: orders },
    )
    await cluster.tools.produce(customers, many(0, 3000))
    await cluster.tools.produce(customers, [
      { key: 'c1', value: '{"name":"new","age":1}' },
      { key: 'c2' },
      { key: 'c3' },
      { key: 'c3', value: '{"name":"again","age":3}' },
    ])
    await cluster.tools.produce(orders, ['c0', 'c1', 'c2', 'c3'].map(order))
    const engine = await bench.started(joining(customers, orders, customerColumns))
    await untilRecords(engine, 4)
    expect(await query(engine, 'SELECT customer, name FROM joined ORDER BY _offset')).toEqual([
      ['c0', 'name 0'],
      ['c1', 'new'],
      ['c2', null],
      ['c3', 'again'],
    ])
    expect(await query(engine, 'SELECT count(*), max(problem) FROM customers, sys_lookups')).toEqual([
      [2999, ''],
    ])
    expect(await query(engine, 'SELECT rows FROM sys_lookups')).toEqual([[2999]])
    await untilEvent(engine, 'lookup-loaded')
  })

  test('follows the topic, also into partitions that are added', async () => {
    const [customers, orders] = [cluster.topicName('customers'), cluster.topicName('orders')]
    await cluster.tools.createTopics({ name: customers }, { name: orders })
    await cluster.tools.produce(customers, [{ key: 'a', value: '{"name":"A","age":1}' }])
    const engine = await bench.started(joining(customers, orders, customerColumns))
    await untilRows(engine, 1)
    await cluster.tools.produce(customers, [
      { key: 'b', value: '{"name":"B","age":2}' },
      { key: 'c', value: '{"name":"C","age":3}' },
    ])
    await untilRows(engine, 3)
    await cluster.tools.produce(customers, [{ key: 'a' }, { key: 'b', value: '{"name":"BB","age":2}' }])
    await untilRows(engine, 2)
    expect(await query(engine, 'SELECT id, name FROM customers ORDER BY id')).toEqual([
      ['b', 'BB'],
      ['c', 'C'],
    ])
    await cluster.tools.addPartitions(customers, 2)
    await cluster.tools.produce(customers, [{ key: 'd', value: '{"name":"D","age":4}', partition: 1 }])
    await untilRows(engine, 3)
  })

  test('leaves out what does not fit as dead letters, which say why', async () => {
    const [customers, orders] = [cluster.topicName('customers'), cluster.topicName('orders')]
    await cluster.tools.createTopics({ name: customers }, { name: orders })
    await cluster.tools.produce(customers, [
      { key: 'a', value: '{"name":"A"}' },
      { key: 'b', value: 'nothing' },
      { value: '{"name":"C","age":3}' },
      { key: 'd', value: '{"name":"D","age":4}', headers: [['h', 'x']] },
    ])
    const engine = await bench.started(joining(customers, orders, customerColumns))
    await untilRows(engine, 1)
    const rows = await query(
      engine,
      `SELECT source, step, "offset", key, kind, reason FROM sys_dead_letters ORDER BY "offset"`,
    )
    expect(rows).toEqual([
      ['customers', 'lookup', 0, 'a', 'missing', 'age: is missing, and the column is not nullable'],
      ['customers', 'lookup', 1, 'b', 'invalid-json', expect.stringMatching(/^the value: /) as string],
      ['customers', 'lookup', 2, null, 'missing', 'id: the record has no key'],
    ])
  })

  test('is waited for, said so, and loaded when its topic is there', async () => {
    const [customers, orders] = [cluster.topicName('customers'), cluster.topicName('orders')]
    await cluster.tools.createTopics({ name: orders })
    await cluster.tools.produce(orders, [order('a')])
    const engine = await bench.started(joining(customers, orders, customerColumns))
    const waiting = await untilLive(
      engine,
      ({ lookups }) => lookups[0]?.problem === `there is no topic ${customers}`,
    )
    expect(waiting.sources[0]).toMatchObject({
      state: 'waiting',
      records: 0,
      reason: 'lookup customers: loading',
    })
    await cluster.tools.createTopics({ name: customers })
    await cluster.tools.produce(customers, [{ key: 'a', value: '{"name":"A","age":1}' }])
    await untilRecords(engine, 1)
    expect(await query(engine, 'SELECT customer, name FROM joined')).toEqual([['a', 'A']])
    expect(await query(engine, 'SELECT problem FROM sys_lookups')).toEqual([['']])
  })

  test('is waited for where steps come to join it while it is loading', async () => {
    const [customers, orders] = [cluster.topicName('customers'), cluster.topicName('orders')]
    await cluster.tools.createTopics({ name: orders })
    const joined = joining(customers, orders, customerColumns)
    const before = {
      ...joined,
      tables: [table('joined', 'in', [step('join', 'SELECT customer FROM input')])],
    }
    const engine = await bench.started(before)
    await cluster.tools.produce(orders, [order('a')])
    await untilRecords(engine, 1)
    expect(await engine.change(joined)).toBe(true)
    await cluster.tools.produce(orders, [order('b'), order('a')])
    const waiting = await untilLive(engine, ({ sources }) => sources[0]?.state === 'waiting')
    expect(waiting.sources[0]).toMatchObject({ records: 1, reason: 'lookup customers: loading' })
    await cluster.tools.createTopics({ name: customers })
    await cluster.tools.produce(customers, [{ key: 'b', value: '{"name":"B","age":1}' }])
    await untilRecords(engine, 3)
    await untilLive(engine, ({ backfills }) => backfills.length === 0)
    expect(await query(engine, 'SELECT customer, name FROM joined ORDER BY _offset')).toEqual([
      ['a', null],
      ['b', 'B'],
      ['a', null],
    ])
    expect(await engine.change(before)).toBe(true)
    expect(await engine.change(joined)).toBe(true)
    await cluster.tools.produce(orders, [order('b')])
    await untilRecords(engine, 4)
    expect(await query(engine, 'SELECT name FROM joined WHERE _offset = 3')).toEqual([['B']])
  })

  test('is not waited for any more by steps that do without it', async () => {
    const [customers, orders] = [cluster.topicName('customers'), cluster.topicName('orders')]
    await cluster.tools.createTopics({ name: orders })
    await cluster.tools.produce(orders, [order('a')])
    const joined = joining(customers, orders, customerColumns)
    const engine = await bench.started(joined)
    await untilLive(engine, ({ sources }) => sources[0]?.state === 'waiting')
    const tables = [table('joined', 'in', [step('join', 'SELECT customer FROM input')])]
    expect(await engine.change({ ...joined, tables })).toBe(true)
    await untilRecords(engine, 1)
    expect(await query(engine, 'SELECT customer FROM joined')).toEqual([['a']])
  })

  test('is loaded anew after a restart, and its dead letters are not doubled', async () => {
    const [customers, orders] = [cluster.topicName('customers'), cluster.topicName('orders')]
    await cluster.tools.createTopics({ name: customers }, { name: orders })
    await cluster.tools.produce(customers, [
      { key: 'a', value: '{"name":"A","age":1}' },
      { key: 'b', value: 'nothing' },
    ])
    const stored = joining(customers, orders, customerColumns, 'disk')
    const first = await bench.started(stored)
    await untilRows(first, 1)
    await first.stop()
    await cluster.tools.produce(customers, [{ key: 'a' }, { key: 'c', value: '{"name":"C","age":3}' }])
    const second = await bench.started(stored)
    await untilEvent(second, 'lookup-loaded')
    await untilLive(
      second,
      ({ events }) => events.filter(({ kind }) => kind === 'lookup-loaded').length === 2,
    )
    expect(await query(second, 'SELECT id FROM customers')).toEqual([['c']])
    expect(await query(second, 'SELECT count(*) FROM sys_dead_letters')).toEqual([[1]])
  })

  test('is loaded anew where its topic is deleted and made again', async () => {
    const [customers, orders] = [cluster.topicName('customers'), cluster.topicName('orders')]
    await cluster.tools.createTopics({ name: customers }, { name: orders })
    await cluster.tools.produce(customers, [{ key: 'a', value: '{"name":"A","age":1}' }])
    const engine = await bench.started(joining(customers, orders, customerColumns))
    await untilRows(engine, 1)
    await cluster.tools.deleteTopics(customers)
    await untilEvent(engine, 'lookup-waits')
    await cluster.tools.createTopics({ name: customers })
    await cluster.tools.produce(customers, [
      { key: 'x', value: '{"name":"X","age":1}' },
      { key: 'y', value: '{"name":"Y","age":2}' },
    ])
    await untilRows(engine, 2)
    expect(await query(engine, 'SELECT id FROM customers ORDER BY id')).toEqual([['x'], ['y']])
  })

  test('takes its columns from the newest records where none are declared', async () => {
    const [customers, orders] = [cluster.topicName('customers'), cluster.topicName('orders')]
    await cluster.tools.createTopics({ name: customers }, { name: orders })
    await cluster.tools.produce(customers, [
      { key: '7', value: '{"name":"A","since":"2024-02-29T10:00:00Z"}' },
    ])
    const engine = await bench.started(joining(customers, orders, null))
    await untilRows(engine, 1)
    expect(await query(engine, 'SELECT id, name, since FROM customers')).toEqual([['7', 'A', 1709200800000]])
  })
})

describe('a source that declares no columns', () => {
  test('takes them from the newest records of each partition, with the key', async () => {
    const topic = cluster.topicName('inferred')
    await cluster.tools.createTopics({ name: topic, partitions: 2 })
    await cluster.tools.produce(topic, [
      { key: 'k', value: '{"id":1,"at":"2024-02-29T10:00:00Z"}', partition: 0 },
      { key: 'l', value: '{"id":2.5,"more":true}', partition: 1 },
      { key: 'm', partition: 1 },
    ])
    const engine = await bench.started(
      workspace(bench.folder(), {
        connections: [connection('local', brokers)],
        sources: [topicSource('in', null, { topics: [topic] })],
        tables: [table('landed', 'in', [step('all', 'SELECT * FROM input')])],
      }),
    )
    const used = engine.sourceColumns.get('in')
    expect(used?.columns.map(({ name, type, from }) => [name, type, from])).toEqual([
      ['key', 'text', 'key'],
      ['id', 'real', 'value'],
      ['at', 'timestamp', 'value'],
      ['more', 'boolean', 'value'],
    ])
    await untilRecords(engine, 3)
    expect(await query(engine, 'SELECT key, id, more FROM landed ORDER BY key')).toEqual([
      ['k', { r: '1.0' }, null],
      ['l', 2.5, 1],
      ['m', null, null],
    ])
  })

  test('says what is missing where there are no records', async () => {
    const topic = cluster.topicName('empty')
    await cluster.tools.createTopics({ name: topic })
    const empty = workspace(bench.folder(), {
      connections: [connection('local', brokers)],
      sources: [topicSource('in', null, { topics: [topic] })],
      tables: [table('landed', 'in', [step('all', 'SELECT * FROM input')])],
    })
    await expect(bench.started(empty)).rejects.toMatchObject({
      code: 'SOURCE_UNREADABLE',
      message: `source in: no columns can be inferred: there are no records in ${topic}. Declare \`columns:\``,
    })
  })
})

function joining(
  customers: string,
  orders: string,
  columns: Lookup['columns'],
  mode: Workspace['store']['mode'] = 'memory',
): Workspace {
  const sql = 'SELECT customer, name FROM input LEFT JOIN customers ON id = customer'
  return workspace(bench.folder(), {
    connections: [connection('local', brokers)],
    sources: [topicSource('in', [column('customer', 'text')], { topics: [orders] })],
    lookups: [topicLookup('customers', 'id', columns, { topic: customers })],
    tables: [table('joined', 'in', [step('join', sql)])],
    store: { mode, limitBytes: null, budgetBytes: null },
  })
}

function untilRows(engine: Engine, rows: number) {
  return untilLive(engine, ({ lookups }) => lookups[0]?.rows === rows && lookups[0].loadedAt !== null)
}

function order(customer: string) {
  return { value: JSON.stringify({ customer }) }
}

function many(from: number, count: number) {
  return Array.from({ length: count }, (_, index) => {
    const number = from + index
    return { key: `c${String(number)}`, value: `{"name":"name ${String(number)}","age":${String(number)}}` }
  })
}
