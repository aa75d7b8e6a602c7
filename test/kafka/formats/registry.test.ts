/** Values with schemas of a real registry (Apicurio), through the engine into tables. */
import avsc from 'avsc'
import protobuf from 'protobufjs'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { Column, SchemaFile, Source, Workspace } from '../../../src-main/workspace/model.ts'
import { query, testBench, untilLive } from '../../support/engines.ts'
import { column, connection, step, table, topicSource, workspace } from '../../support/workspaces.ts'
import { untilRecords } from '../support/landing.ts'
import { freePorts } from '../support/ports.ts'
import { describeRegistry, framed, startRegistry, type TestRegistry } from '../support/registry.ts'
import { sharedCluster } from '../support/suite.ts'

const bench = testBench()
const cluster = sharedCluster()
const brokers = cluster.brokers('plaintext')

describeRegistry('values with schemas of a registry', () => {
  let registry: TestRegistry
  beforeAll(async () => {
    registry = await startRegistry()
  })
  afterAll(() => registry.kill())

  test('Avro: exact, with a new schema in the middle, and what cannot be decoded as dead letters', async () => {
    const topic = await newTopic('avro')
    const fields = [
      { name: 'id', type: 'long' },
      { name: 'at', type: { type: 'long', logicalType: 'timestamp-micros' } },
      { name: 'price', type: { type: 'bytes', logicalType: 'decimal', precision: 20, scale: 2 } },
    ]
    const first = { type: 'record', name: 'Order', namespace: 'shop', fields }
    const note = { name: 'note', type: ['null', 'string'], default: null }
    const second = { ...first, fields: [...fields, note] }
    const ids = [await register(`${topic}-value`, first), await register(`${topic}-value`, second)]
    const micros = 1_709_205_630_123_456
    const [one, two] = [first, second].map((schema) => avsc.Type.forSchema(schema as avsc.Schema))
    const order = { id: 4_503_599_627_370_495, at: micros, price: Buffer.from('0123456789abcdef', 'hex') }
    const values = [
      framed(ids[0] ?? 0, one?.toBuffer(order) ?? Buffer.of()),
      framed(ids[1] ?? 0, two?.toBuffer({ ...order, id: 2, note: 'new' }) ?? Buffer.of()),
      framed(ids[0] ?? 0, Buffer.of(2)),
      framed(4_000_000, Buffer.of(2)),
      Buffer.from('{"id":1}').toString('base64'),
      framed(ids[0] ?? 0, one?.toBuffer({ ...order, id: 3 }) ?? Buffer.of()),
    ]
    await cluster.tools.produce(
      topic,
      values.map((bytes) => ({ bytes })),
    )
    const columns = [
      column('id', 'integer'),
      column('at', 'timestamp'),
      column('price', 'text'),
      column('note', 'text'),
    ]
    const engine = await bench.started(reading(topic, 'avro', columns))
    await untilRecords(engine, 6)
    expect(await query(engine, 'SELECT id, at, price, note FROM landed ORDER BY _offset')).toEqual([
      [4_503_599_627_370_495, 1_709_205_630_123, '819855292164868.95', null],
      [2, 1_709_205_630_123, '819855292164868.95', 'new'],
      [3, 1_709_205_630_123, '819855292164868.95', null],
    ])
    const dead = await query(engine, 'SELECT "offset", kind, reason FROM sys_dead_letters ORDER BY "offset"')
    expect(dead).toEqual([
      [2, 'avro', `schema ${String(ids[0])}: at $.at: the value ends early`],
      [3, 'schema-unknown', `schema 4000000: the registry ${registry.url} has no schema with this id`],
      [4, 'schema-framing', 'the value begins with the byte 0x7b, and not with 0 and the id of a schema'],
    ])
  })

  test('Protobuf: messages by their place, types of other files', async () => {
    const topic = await newTopic('protobuf')
    const dependency =
      'syntax = "proto3"; package shop; message Money { int64 units = 1; string currency = 2; }'
    await registry.register(`${topic}-money`, { schemaType: 'PROTOBUF', schema: dependency })
    const schema =
      'syntax = "proto3"; package shop; import "money.proto"; import "google/protobuf/timestamp.proto"; ' +
      'message Other { int32 x = 1; } message Outer { message Order { int64 id = 1; Money price = 2; google.protobuf.Timestamp at = 3; } }'
    const references = [{ name: 'money.proto', subject: `${topic}-money`, version: 1 }]
    const id = await registry.register(`${topic}-value`, { schemaType: 'PROTOBUF', schema, references })
    const root = protobuf.parse(dependency, new protobuf.Root(), { keepCase: true }).root
    root.addJSON(protobuf.common.get('google/protobuf/timestamp.proto')?.nested ?? {})
    protobuf.parse(schema, root, { keepCase: true })
    const body = root
      .lookupType('shop.Outer.Order')
      .encode({
        id: '9223372036854775807',
        price: { units: 5, currency: 'EUR' },
        at: { seconds: 1_709_205_630 },
      })
      .finish()
    const bytes = [framed(id, body, [4, 2, 0]), framed(id, Uint8Array.of(8, 7), [0]), framed(id, body, [20])]
    await cluster.tools.produce(
      topic,
      bytes.map((value) => ({ bytes: value })),
    )
    const columns = [
      column('id', 'integer'),
      column('price', 'text', { path: ['price', 'currency'] }),
      column('at', 'timestamp'),
      column('x', 'integer'),
    ]
    const engine = await bench.started(reading(topic, 'protobuf', columns))
    await untilRecords(engine, 3)
    expect(await query(engine, 'SELECT CAST(id AS TEXT), price, at, x FROM landed ORDER BY _offset')).toEqual(
      [
        ['9223372036854775807', 'EUR', 1_709_205_630_000, null],
        [null, null, null, 7],
      ],
    )
    expect(await query(engine, 'SELECT kind FROM sys_dead_letters')).toEqual([['schema-framing']])
  })

  test('JSON Schema: what does not fit is a dead letter that says where', async () => {
    const topic = await newTopic('json')
    const schema = '{"type":"object","properties":{"id":{"type":"integer","minimum":1}},"required":["id"]}'
    const id = await registry.register(`${topic}-value`, { schemaType: 'JSON', schema })
    const texts = ['{"id":7}', '{"id":0}', '{}']
    await cluster.tools.produce(
      topic,
      texts.map((text) => ({ bytes: framed(id, Buffer.from(text)) })),
    )
    const engine = await bench.started(reading(topic, 'json-schema', [column('id', 'integer')]))
    await untilRecords(engine, 3)
    expect(await query(engine, 'SELECT id FROM landed')).toEqual([[7]])
    expect(await query(engine, 'SELECT reason FROM sys_dead_letters ORDER BY "offset"')).toEqual([
      [`schema ${String(id)}: at $.id: must be >= 1`],
      [`schema ${String(id)}: at $: must have required property 'id'`],
    ])
  })

  test('columns are found in the values of a format', async () => {
    const topic = await newTopic('inferred')
    const fields = [
      { name: 'id', type: 'long' },
      { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } },
    ]
    const schema = { type: 'record', name: 'R', fields }
    const id = await register(`${topic}-value`, schema)
    const body = avsc.Type.forSchema(schema as avsc.Schema).toBuffer({ id: 1, at: 1_709_205_630_123 })
    await cluster.tools.produce(topic, [{ key: 'k', bytes: framed(id, body) }])
    const engine = await bench.started(reading(topic, 'avro', null))
    await untilRecords(engine, 1)
    expect(await query(engine, 'SELECT key, id, at FROM landed')).toEqual([['k', 1, 1_709_205_630_123]])
  })

  test('a registry that is not there is waited for, and nothing is lost', async () => {
    const topic = await newTopic('waiting')
    const [port = 0] = await freePorts(1)
    const url = `http://127.0.0.1:${String(port)}/apis/ccompat/v7`
    await cluster.tools.produce(topic, [{ bytes: framed(1, Buffer.of(84)) }])
    const columns = [column('value', 'integer', { path: [] })]
    const engine = await bench.started(reading(topic, 'avro', columns, url))
    const { sources } = await untilLive(
      engine,
      ({ sources: [only] }) => only?.reason.includes('registry') === true,
    )
    expect(sources[0]).toMatchObject({ state: 'waiting', records: 0 })
    expect(sources[0]?.reason).toMatch(
      new RegExp(`^schema registry ${url}: schema 1 of topic ${topic}: .*ECONNREFUSED`),
    )
    const late = await startRegistry(port)
    onTestFinished(() => late.kill())
    expect(await late.register(`${topic}-value`, { schema: '"int"' })).toBe(1)
    // An id that came before its schema was there may have been asked for in between; then it is a dead letter.
    await untilRecords(engine, 1)
    await untilLive(engine, ({ sources: [only] }) => only?.state === 'running')
  })

  async function register(subject: string, schema: object): Promise<number> {
    return registry.register(subject, { schema: JSON.stringify(schema) })
  }

  function reading(
    topic: string,
    format: Source['format'],
    columns: readonly Column[] | null,
    url = registry.url,
    schema: SchemaFile | null = null,
  ): Workspace {
    return workspace(bench.folder(), {
      connections: [connection('local', brokers, { registry: { url, basic: null, tls: null } })],
      sources: [topicSource('in', columns, { topics: [topic] }, { format, schema })],
      tables: [table('landed', 'in', [step('all', 'SELECT * FROM input')])],
    })
  }
})

async function newTopic(word: string): Promise<string> {
  const topic = cluster.topicName(word)
  await cluster.tools.createTopics({ name: topic })
  return topic
}
