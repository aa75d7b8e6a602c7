/** Avro to JSON: against avsc and an encoder of our own, and every logical type by hand. */
import avsc from 'avsc'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AvroDecoder } from '../../../../src-main/engine/formats/avro/avro-decoder.ts'
import { readAvroSchema } from '../../../../src-main/engine/formats/avro/avro-schema.ts'
import { ValueMisfit } from '../../../../src-main/engine/formats/value-decoder.ts'
import { wantedPaths } from '../../../../src-main/engine/formats/wanted-paths.ts'
import { column } from './support/column.ts'
import { avroCase, long } from './support/avro-shapes.ts'

describe('avro', () => {
  it('writes the JSON of any value of any schema, every digit', () => {
    fc.assert(
      fc.property(avroCase, ({ schema, bytes, json }) => {
        expect(decode(schema, bytes)).toBe(json)
        expect(() => JSON.parse(json) as unknown).not.toThrow()
      }),
      { numRuns: 1000 },
    )
  })

  it('reads what avsc writes', () => {
    fc.assert(
      fc.property(
        avroCase.filter(({ value }) => value !== undefined),
        ({ schema, value, json }) => {
          const type = avsc.Type.forSchema(JSON.parse(JSON.stringify(schema)) as avsc.Schema, {
            wrapUnions: true,
          })
          expect(decode(schema, [...type.toBuffer(value)])).toBe(json)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('never fails otherwise than by a misfit', () => {
    fc.assert(
      fc.property(avroCase, fc.uint8Array({ maxLength: 200 }), ({ schema }, bytes) => {
        try {
          JSON.parse(decode(schema, [...bytes]))
        } catch (error) {
          expect(error).toBeInstanceOf(ValueMisfit)
        }
      }),
      { numRuns: 1000 },
    )
  })

  it.each([
    [
      { type: 'long', logicalType: 'timestamp-millis' },
      longBytes(1709205630123n),
      '"2024-02-29T11:20:30.123Z"',
    ],
    [{ type: 'long', logicalType: 'timestamp-micros' }, longBytes(-1n), '"1969-12-31T23:59:59.999999Z"'],
    [
      { type: 'long', logicalType: 'timestamp-nanos' },
      longBytes(1709205630123456789n),
      '"2024-02-29T11:20:30.123456789Z"',
    ],
    [{ type: 'long', logicalType: 'local-timestamp-millis' }, longBytes(0n), '"1970-01-01T00:00:00.000"'],
    [
      { type: 'long', logicalType: 'timestamp-micros' },
      longBytes(-(2n ** 63n)),
      '"-290308-12-21T19:59:05.224192Z"',
    ],
    [{ type: 'int', logicalType: 'date' }, longBytes(19782n), '"2024-02-29"'],
    [{ type: 'int', logicalType: 'date' }, longBytes(-719529n), '"-000001-12-31"'],
    [{ type: 'int', logicalType: 'time-millis' }, longBytes(37230005n), '"10:20:30.005"'],
    [{ type: 'long', logicalType: 'time-micros' }, longBytes(86399999999n), '"23:59:59.999999"'],
    [{ type: 'string', logicalType: 'uuid' }, [4, 0x61, 0x62], '"ab"'],
    [{ type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 }, [4, 0x30, 0x39], '123.45'],
    [{ type: 'bytes', logicalType: 'decimal', precision: 9, scale: 4 }, [2, 0xff], '-0.0001'],
    [{ type: 'bytes', logicalType: 'decimal', precision: 9 }, [2, 0x80], '-128'],
    [{ type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 }, [0], '0.00'],
    [{ type: 'bytes', logicalType: 'decimal', precision: 2, scale: 4 }, [2, 0xff], '"/w=="'],
    [
      { type: 'fixed', name: 'D', size: 16, logicalType: 'decimal', precision: 38, scale: 10 },
      [...hex('7fffffffffffffffffffffffffffffff')],
      '17014118346046923173168730371.5884105727',
    ],
    [
      { type: 'fixed', name: 'U', size: 16, logicalType: 'uuid' },
      [...hex('00112233445566778899aabbccddeeff')],
      '"00112233-4455-6677-8899-aabbccddeeff"',
    ],
    [
      { type: 'fixed', name: 'L', size: 12, logicalType: 'duration' },
      [...hex('010000000200000003000000')],
      '{"months":1,"days":2,"milliseconds":3}',
    ],
    [{ type: 'string', logicalType: 'timestamp-millis' }, [2, 0x61], '"a"'],
  ])('%j', (schema, bytes, json) => {
    expect(decode(schema, bytes)).toBe(json)
  })

  it('agrees with the calendar on any instant', () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true }), (date) => {
        const schema = { type: 'long', logicalType: 'timestamp-millis' }
        expect(decode(schema, longBytes(BigInt(date.getTime())))).toBe(JSON.stringify(date))
      }),
    )
  })

  it('gives times as the columns want them', () => {
    const micros = { type: 'long', logicalType: 'timestamp-micros' }
    const schema = {
      type: 'record',
      name: 'R',
      fields: [
        { name: 'ms', type: micros },
        { name: 'us', type: micros },
        { name: 'ns', type: ['null', micros] },
        { name: 'raw', type: micros },
        { name: 'text', type: micros },
        {
          name: 'inner',
          type: {
            type: 'record',
            name: 'I',
            fields: [{ name: 'day', type: { type: 'int', logicalType: 'date' } }],
          },
        },
        { name: 'again', type: 'I' },
      ],
    }
    const time = longBytes(-1709205630123456n)
    const bytes = [...time, ...time, 2, ...time, ...time, ...time, 2, 2]
    const wanted = wantedPaths([
      column('a', 'timestamp', ['ms']),
      column('b', 'timestamp', ['us'], 'us'),
      column('c', 'timestamp', ['ns'], 'ns'),
      column('d', 'integer', ['raw']),
      column('e', 'text', ['text']),
      column('f', 'integer', ['inner', 'day']),
    ])
    const decoder = new AvroDecoder(readAvroSchema(JSON.stringify(schema), [], wanted))
    decoder.decode(Uint8Array.from(bytes), 0, bytes.length)
    expect(new TextDecoder().decode(decoder.bytes.subarray(0, decoder.end))).toBe(
      '{"ms":-1709205630124,"us":-1709205630123456,"ns":-1709205630123456000,"raw":-1709205630123456,' +
        '"text":"1915-11-03T12:39:29.876544Z","inner":{"day":1},"again":{"day":"1970-01-02"}}',
    )
  })

  it('reads records that hold themselves, and names of namespaces', () => {
    const schema = {
      type: 'record',
      name: 'a.b.Node',
      fields: [
        { name: 'value', type: 'int' },
        { name: 'next', type: ['null', 'Node'] },
      ],
    }
    expect(decode(schema, [2, 2, 4, 2, 6, 0])).toBe(
      '{"value":1,"next":{"value":2,"next":{"value":3,"next":null}}}',
    )
  })

  it('takes named types from references', () => {
    const reference = JSON.stringify({ type: 'enum', name: 'x.Color', symbols: ['RED', 'BLUE'] })
    const schema = { type: 'record', name: 'x.Car', fields: [{ name: 'color', type: 'Color' }] }
    const decoder = new AvroDecoder(readAvroSchema(JSON.stringify(schema), [reference]))
    decoder.decode(Uint8Array.of(2), 0, 1)
    expect(new TextDecoder().decode(decoder.bytes.subarray(0, decoder.end))).toBe('{"color":"BLUE"}')
  })

  it.each([
    [
      'a value that ends early',
      { type: 'record', name: 'R', fields: [{ name: 'a', type: 'string' }] },
      [10, 0x61],
      'at $.a: the value ends early',
    ],
    ['bytes that are left', 'int', [2, 2], 'at $: 1 bytes are left after the value'],
    ['a branch that is not there', ['null', 'int'], [4], 'at $: a union has no such branch'],
    [
      'a symbol that is not there',
      { type: 'enum', name: 'E', symbols: ['A'] },
      [2],
      'at $: E has no such symbol',
    ],
    ['a length below zero', { type: 'array', items: 'bytes' }, [2, 1], 'at $[0]: a length below zero'],
    ['a boolean that is none', 'boolean', [2], 'at $: a boolean is 2, and not 0 or 1'],
    [
      'more than 64 bits',
      'long',
      [255, 255, 255, 255, 255, 255, 255, 255, 255, 2],
      'at $: a whole number of more than 64 bits',
    ],
  ])('says where: %s', (_name, schema, bytes, reason) => {
    expect(() => decode(schema, bytes)).toThrow(new ValueMisfit('avro', reason))
  })

  it('bounds depth', () => {
    const schema = { type: 'record', name: 'R', fields: [{ name: 'r', type: 'R' }] }
    expect(() => decode(schema, [0])).toThrow(/nested deeper than 1000/)
  })

  it('bounds items that take no byte', () => {
    expect(() => decode({ type: 'array', items: 'null' }, [...longBytes(2n ** 50n), 0])).toThrow(
      /more items without bytes/,
    )
  })

  it.each([
    [
      '{"type":"record","name":"R","fields":[{"name":"a","type":"Missing"}]}',
      /the type "Missing" is not declared/,
    ],
    ['{"type":"record","name":"R"}', /a record without fields/],
    ['{', /the schema is not JSON/],
    ['{"type":"fixed","name":"F","size":-1}', /is no number of bytes/],
    ['[]', /a union without branches/],
  ])('refuses the schema %s', (text, reason) => {
    expect(() => readAvroSchema(text)).toThrow(reason)
  })
})

function decode(schema: unknown, bytes: readonly number[]): string {
  const decoder = new AvroDecoder(readAvroSchema(JSON.stringify(schema)))
  // Bytes before and after belong to others.
  const block = Uint8Array.from([1, 2, 3, ...bytes, 4, 5, 6])
  decoder.decode(block, 3, 3 + bytes.length)
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
    decoder.bytes.subarray(decoder.start, decoder.end),
  )
}

function longBytes(value: bigint): number[] {
  const bytes: number[] = []
  long(value, bytes)
  return bytes
}

function hex(text: string): Uint8Array {
  return Buffer.from(text, 'hex')
}
