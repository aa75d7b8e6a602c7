import kafkajs from 'kafkajs'
import { describe, expect, test } from 'vitest'
import { limits } from '../../../src-main/contract/limits.ts'
import { query, testBench } from '../../support/engines.ts'
import { column } from '../../support/workspaces.ts'
import { kcat } from '../support/kcat.ts'
import { idColumns, landing } from '../support/landing-workspace.ts'
import { landedIds, numbered, untilRecords } from '../support/landing.ts'
import { sharedCluster } from '../support/suite.ts'

const { CompressionTypes, Kafka, logLevel, Partitioners } = kafkajs
const bench = testBench()
const cluster = sharedCluster()
const brokers = cluster.brokers('plaintext')
const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const
const many = 5000

async function newTopic(word: string, config: Record<string, string> = {}): Promise<string> {
  const topic = cluster.topicName(word)
  await cluster.tools.createTopics({ name: topic, config })
  return topic
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
}

describe('codecs', () => {
  test.for(codecs)('%s, packed by Java', async (codec) => {
    const topic = await newTopic(`java-${codec}`)
    await cluster.tools.load({ topic, count: many, config: { 'compression.type': codec, 'linger.ms': '50' } })
    const engine = await bench.started(landing(bench.folder(), brokers, [topic]))
    await untilRecords(engine, many)
    expect(await query(engine, 'SELECT count(DISTINCT id), sum(id) FROM landed')).toEqual([
      [many, (many * (many - 1)) / 2],
    ])
  })

  test.for(codecs)('%s, packed by librdkafka', async (codec) => {
    const topic = await newTopic(`kcat-${codec}`)
    const lines = upTo(many).map((id) => `{"id":${id},"pad":"${'x'.repeat(60)}"}\n`)
    await kcat(
      ['-P', '-b', brokers.join(','), '-t', topic, '-z', codec, '-X', 'linger.ms=50'],
      lines.join(''),
    )
    const engine = await bench.started(landing(bench.folder(), brokers, [topic]))
    await untilRecords(engine, many)
    expect(await query(engine, 'SELECT count(DISTINCT id), sum(id) FROM landed')).toEqual([
      [many, (many * (many - 1)) / 2],
    ])
  })

  test('gzip, packed by kafkajs', async () => {
    const topic = await newTopic('kafkajs')
    const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING })
    const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
    await producer.connect()
    const messages = upTo(many).map((id) => ({ value: JSON.stringify({ id }) }))
    await producer.send({ topic, messages, compression: CompressionTypes.GZIP })
    await producer.disconnect()
    const engine = await bench.started(landing(bench.folder(), brokers, [topic]))
    await untilRecords(engine, many)
    expect(await query(engine, 'SELECT count(DISTINCT id), sum(id) FROM landed')).toEqual([
      [many, (many * (many - 1)) / 2],
    ])
  })

  test('several in one topic, one after the other', async () => {
    const topic = await newTopic('mixed')
    for (const [index, codec] of codecs.entries()) {
      await cluster.tools.produce(topic, numbered(index * 10, 10), { 'compression.type': codec })
    }
    const engine = await bench.started(landing(bench.folder(), brokers, [topic]))
    await untilRecords(engine, 50)
    expect(await landedIds(engine)).toEqual(upTo(50))
  })
})

describe('parts of a record', () => {
  const columns = [
    column('id', 'integer', { nullable: false }),
    column('key', 'text', { from: 'key', path: [] }),
    column('trace', 'text', { from: 'header', path: ['trace'] }),
    column('headers', 'json', { from: 'headers', path: [] }),
    column('at', 'timestamp', { from: 'timestamp', path: [] }),
    column('gone', 'boolean', { from: 'tombstone', path: [] }),
  ]

  test('times beyond the year 9999, as of producers that count nanoseconds, count as its end', async () => {
    const topic = await newTopic('nanoseconds', { 'message.timestamp.after.max.ms': '9223372036854775807' })
    for (const timestamp of [1_795_646_317_000_000_000, 2 ** 62, 253_402_300_799_998])
      await cluster.tools.produce(topic, [{ value: '{"id":1}', timestamp }])
    const engine = await bench.started(landing(bench.folder(), brokers, [topic], { columns }))
    await untilRecords(engine, 3)
    expect(await query(engine, 'SELECT at - _timestamp, _timestamp FROM landed ORDER BY 2')).toEqual([
      [0, 253_402_300_799_998],
      [0, 253_402_300_799_999],
      [0, 253_402_300_799_999],
    ])
  })

  test('key, headers with repeated names, timestamp and tombstones are columns', async () => {
    const topic = await newTopic('parts')
    await cluster.tools.produce(topic, [
      {
        key: 'a',
        value: '{"id":1}',
        timestamp: 1_700_000_000_123,
        headers: [
          ['trace', 'first'],
          ['empty', null],
          ['trace', 'second'],
        ],
      },
      { key: 'a', timestamp: 1_700_000_000_124 },
      { value: '{"id":2}', timestamp: 1_700_000_000_125 },
    ])
    const engine = await bench.started(landing(bench.folder(), brokers, [topic], { columns }))
    await untilRecords(engine, 3)
    const sql = 'SELECT id, key, trace, headers, at, gone, _timestamp FROM landed ORDER BY _offset'
    const headers = '[["trace","first"],["empty",null],["trace","second"]]'
    expect(await query(engine, sql)).toEqual([
      [1, 'a', 'second', headers, 1_700_000_000_123, 0, 1_700_000_000_123],
      [null, 'a', null, null, 1_700_000_000_124, 1, 1_700_000_000_124],
      [2, null, null, null, 1_700_000_000_125, 0, 1_700_000_000_125],
    ])
  })

  test('a record that does not fit is a dead letter with its key, headers and bytes', async () => {
    const topic = await newTopic('dead')
    await cluster.tools.produce(topic, [
      { key: 'k', value: '{"id":"one"}', headers: [['h', 'v']] },
      { value: 'no JSON' },
      { value: '{"id":3}' },
    ])
    const engine = await bench.started(landing(bench.folder(), brokers, [topic]))
    await untilRecords(engine, 3)
    expect(await landedIds(engine)).toEqual([3])
    const dead = await engine.deadLetters.list({}, { limit: 10 })
    const found = await Promise.all(dead.map(({ id }) => engine.deadLetters.get(id)))
    expect(
      found.map(({ offset, key, headers, column: name }) => ({ offset, key, headers, name })).toReversed(),
    ).toEqual([
      { offset: '0', key: 'k', headers: '[["h","v"]]', name: 'id' },
      { offset: '1', key: null, headers: null, name: '' },
    ])
  })
})

describe('large records', () => {
  test('one of 20 MB lands, one of 40 MB is a dead letter, and those around them land', async () => {
    const topic = await newTopic('large', { 'max.message.bytes': String(64 * 1024 * 1024) })
    const megabyte = 1024 * 1024
    await cluster.tools.produce(topic, [{ id: 1, fill: 100 }])
    await cluster.tools.produce(topic, [{ id: 2, fill: 20 * megabyte }])
    await cluster.tools.produce(topic, [{ id: 3, fill: 40 * megabyte }], { 'compression.type': 'zstd' })
    await cluster.tools.produce(topic, [{ id: 4, fill: 40 * megabyte }])
    await cluster.tools.produce(topic, [{ id: 5, fill: 20 * megabyte }], { 'compression.type': 'gzip' })
    await cluster.tools.produce(topic, [{ id: 6, fill: 100 }])
    const columns = [...idColumns, column('pad', 'text')]
    const engine = await bench.started(landing(bench.folder(), brokers, [topic], { columns }))
    await untilRecords(engine, 6)
    expect(await query(engine, 'SELECT id, length(pad) > 20000000 FROM landed ORDER BY id')).toEqual([
      [1, 0],
      [2, 1],
      [5, 1],
      [6, 0],
    ])
    const dead = await engine.deadLetters.list({}, { limit: 10 })
    expect(dead.map(({ reason }) => reason)).toEqual(
      Array(2).fill('the value has 40.0 MB; the most is 32.0 MB'),
    )
    const [letter] = dead
    const detail = await engine.deadLetters.get(letter!.id)
    expect(detail.sizeBytes).toBe(40 * megabyte)
    expect(limits.deadLetterBytes).toBeLessThan(detail.sizeBytes)
  })
})
