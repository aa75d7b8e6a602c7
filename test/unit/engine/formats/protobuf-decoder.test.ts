/** Protobuf to JSON: against what protobufjs writes, and the corners of the wire format by hand. */
import fc from 'fast-check'
import protobuf from 'protobufjs'
import { describe, expect, it } from 'vitest'
import { ProtobufDecoder } from '../../../../src-main/engine/formats/protobuf/protobuf-decoder.ts'
import { ProtobufFile } from '../../../../src-main/engine/formats/protobuf/protobuf-file.ts'
import { ValueMisfit } from '../../../../src-main/engine/formats/value-decoder.ts'

const all = `
syntax = "proto3";
package test.all;
enum Color { NONE = 0; RED = 1; BLUE = -2; }
message Inner { string the_name = 1; Inner deeper = 2; }
message All {
  int32 a_int32 = 1; uint32 a_uint32 = 2; sint32 a_sint32 = 3; fixed32 a_fixed32 = 4; sfixed32 a_sfixed32 = 5;
  int64 a_int64 = 6; uint64 a_uint64 = 7; sint64 a_sint64 = 8; fixed64 a_fixed64 = 9; sfixed64 a_sfixed64 = 10;
  float a_float = 11; double a_double = 12; bool a_bool = 13; string a_string = 14; bytes a_bytes = 15;
  Color a_color = 16; Inner a_inner = 17;
  repeated sint64 longs = 18; repeated string texts = 19; repeated Inner inners = 20; repeated double doubles = 21 [packed = false];
  map<string, int64> by_text = 22; map<int64, Inner> by_long = 23; map<bool, string> by_bool = 24;
  oneof choice { string one = 30; int32 other = 31; }
  optional int32 maybe = 40;
}
`
const file = new ProtobufFile(all, [])
const { root } = protobuf.parse(all, new protobuf.Root(), { keepCase: true })
const type = root.lookupType('test.all.All')

const int64 = fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n)
const uint64 = fc.bigInt(0n, 2n ** 64n - 1n)
const text = fc.string({ unit: 'binary' })

const values = fc.record({
  a_int32: fc.integer(),
  a_uint32: fc.nat({ max: 0xffffffff }),
  a_sint32: fc.integer(),
  a_fixed32: fc.nat({ max: 0xffffffff }),
  a_sfixed32: fc.integer(),
  a_int64: int64,
  a_uint64: uint64,
  a_sint64: int64,
  a_fixed64: uint64,
  a_sfixed64: int64,
  a_float: fc.float(),
  a_double: fc.double(),
  a_bool: fc.boolean(),
  a_string: text,
  a_bytes: fc.uint8Array(),
  a_color: fc.constantFrom(0, 1, -2),
  longs: fc.array(int64),
  texts: fc.array(text),
  doubles: fc.array(fc.double({ noNaN: true, noDefaultInfinity: true })),
})

describe('protobuf', () => {
  it('writes the JSON of what protobufjs has written, every digit', () => {
    fc.assert(
      fc.property(values, (value) => {
        const written = Object.fromEntries(
          Object.entries(value).map(([name, member]) => [name, forWriting(member)]),
        )
        expect(decode(type.encode(written).finish())).toBe(jsonOf(value))
      }),
      { numRuns: 500 },
    )
  })

  it('writes what is absent as its readers see it', () => {
    expect(decode(Uint8Array.of())).toBe(
      '{"a_int32":0,"a_uint32":0,"a_sint32":0,"a_fixed32":0,"a_sfixed32":0,"a_int64":0,"a_uint64":0,"a_sint64":0,' +
        '"a_fixed64":0,"a_sfixed64":0,"a_float":0.0,"a_double":0.0,"a_bool":false,"a_string":"","a_bytes":"",' +
        '"a_color":"NONE","longs":[],"texts":[],"inners":[],"doubles":[],"by_text":{},"by_long":{},"by_bool":{}}',
    )
  })

  it('writes maps, messages and members of a oneof', () => {
    const written = type.encode({
      a_inner: { the_name: 'x', deeper: { the_name: 'y' } },
      inners: [{ the_name: '1' }, {}],
      by_text: { b: 5, a: 6 },
      by_bool: { true: 'yes' },
      other: 7,
      maybe: 0,
    })
    expect(JSON.parse(decode(written.finish()))).toMatchObject({
      a_inner: { the_name: 'x', deeper: { the_name: 'y' } },
      inners: [{ the_name: '1' }, { the_name: '' }],
      by_text: { b: 5, a: 6 },
      by_bool: { true: 'yes' },
      other: 7,
      maybe: 0,
    })
  })

  describe('on the wire', () => {
    const small = (schema: string, ...bytes: number[]): string => {
      const decoder = new ProtobufDecoder(new ProtobufFile(`syntax = "proto3"; ${schema}`, []).messageAt([0]))
      const block = Uint8Array.from([9, 9, ...bytes, 9])
      decoder.decode(block, 2, 2 + bytes.length)
      return new TextDecoder().decode(decoder.bytes.subarray(0, decoder.end))
    }

    it.each([
      [
        'passes over fields that the schema does not have',
        'message M { int32 a = 1; }',
        [0x10, 5, 8, 3, 0x1b, 0x20, 1, 0x1c],
        '{"a":3}',
      ],
      ['takes the last of a field', 'message M { int32 a = 1; }', [8, 1, 8, 2], '{"a":2}'],
      [
        'takes the last member of a oneof',
        'message M { oneof o { int32 a = 1; int32 b = 2; } }',
        [0x10, 2, 8, 1],
        '{"a":1}',
      ],
      [
        'joins the pieces of a message',
        'message M { N n = 1; } message N { int32 a = 1; int32 b = 2; }',
        [0x0a, 2, 8, 1, 0x0a, 2, 0x10, 2],
        '{"n":{"a":1,"b":2}}',
      ],
      [
        'joins packed and single items',
        'message M { repeated int32 a = 1; string b = 2; }',
        [0x0a, 2, 1, 2, 0x12, 1, 0x78, 8, 3, 0x0a, 1, 4],
        '{"a":[1,2,3,4],"b":"x"}',
      ],
      [
        'takes the last entry of a key',
        'message M { map<int32, int32> m = 1; }',
        [0x0a, 4, 8, 1, 0x10, 2, 0x0a, 4, 8, 1, 0x10, 3],
        '{"m":{"1":3}}',
      ],
      [
        'fills in keys and values of entries',
        'message M { map<string, int32> m = 1; }',
        [0x0a, 0],
        '{"m":{"":0}}',
      ],
      [
        'fills in messages of entries',
        'message M { map<bool, N> m = 1; } message N { int32 a = 1; }',
        [0x0a, 2, 8, 1],
        '{"m":{"true":{"a":0}}}',
      ],
      [
        'gives numbers of enums that have no name',
        'message M { E e = 1; } enum E { A = 0; }',
        [8, 7],
        '{"e":7}',
      ],
      [
        'reads negative int32 of ten bytes',
        'message M { int32 a = 1; }',
        [8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
        '{"a":-1}',
      ],
      ['leaves a field of another wire type aside', 'message M { int32 a = 1; }', [0x0a, 1, 5], '{"a":0}'],
    ])('%s', (_name, schema, bytes, json) => {
      expect(small(schema, ...bytes)).toBe(json)
    })

    it.each([
      ['a tag of field 0', [0, 1], /is no tag of a field/],
      ['a length beyond the end', [0x0a, 5, 1], /field 1 ends early/],
      ['a varint beyond the end', [8, 0x80], /ends early/],
      ['a group that is not closed', [0x13, 8, 1], /group 2 ends early/],
      ['an end of a group without one', [0x0c], /wire type 4/],
      ['text that is not UTF-8', [0x12, 1, 0xff], /not UTF-8/],
    ])('finds %s', (_name, bytes, reason) => {
      expect(() => small('message M { int32 a = 1; string b = 2; }', ...bytes)).toThrow(reason)
    })

    it('never fails otherwise than by a misfit', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
          try {
            JSON.parse(decode(bytes))
          } catch (error) {
            expect(error).toBeInstanceOf(ValueMisfit)
          }
        }),
        { numRuns: 2000 },
      )
    })
  })

  it("writes Google's own types in their own form", () => {
    const source = `
      syntax = "proto3";
      import "google/protobuf/timestamp.proto"; import "google/protobuf/duration.proto";
      import "google/protobuf/wrappers.proto"; import "google/protobuf/struct.proto";
      message M {
        google.protobuf.Timestamp at = 1; google.protobuf.Duration took = 2; google.protobuf.Int64Value count = 3;
        google.protobuf.StringValue none = 4; google.protobuf.Struct any = 5; google.protobuf.BoolValue zero = 6;
      }`
    const own = new ProtobufFile(source, [])
    const all = new protobuf.Root()
    for (const name of ['timestamp', 'duration', 'wrappers', 'struct']) {
      all.addJSON(protobuf.common.get(`google/protobuf/${name}.proto`)?.nested ?? {})
    }
    const message = protobuf.parse(source, all, { keepCase: true }).root.lookupType('M')
    const bytes = message
      .encode({
        at: { seconds: 1709205630, nanos: 5 },
        took: { seconds: -1, nanos: -500000000 },
        count: { value: 12 },
        zero: {},
        any: {
          fields: {
            a: { numberValue: 1.5 },
            b: { nullValue: 0 },
            c: { listValue: { values: [{ boolValue: true }, { stringValue: 'x' }] } },
          },
        },
      })
      .finish()
    const decoder = new ProtobufDecoder(own.messageAt([0]))
    decoder.decode(bytes, 0, bytes.length)
    expect(new TextDecoder().decode(decoder.bytes.subarray(0, decoder.end))).toBe(
      '{"at":"2024-02-29T11:20:30.000000005Z","took":"-1.500000000s","count":12,' +
        '"any":{"a":1.5,"b":null,"c":[true,"x"]},"zero":false}',
    )
  })

  it('reads proto2 with groups, defaults and required fields', () => {
    const source = `
      syntax = "proto2"; package p;
      message M {
        required int32 id = 1; optional string name = 2 [default = "n"]; optional int32 count = 3;
        repeated group Item = 4 { optional int32 size = 5; }
      }`
    const decoder = new ProtobufDecoder(new ProtobufFile(source, []).messageNamed('p.M'))
    decoder.decode(Uint8Array.of(8, 1, 0x23, 0x28, 7, 0x24, 0x23, 0x24), 0, 8)
    expect(new TextDecoder().decode(decoder.bytes.subarray(0, decoder.end))).toBe(
      '{"id":1,"name":"n","item":[{"size":7},{}]}',
    )
  })

  it('finds messages by their place in the file, imports or not', () => {
    const source = `
      syntax = "proto3"; package p; import "other.proto"; import "confluent/meta.proto"; import "nowhere/used.proto";
      message A { message B { int32 x = 1; } message C { Other o = 1; } } message D { int32 y = 1; }`
    const imported = [
      { name: 'other.proto', text: 'syntax = "proto3"; package p; message Other { int32 z = 1; }' },
    ]
    const own = new ProtobufFile(source, imported)
    expect([own.messageAt([0]).name, own.messageAt([0, 1]).name, own.messageAt([1]).name]).toEqual([
      'p.A',
      'p.A.C',
      'p.D',
    ])
    expect(() => own.messageAt([2])).toThrow('the schema has no message at [2]')
  })

  it('says what is wrong with a schema', () => {
    expect(() => new ProtobufFile('message {', [])).toThrow(/illegal/)
    expect(() => new ProtobufFile('syntax = "proto3"; message A { Missing m = 1; }', [])).toThrow(/Missing/)
  })
})

function decode(bytes: Uint8Array): string {
  const decoder = new ProtobufDecoder(file.messageNamed('test.all.All'))
  decoder.decode(bytes, 0, bytes.length)
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
    decoder.bytes.subarray(0, decoder.end),
  )
}

/** Longs as protobufjs takes them. */
function forWriting(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(forWriting)
  return typeof value === 'bigint' ? BigInt.asIntN(64, value).toString() : value
}

function jsonOf(value: Record<string, unknown>): string {
  const order = ['inners', 'by_text', 'by_long', 'by_bool']
  const members: [string, string][] = type.fieldsArray.flatMap(({ name }) => {
    if (name === 'inners') return [[name, '[]']]
    if (order.includes(name)) return [[name, '{}']]
    return name in value ? [[name, memberJson(name, value[name])]] : []
  })
  return `{${members.map(([name, json]) => `"${name}":${json}`).join(',')}}`
}

function memberJson(name: string, value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => memberJson(name, item)).join(',')}]`
  if (value instanceof Uint8Array) return JSON.stringify(Buffer.from(value).toString('base64'))
  if (name === 'a_color') return value === 0 ? '"NONE"' : value === 1 ? '"RED"' : '"BLUE"'
  if (typeof value !== 'number' || !/float|double/.test(name)) {
    return typeof value === 'bigint' ? value.toString() : JSON.stringify(value)
  }
  if (!Number.isFinite(value)) return JSON.stringify(String(value))
  if (Object.is(value, -0)) return '-0.0'
  return Number.isInteger(value) && !String(value).includes('e') ? `${String(value)}.0` : String(value)
}
