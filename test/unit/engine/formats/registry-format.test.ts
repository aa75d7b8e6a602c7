/** Values with the id of a schema in front, against a registry that also fails. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RegistryFormat } from '../../../../src-main/engine/formats/registry-format.ts'
import { SchemaRegistry } from '../../../../src-main/engine/formats/registry/schema-registry.ts'
import type { SchemaType } from '../../../../src-main/engine/formats/registry/registered-schema.ts'
import type { ValueFormat } from '../../../../src-main/engine/formats/value-format.ts'
import { FakeRegistry } from './support/fake-registry.ts'

const record = (fields: string): string => `{"type":"record","name":"R","fields":[${fields}]}`
const intField = (name: string): string => `{"name":"${name}","type":"int"}`

let server: FakeRegistry
let registry: SchemaRegistry

beforeEach(async () => {
  server = await FakeRegistry.open()
  registry = new SchemaRegistry({ url: server.url, basic: null, tls: null })
  server.schemas.set(1, { schema: record(intField('a')), subject: 'orders-value' })
})
afterEach(async () => {
  registry.close()
  await server.close()
})

const open = (type: SchemaType | null = 'AVRO', nowMs = (): number => 0): RegistryFormat =>
  new RegistryFormat({ registry, topic: 'orders', type, wanted: null, nowMs })

describe('a format with a registry', () => {
  it('fetches a schema once, and takes a new one in the middle', async () => {
    server.schemas.set(300, { schema: record(`${intField('a')},${intField('b')}`), subject: 'orders-value' })
    const format = open()
    expect(format.decode(framed(1, 2), 0, 6)).toBe('wait')
    expect(await read(format, framed(1, 2))).toBe('{"a":1}')
    expect(await read(format, framed(300, 2, 4))).toBe('{"a":1,"b":2}')
    expect(await read(format, framed(1, 6))).toBe('{"a":3}')
    expect(format.schema).toEqual(expect.objectContaining({ id: 1, subject: 'orders-value', type: 'AVRO' }))
    expect(server.asked.filter((path) => !path.endsWith('/versions'))).toEqual([
      '/schemas/ids/1',
      '/schemas/ids/300',
    ])
  })

  it('asks once for those who ask at the same time', async () => {
    server.hold()
    const asked = Promise.all([registry.schema(1, 'orders'), registry.schema(1, 'orders')])
    server.release()
    const [first, second] = await asked
    expect(first).toBe(second)
    expect(server.asked).toEqual(['/schemas/ids/1', '/schemas/ids/1/versions'])
  })

  it('gives up a record with an id that the registry does not know, and asks again later', async () => {
    let nowMs = 0
    const format = open('AVRO', () => nowMs)
    expect(await read(format, framed(9, 2))).toBe('misfit')
    expect(format.misfit).toEqual({
      kind: 'schema-unknown',
      reason: `the registry ${server.url} has no schema with this id`,
      schemaId: 9,
    })
    server.schemas.set(9, { schema: '"int"' })
    expect(await read(format, framed(9, 2))).toBe('misfit')
    nowMs = 60_000
    expect(await read(format, framed(9, 2))).toBe('1')
  })

  it.each([
    [503, '{"error_code":50302,"message":"not now"}', 'it answers 503: not now'],
    [401, '{"error_code":40101,"message":"Unauthorized"}', 'it refuses the credentials (401): Unauthorized'],
    [403, '', 'it does not allow this to these credentials (403)'],
    [404, '<html>', 'it answers 404'],
    [301, '', 'it sends elsewhere (301); give its final address'],
    [200, '<html>', 'it answers, but not as a schema registry does'],
  ])('waits where the registry answers %i', async (status, body, why) => {
    server.answer = { status, body }
    const format = open()
    expect(format.decode(framed(1, 2), 0, 6)).toBe('wait')
    await expect(format.ready()).rejects.toMatchObject({
      code: 'SCHEMA_UNAVAILABLE',
      message: `schema registry ${server.url}: schema 1 of topic orders: ${why}`,
    })
    server.answer = null
    expect(await read(format, framed(1, 2))).toBe('{"a":1}')
  })

  it('waits where nobody listens, and shows no password', async () => {
    const { url } = server
    await server.close()
    const base = url.replace('http://', 'http://me:hidden@')
    const gone = new SchemaRegistry({ url: base, basic: null, tls: null })
    await expect(gone.schema(1, '')).rejects.toMatchObject({
      code: 'SCHEMA_UNAVAILABLE',
      message: expect.stringMatching(
        /^schema registry http:\/\/127\.0\.0\.1:\d+: schema 1: .*ECONNREFUSED/,
      ) as string,
    })
    gone.close()
  })

  it('ends waiting when it is told to, while the request goes on for others', async () => {
    server.hold()
    const format = open()
    format.decode(framed(1, 2), 0, 6)
    const ending = new AbortController()
    const ready = format.ready(ending.signal)
    const other = registry.schema(1, 'orders')
    ending.abort(new Error('stop'))
    await expect(ready).rejects.toThrow('stop')
    server.release()
    expect(await other).toMatchObject({ id: 1 })
  })

  it('proves who it is', async () => {
    server.authorization = `Basic ${Buffer.from('me:secret').toString('base64')}`
    const own = new SchemaRegistry({
      url: server.url,
      basic: { username: 'me', password: 'secret' },
      tls: null,
    })
    expect(await own.schema(1, 'orders')).toMatchObject({ id: 1 })
    own.close()
  })

  it('fetches what schemas refer to, in the order of need', async () => {
    server.schemas.set(2, { schema: '{"type":"enum","name":"C","symbols":["RED"]}', subject: 'color' })
    server.schemas.set(3, {
      schema: record('{"name":"c","type":"C"}').replace('"R"', '"Car"'),
      subject: 'car',
      references: [{ name: 'C', subject: 'color', version: 1 }],
    })
    server.schemas.set(4, {
      schema: record('{"name":"car","type":"Car"}'),
      references: [{ name: 'Car', subject: 'car', version: 1 }],
    })
    expect(await read(open(), framed(4, 0))).toBe('{"car":{"c":"RED"}}')
    server.schemas.set(5, { schema: '"int"', references: [{ name: 'X', subject: 'gone', version: 3 }] })
    await expect(registry.schema(5, 'orders')).rejects.toMatchObject({
      code: 'SCHEMA_UNAVAILABLE',
      message: `schema registry ${server.url}: schema 5 of topic orders: reference X, subject gone version 3: the registry does not have it`,
    })
  })

  it('reads Protobuf by the place of its message', async () => {
    server.schemas.set(7, {
      schemaType: 'PROTOBUF',
      schema: `syntax = "proto3"; import "dep.proto"; message A { int32 a = 1; } message B { message C { Dep d = 1; } }`,
      references: [{ name: 'dep.proto', subject: 'dep', version: 1 }],
    })
    server.schemas.set(8, {
      schemaType: 'PROTOBUF',
      schema: 'syntax = "proto3"; message Dep { int64 id = 1; }',
      subject: 'dep',
    })
    const format = open('PROTOBUF')
    expect(await read(format, framed(7, 0, 8, 5))).toBe('{"a":5}')
    expect(await read(format, framed(7, 2, 0, 8, 6))).toBe('{"a":6}')
    expect(await read(format, framed(7, 4, 2, 0, 0x0a, 2, 8, 7))).toBe('{"d":{"id":7}}')
    expect(await read(format, framed(7, 2, 8))).toBe('misfit')
    expect(format.misfit).toEqual({
      kind: 'protobuf',
      reason: 'the schema has no message at [4]',
      schemaId: 7,
    })
    expect(await read(format, framed(7, 0x80))).toBe('misfit')
    expect(format.misfit.kind).toBe('schema-framing')
  })

  it('checks JSON against its schema', async () => {
    const schema = '{"type":"object","properties":{"a":{"type":"integer"}},"additionalProperties":false}'
    server.schemas.set(6, { schemaType: 'JSON', schema })
    const format = open('JSON')
    const json = (text: string): Uint8Array => framed(6, ...new TextEncoder().encode(text))
    expect(await read(format, json('{"a":12345678901234567890}'))).toBe('{"a":12345678901234567890}')
    expect(await read(format, json('{"a":"x"}'))).toBe('misfit')
    expect(format.misfit).toEqual({ kind: 'json-schema', reason: 'at $.a: must be integer', schemaId: 6 })
    expect(await read(format, json('{"b":1}'))).toBe('misfit')
    expect(format.misfit.reason).toBe('at $: must NOT have additional properties: "b"')
    expect(await read(format, json('{"a":'))).toBe('misfit')
    expect(format.misfit.kind).toBe('invalid-json')
  })

  it('says why a record is none of its format', async () => {
    server.schemas.set(11, { schemaType: 'JSON', schema: '{}' })
    server.schemas.set(12, { schema: '{"type":"record"}', subject: 'orders-value' })
    const format = open()
    const misfits = []
    for (const value of [
      new TextEncoder().encode('{"a":1}'),
      Uint8Array.of(0, 1),
      framed(11),
      framed(12),
      framed(1, 2, 9),
    ]) {
      expect(await read(format, value)).toBe('misfit')
      misfits.push(format.misfit)
    }
    expect(misfits).toEqual([
      {
        kind: 'schema-framing',
        reason: 'the value begins with the byte 0x7b, and not with 0 and the id of a schema',
        schemaId: null,
      },
      {
        kind: 'schema-framing',
        reason: "the value has 2 bytes; a schema's id in front of it takes 5",
        schemaId: null,
      },
      { kind: 'schema-type', reason: 'its type is JSON, and AVRO is wanted', schemaId: 11 },
      {
        kind: 'schema-invalid',
        reason: 'the schema of subject orders-value cannot be used: a named type without a name',
        schemaId: 12,
      },
      { kind: 'avro', reason: 'at $: 1 bytes are left after the value', schemaId: 1 },
    ])
  })

  it('finds the schemas of a topic', async () => {
    expect(await registry.topicSchemas('orders')).toEqual([
      {
        part: 'value',
        schema: expect.objectContaining({ id: 1, subject: 'orders-value', version: 1 }) as object,
      },
    ])
  })
})

/** JSON of a value, once what it waits for is there, or "misfit". */
async function read(format: ValueFormat, value: Uint8Array): Promise<string> {
  let outcome = format.decode(value, 0, value.length)
  if (outcome === 'wait') {
    await format.ready()
    outcome = format.decode(value, 0, value.length)
  }
  return outcome === 'json'
    ? new TextDecoder().decode(format.bytes.subarray(format.start, format.end))
    : outcome
}

function framed(id: number, ...body: number[]): Uint8Array {
  return Uint8Array.of(0, id >>> 24, (id >> 16) & 255, (id >> 8) & 255, id & 255, ...body)
}
