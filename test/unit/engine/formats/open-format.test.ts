/** Formats without a registry, and formats that are found by what the bytes are. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { MessageFormat } from '#contract/messages.ts'
import type { SourceFormat } from '#contract/workspace.ts'
import { detectFormat } from '../../../../src-main/engine/formats/detect-format.ts'
import { type FormatChoice, openFormat } from '../../../../src-main/engine/formats/open-format.ts'
import { SchemaRegistry } from '../../../../src-main/engine/formats/registry/schema-registry.ts'
import type { ValueFormat } from '../../../../src-main/engine/formats/value-format.ts'
import { FakeRegistry } from './support/fake-registry.ts'

let folder: string
let server: FakeRegistry
let registry: SchemaRegistry

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'penstock-formats-'))
  server = await FakeRegistry.open()
  registry = new SchemaRegistry({ url: server.url, basic: null, tls: null })
})
afterEach(async () => {
  registry.close()
  await server.close()
  await rm(folder, { recursive: true })
})

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('a format without a registry', () => {
  const open = (
    format: SourceFormat,
    file: string | null = null,
    message: string | null = null,
  ): ValueFormat => {
    const schema = file === null ? null : { file: path.join(folder, file), message }
    return openFormat({ format, schema }, { topic: 'orders', registry: null, columns: [] })
  }

  it('takes JSON as it is', async () => {
    expect(await read(open('json'), utf8('{"a": 1}'))).toBe('{"a": 1}')
  })

  it('makes text and bytes strings', async () => {
    expect(await read(open('text'), utf8('a "b"\n\u0001é'))).toBe('"a \\"b\\"\\n\\u0001é"')
    expect(await read(open('bytes'), Uint8Array.of(255, 0))).toBe('"/wA="')
    const format = open('text')
    expect(await read(format, Uint8Array.of(0x61, 0xc3))).toBe('misfit')
    expect(format.misfit.kind).toBe('invalid-utf8')
  })

  it('reads Avro by a file', async () => {
    await writeFile(
      path.join(folder, 'a.avsc'),
      '{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}',
    )
    expect(await read(open('avro', 'a.avsc'), Uint8Array.of(2))).toBe('{"a":1}')
  })

  it('reads Protobuf by a file with imports, any message of it', async () => {
    await writeFile(path.join(folder, 'b.proto'), 'syntax = "proto3"; package p; message B { int32 x = 1; }')
    const text =
      'syntax = "proto3"; package p; import "b.proto"; message A { B b = 1; } message C { int32 y = 1; }'
    await writeFile(path.join(folder, 'a.proto'), text)
    expect(await read(open('protobuf', 'a.proto'), Uint8Array.of(0x0a, 2, 8, 5))).toBe('{"b":{"x":5}}')
    expect(await read(open('protobuf', 'a.proto', 'p.C'), Uint8Array.of(8, 5))).toBe('{"y":5}')
  })

  it('checks JSON by a file', async () => {
    await writeFile(path.join(folder, 's.json'), '{"required":["a"]}')
    const format = open('json-schema', 's.json')
    expect(await read(format, utf8('{"a":1}'))).toBe('{"a":1}')
    expect(await read(format, utf8('{}'))).toBe('misfit')
    expect(format.misfit.reason).toBe("at $: must have required property 'a'")
  })

  it('waits for a file that is not there or no use, and reads it when it is', async () => {
    const format = open('avro', 'late.avsc')
    await expect(format.ready()).rejects.toMatchObject({ code: 'SCHEMA_UNAVAILABLE' })
    await writeFile(path.join(folder, 'late.avsc'), '{')
    await expect(format.ready()).rejects.toThrow(
      /late\.avsc: the schema cannot be used: the schema is not JSON/,
    )
    await writeFile(path.join(folder, 'late.avsc'), '"int"')
    expect(await read(format, Uint8Array.of(2))).toBe('1')
  })

  it('says what is missing', () => {
    expect(() => open('avro')).toThrow(
      'orders: the format avro needs a registry at its connection, or a schema file',
    )
  })
})

describe('a format that is found', () => {
  const detect = (format: MessageFormat = 'auto', own: FormatChoice | null = null) =>
    detectFormat({ format, own, topic: 'orders', registry })

  it.each([
    ['json', utf8('{"a":1}'), '{"a":1}'],
    ['json', utf8('12'), '12'],
    ['text', utf8('hello'), '"hello"'],
    ['text', utf8('{"a":'), '"{\\"a\\":"'],
    ['bytes', Uint8Array.of(1, 2, 3), '"AQID"'],
    ['bytes', Uint8Array.of(0xff, 0x61), '"/2E="'],
    ['text', utf8(''), '""'],
  ])('is %s', async (name, value, json) => {
    const format = detect()
    expect(await read(format, value)).toBe(json)
    expect([format.format, format.problem, format.schema]).toEqual([name, '', null])
  })

  it('is what the schema in front says, and gives the schema', async () => {
    server.schemas.set(5, { schema: '"int"', subject: 'orders-value' })
    const format = detect()
    expect(await read(format, Uint8Array.of(0, 0, 0, 0, 5, 2))).toBe('1')
    expect(format.format).toBe('avro')
    expect(format.schema).toEqual({ id: 5, subject: 'orders-value', type: 'AVRO', text: '"int"' })
  })

  it('is shown otherwise where it cannot be decoded, and says why', async () => {
    const format = detect()
    expect(await read(format, Uint8Array.of(0, 0, 0, 0, 6, 2))).toBe('"AAAAAAYC"')
    expect([format.format, format.problem]).toEqual([
      'bytes',
      `schema 6: the registry ${server.url} has no schema with this id`,
    ])
  })

  it('is that of the source, which may be wrong', async () => {
    server.schemas.set(5, { schema: '"int"' })
    const own = { format: 'avro' as const, schema: null }
    const format = detect('auto', own)
    expect(await read(format, Uint8Array.of(0, 0, 0, 0, 5, 2))).toBe('1')
    expect(await read(format, utf8('{"a":1}'))).toBe('{"a":1}')
    expect([format.format, format.problem]).toEqual([
      'json',
      'the value begins with the byte 0x7b, and not with 0 and the id of a schema',
    ])
  })

  it('is what people ask for, or a misfit', async () => {
    const json = detect('json')
    expect(await read(json, utf8('nothing'))).toBe('misfit')
    expect(json.misfit.kind).toBe('invalid-json')
    const bytes = detect('bytes')
    expect(await read(bytes, utf8('ab'))).toBe('"YWI="')
    expect(bytes.format).toBe('bytes')
  })
})

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
