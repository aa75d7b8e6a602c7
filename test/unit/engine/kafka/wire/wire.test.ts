import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppError } from '#contract/errors.ts'
import { WireReader } from '../../../../../src-main/engine/kafka/wire/wire-reader.ts'
import { WireWriter } from '../../../../../src-main/engine/kafka/wire/wire-writer.ts'

type Field =
  | { kind: 'boolean'; value: boolean }
  | { kind: 'int8' | 'int16' | 'int32' | 'uvarint'; value: number }
  | { kind: 'int64'; value: bigint }
  | { kind: 'string'; value: string }
  | { kind: 'nullableString'; value: string | null }
  | { kind: 'nullableBytes'; value: Uint8Array | null }
  | { kind: 'array'; value: readonly string[] }
  | { kind: 'tags' }

const text = fc.string({ unit: 'binary', maxLength: 300 })
const signed = (bits: number): fc.Arbitrary<number> =>
  fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 })
const field: fc.Arbitrary<Field> = fc.oneof(
  fc.record({ kind: fc.constant('boolean' as const), value: fc.boolean() }),
  fc.record({ kind: fc.constant('int8' as const), value: signed(8) }),
  fc.record({ kind: fc.constant('int16' as const), value: signed(16) }),
  fc.record({ kind: fc.constant('int32' as const), value: signed(32) }),
  fc.record({ kind: fc.constant('uvarint' as const), value: fc.nat({ max: 2 ** 31 - 1 }) }),
  fc.record({
    kind: fc.constant('int64' as const),
    value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  }),
  fc.record({ kind: fc.constant('string' as const), value: text }),
  fc.record({ kind: fc.constant('nullableString' as const), value: fc.option(text) }),
  fc.record({
    kind: fc.constant('nullableBytes' as const),
    value: fc.option(fc.uint8Array({ maxLength: 2000 })),
  }),
  fc.record({ kind: fc.constant('array' as const), value: fc.array(text, { maxLength: 5 }) }),
  fc.record({ kind: fc.constant('tags' as const) }),
)

function write(writer: WireWriter, one: Field): void {
  switch (one.kind) {
    case 'boolean':
      writer.boolean(one.value)
      return
    case 'int64':
      writer.int64(one.value)
      return
    case 'string':
      writer.string(one.value)
      return
    case 'nullableString':
      writer.nullableString(one.value)
      return
    case 'nullableBytes':
      writer.nullableBytes(one.value)
      return
    case 'array':
      writer.array(one.value, (item) => writer.string(item))
      return
    case 'tags':
      writer.tags()
      return
    default:
      writer[one.kind](one.value)
  }
}

function read(reader: WireReader, { kind }: Field): Field {
  switch (kind) {
    case 'boolean':
      return { kind, value: reader.boolean() }
    case 'int64':
      return { kind, value: reader.int64() }
    case 'string':
      return { kind, value: reader.string() }
    case 'nullableString':
      return { kind, value: reader.nullableString() }
    case 'nullableBytes': {
      const bytes = reader.nullableBytes()
      return { kind, value: bytes === null ? null : Uint8Array.from(bytes) }
    }
    case 'array':
      return { kind, value: reader.array(() => reader.string()) }
    case 'tags':
      reader.tags()
      return { kind }
    default:
      return { kind, value: reader[kind]() }
  }
}

function encoded(fields: readonly Field[], flexible: boolean): Uint8Array {
  const writer = new WireWriter(flexible)
  for (const one of fields) write(writer, one)
  return writer.bytes
}

describe.each([
  ['fixed', false],
  ['flexible', true],
])('%s fields', (_, flexible) => {
  it('are read as they were written', () => {
    fc.assert(
      fc.property(fc.array(field, { maxLength: 30 }), (fields) => {
        const reader = new WireReader(encoded(fields, flexible), flexible)
        expect(fields.map((one) => read(reader, one))).toEqual(fields)
        expect(reader.left).toBe(0)
      }),
    )
  })

  it('that are cut off are told, whatever is missing', () => {
    const some = fc.array(
      field.filter(({ kind }) => kind !== 'tags'),
      { minLength: 1, maxLength: 6 },
    )
    fc.assert(
      fc.property(some, fc.nat(), (fields, cut) => {
        const whole = encoded(fields, flexible)
        const reader = new WireReader(whole.subarray(0, cut % whole.length), flexible)
        expect(() => fields.map((one) => read(reader, one))).toThrow(AppError)
      }),
    )
  })

  it('never read past their end, whatever the bytes are', () => {
    const kinds = fc.array(field, { minLength: 1, maxLength: 10 })
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), kinds, (bytes, fields) => {
        const reader = new WireReader(bytes, flexible)
        try {
          for (const one of fields) read(reader, one)
        } catch (error) {
          expect(error).toBeInstanceOf(AppError)
        }
        expect(reader.at).toBeLessThanOrEqual(bytes.length)
      }),
    )
  })

  it('have arrays that are null, which are read as empty', () => {
    const { bytes } = new WireWriter(flexible).array(null, () => undefined)
    expect(new WireReader(bytes, flexible).array(() => 0)).toEqual([])
  })
})

describe('what the protocol fixes', () => {
  it.each([
    [false, [0x00, 0x02, 0x68, 0x69]],
    [true, [0x03, 0x68, 0x69]],
  ])('a text, flexible %s', (flexible, expected) => {
    expect([...new WireWriter(flexible).string('hi').bytes]).toEqual(expected)
  })

  it.each([
    [0, [0]],
    [127, [0x7f]],
    [128, [0x80, 0x01]],
    [300, [0xac, 0x02]],
    [0xffffffff, [0xff, 0xff, 0xff, 0xff, 0x0f]],
  ])('the unsigned varint %i', (value, expected) => {
    const { bytes } = new WireWriter(true).uvarint(value)
    expect([...bytes]).toEqual(expected)
    expect(new WireReader(bytes, true).uvarint()).toBe(value)
  })

  it('tagged fields that are not known are skipped', () => {
    const bytes = Uint8Array.of(2, 0, 3, 1, 2, 3, 9, 1, 0xff, 0x7f)
    const reader = new WireReader(bytes, true)
    reader.tags()
    expect(reader.int8()).toBe(0x7f)
  })

  it('identifiers are told as hexadecimal', () => {
    const bytes = Uint8Array.from({ length: 16 }, (_, index) => index * 16 + index)
    expect(new WireReader(bytes, true).uuid()).toBe('00112233445566778899aabbccddeeff')
  })

  it.each([
    ['a text that may not be null', () => new WireReader(Uint8Array.of(0xff, 0xff), false).string()],
    ['a varint of more than 32 bits', () => new WireReader(new Uint8Array(6).fill(0xff), true).uvarint()],
    [
      'an array that is longer than what holds it',
      () => new WireReader(Uint8Array.of(0x7f, 0xff, 0xff, 0xff), false).array(() => 0),
    ],
  ])('%s is refused', (_, act) => {
    expect(act).toThrow(/^the broker's response cannot be read: /u)
  })
})
