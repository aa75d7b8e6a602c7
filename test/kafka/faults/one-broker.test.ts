import { beforeAll, describe, expect, test } from 'vitest'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
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
import type { TestCluster } from '../support/cluster.ts'
import { landing } from '../support/landing-workspace.ts'
import { landedIds, numbered, untilBegun, untilEvent, untilRecords } from '../support/landing.ts'
import { ownCluster, topicName } from '../support/suite.ts'
import type { TcpProxy } from '../support/tcp-proxy.ts'
import { expectWhole, type UnderLoad, underLoad } from '../support/under-load.ts'

const bench = testBench()
const perSecond = 2000
let cluster: TestCluster
let proxy: TcpProxy

beforeAll(async () => {
  cluster = await ownCluster({ listeners: ['plaintext', 'proxied'] })
  const [only] = cluster.proxies
  if (only === undefined) throw new Error('there is no proxy')
  proxy = only
})

const start = (word: string): Promise<UnderLoad> =>
  underLoad(bench, cluster, word, { listener: 'proxied', rate: perSecond, topic: { partitions: 2 } })

describe('one broker', () => {
  test('is killed and restarted in the middle of a stream', async () => {
    const { engine, count } = await start('killed')
    const [broker] = cluster.nodes
    await broker?.kill()
    await untilLive(engine, ({ sources }) => sources[0]?.state === 'waiting')
    await broker?.start()
    const { sources } = await untilLive(engine, (one) => one.sources[0]?.state === 'running')
    expect(sources[0]?.reason).toBe('')
    expectWhole(await count())
  })

  test('is stopped in order and started again', async () => {
    const { engine, count } = await start('stopped')
    const [broker] = cluster.nodes
    await broker?.stop()
    await untilLive(engine, ({ sources }) => sources[0]?.state === 'waiting')
    await broker?.start()
    await untilLive(engine, ({ sources }) => sources[0]?.state === 'running')
    expectWhole(await count())
  })

  test('is away when the engine starts, and comes', async () => {
    const topic = topicName('away')
    await cluster.tools.createTopics({ name: topic })
    await cluster.tools.load({ topic, count: 1000 })
    const [broker] = cluster.nodes
    await broker?.stop()
    const engine = await bench.started(landing(bench.folder(), cluster.brokers('proxied'), [topic]))
    const { sources, connections } = await untilLive(
      engine,
      (one) => one.sources[0]?.state === 'waiting' && one.connections[0]?.state === 'waiting',
    )
    expect(sources[0]?.reason).not.toBe('')
    expect(connections[0]?.reason).not.toBe('')
    await broker?.start()
    await untilRecords(engine, 1000)
    const after = await untilLive(engine, (one) => one.connections[0]?.state === 'connected')
    expect(after.sources[0]).toMatchObject({ state: 'running', reason: '' })
  })

  test('is away when a lookup of a topic is to load, and comes', async () => {
    const [customers, orders] = [topicName('customers'), topicName('orders')]
    await cluster.tools.createTopics({ name: customers }, { name: orders })
    await cluster.tools.produce(customers, [{ key: 'a', value: '{"name":"A"}' }])
    await cluster.tools.produce(orders, [{ value: '{"customer":"a"}' }])
    const [broker] = cluster.nodes
    await broker?.stop()
    const sql = 'SELECT customer, name FROM input LEFT JOIN customers ON id = customer'
    const engine = await bench.started(
      workspace(bench.folder(), {
        connections: [connection('local', cluster.brokers('proxied'))],
        sources: [topicSource('in', [column('customer', 'text')], { topics: [orders] })],
        lookups: [topicLookup('customers', 'id', [column('name', 'text')], { topic: customers })],
        tables: [table('joined', 'in', [step('join', sql)])],
      }),
    )
    const { lookups, sources } = await untilLive(engine, (one) => one.lookups[0]?.problem !== '')
    expect(lookups[0]).toMatchObject({ loadedAt: null })
    expect(lookups[0]?.problem).toMatch(/^127\.0\.0\.1:\d+: /)
    expect(sources[0]).toMatchObject({ state: 'waiting', records: 0 })
    await broker?.start()
    await untilRecords(engine, 1)
    expect(await query(engine, 'SELECT customer, name FROM joined')).toEqual([['a', 'A']])
    const after = await untilLive(engine, (one) => one.lookups[0]?.problem === '')
    expect(after.lookups[0]).toMatchObject({ rows: 1 })
  })

  test('is away, and the engine can be stopped all the same', async () => {
    const topic = topicName('stop')
    await cluster.tools.createTopics({ name: topic })
    const [broker] = cluster.nodes
    const engine = await bench.started(landing(bench.folder(), cluster.brokers('proxied'), [topic]))
    await untilBegun(engine)
    await broker?.stop()
    await untilLive(engine, ({ sources }) => sources[0]?.state === 'waiting')
    await engine.stop()
    await broker?.start()
    expect((await engine.live.next(null, null)).state).toBe('stopped')
  })

  test('has a batch that is damaged on its disk: a gap with its range, and the rest lands', async () => {
    const topic = topicName('damaged')
    await cluster.tools.createTopics({ name: topic })
    for (const first of [0, 10, 20]) await cluster.tools.produce(topic, numbered(first, 10))
    const [broker] = cluster.nodes
    await broker?.stop()
    spoil(path.join(broker?.folder ?? '', 'data', `${topic}-0`, '00000000000000000000.log'), '{"id":15}')
    await broker?.start()
    const engine = await bench.started(landing(bench.folder(), cluster.brokers('proxied'), [topic]))
    await untilRecords(engine, 20)
    const others = (first: number): number[] => Array.from({ length: 10 }, (_, index) => first + index)
    expect(await landedIds(engine)).toEqual([...others(0), ...others(20)])
    expect(await query(engine, 'SELECT from_offset, to_offset, records FROM sys_gaps')).toEqual([
      [10, 20, 10],
    ])
    await untilLive(engine, ({ sources: [only] }) => only?.state === 'running' && only.reason === '')
  })

  test('has a batch on its disk whose length is damaged: a gap with its range, and the rest lands', async () => {
    const topic = topicName('length')
    // With a place in the index for each batch, the broker finds those behind it; of the damaged one it gives nothing.
    await cluster.tools.createTopics({ name: topic, config: { 'index.interval.bytes': '0' } })
    const keyed = (from: number, count: number) =>
      numbered(from, count).map((record, index) => ({ ...record, key: `k${String(from + index)}` }))
    for (const from of [0, 10, 20]) await cluster.tools.produce(topic, keyed(from, 10))
    const [broker] = cluster.nodes
    await broker?.stop()
    spoilLength(path.join(broker?.folder ?? '', 'data', `${topic}-0`, '00000000000000000000.log'), 10n)
    await broker?.start()
    const folder = bench.folder()
    const workspaceOf = {
      ...landing(folder, cluster.brokers('proxied'), [topic], { store: 'disk' }),
      lookups: [topicLookup('latest', 'name', [column('id', 'integer')], { topic })],
    }
    const first = await bench.started(workspaceOf)
    await untilEvent(first, 'gap')
    await untilRecords(first, 20)
    await untilLive(first, ({ lookups }) => lookups[0]?.rows === 20)
    await cluster.tools.produce(topic, keyed(30, 2))
    await untilLive(first, ({ lookups }) => lookups[0]?.rows === 22)
    await first.stop()
    await cluster.tools.produce(topic, keyed(32, 3))
    const engine = await bench.started(workspaceOf)
    await untilRecords(engine, 25)
    const others = (from: number, count: number): number[] =>
      Array.from({ length: count }, (_, index) => from + index)
    expect(await landedIds(engine)).toEqual([...others(0, 10), ...others(20, 15)])
    expect(await query(engine, 'SELECT from_offset, to_offset, records FROM sys_gaps')).toEqual([
      [10, 20, 10],
    ])
  })
})

/** Says of the batch that begins at an offset that it is longer than its log. */
function spoilLength(file: string, offset: bigint): void {
  const bytes = readFileSync(file)
  let at = 0
  while (bytes.readBigInt64BE(at) !== offset) at += 12 + bytes.readInt32BE(at + 8)
  bytes.writeInt32BE(bytes.length, at + 8)
  writeFileSync(file, bytes)
}

/** Changes one byte of a value in a segment of a log. */
function spoil(file: string, value: string): void {
  const bytes = readFileSync(file)
  const at = bytes.indexOf(value)
  if (at < 0) throw new Error(`${file} does not hold ${value}`)
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
  writeFileSync(file, bytes)
}

describe('the network', () => {
  test('is cut for a while', async () => {
    const { engine, count } = await start('cut')
    proxy.cut()
    await untilLive(engine, ({ sources }) => sources[0]?.state === 'waiting')
    proxy.restore()
    await untilLive(engine, ({ sources }) => sources[0]?.state === 'running')
    expectWhole(await count())
  })

  test('swallows everything for a while', async () => {
    const { engine, count } = await start('swallowed')
    proxy.blackHole()
    await untilLive(engine, ({ sources }) => sources[0]?.state === 'waiting')
    proxy.restore()
    await untilLive(engine, ({ sources }) => sources[0]?.state === 'running')
    expectWhole(await count())
  })

  test('is slow, and cuts every twentieth connection', async () => {
    const { engine, count } = await start('slow')
    proxy.delayMs = 250
    proxy.cutShare = 0.05
    await untilLive(engine, () => proxy.cuts >= 2)
    const before = (await engine.live.next(null, null)).sources[0]?.records ?? 0
    await untilRecords(engine, before + perSecond)
    proxy.restore()
    expectWhole(await count())
  })
})
