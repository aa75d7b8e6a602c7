import Database from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { JsonbWriter } from '../../../../src-main/engine/batch/jsonb-writer.ts'
import { RecordDecoder } from '../../../../src-main/engine/ingest/record-decoder.ts'
import type { Column } from '../../../../src-main/workspace/model.ts'

type ColumnType = Column['type']

function column(type: ColumnType, extra: Partial<Column> = {}): Column {
  return {
    name: 'v',
    from: 'value',
    path: ['v'],
    type,
    nullable: true,
    default: null,
    format: null,
    unit: 'ms',
    ...extra,
  }
}

const database = new Database(':memory:')
const read = database
  .prepare(`SELECT value ->> '$[0]' AS v, typeof(value ->> '$[0]') AS t FROM jsonb_each(?)`)
  .safeIntegers()

/** The column's value as SQLite has it, with its type; or the reason why there is none. */
function decoded(value: string | Uint8Array, of: Column): unknown {
  const bytes = typeof value === 'string' ? new TextEncoder().encode(`{"v":${value}}`) : value
  const decoder = new RecordDecoder([of], null, null)
  const writer = new JsonbWriter()
  if (!decoder.scan(bytes, 0, bytes.length)) return decoder.misfit.reason
  writer.beginRow()
  if (!decoder.write(bytes, writer)) return decoder.misfit.reason
  writer.endRow()
  const row = read.get(Buffer.from(writer.take()))
  return typeof row === 'object' && row !== null ? Object.values(row) : row
}

describe('RecordDecoder', () => {
  it('keeps every 64-bit integer exactly', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.boolean(), (value, isQuoted) => {
        const text = isQuoted ? `"${String(value)}"` : String(value)
        expect(decoded(text, column('integer'))).toEqual([value, 'integer'])
      }),
    )
  })

  it('keeps every finite real exactly', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = JSON.stringify(value)
        expect(decoded(text, column('real'))).toEqual([JSON.parse(text), 'real'])
      }),
    )
  })

  it('keeps every text, whatever its characters and escapes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.boolean(), (text, isAscii) => {
        const json = JSON.stringify(text)
        const escaped = isAscii
          ? json.replaceAll(
              /[^\x20-\x7e]/g,
              (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
            )
          : json
        expect(decoded(escaped, column('text'))).toEqual([text, 'text'])
      }),
    )
  })

  it.each<[ColumnType, string, unknown]>([
    ['integer', '1.0', [1n, 'integer']],
    ['integer', '1e3', [1000n, 'integer']],
    ['integer', '-0', [0n, 'integer']],
    ['integer', '1.5', 'v: 1.5 is not an integer'],
    ['integer', '1.00000000000000000001', 'v: 1.00000000000000000001 is not an integer'],
    ['integer', '9007199254740990.6', 'v: 9007199254740990.6 is not an integer'],
    ['integer', '1e-400', 'v: 1e-400 is not an integer'],
    ['integer', '1e400', 'v: 1e400 is not an integer'],
    ['integer', '120e-1', [12n, 'integer']],
    ['integer', '9223372036854775807', [9223372036854775807n, 'integer']],
    ['integer', '"three"', 'v: "three" is not an integer'],
    ['integer', '""', 'v: "" is not an integer'],
    ['integer', 'true', 'v: true is not an integer'],
    ['integer', '{}', 'v: {} is not an integer'],
    ['integer', '9223372036854775808', 'v: 9223372036854775808 is not a 64-bit integer'],
    ['integer', '-9223372036854775809', 'v: -9223372036854775809 is not a 64-bit integer'],
    [
      'integer',
      '123456789012345678901234567890',
      'v: 123456789012345678901234567890 is not a 64-bit integer',
    ],
    ['real', '5', [5, 'real']],
    ['real', '1e400', 'v: 1e400 is not a finite real'],
    ['json', '1e400', ['1e400', 'text']],
    ['real', '"2.5"', [2.5, 'real']],
    ['real', '1e999', 'v: 1e999 is not a finite real'],
    ['real', '"x"', 'v: "x" is not a real'],
    ['real', 'null', [null, 'null']],
    ['boolean', 'true', [1n, 'integer']],
    ['boolean', 'false', [0n, 'integer']],
    ['boolean', '1', 'v: 1 is not a boolean'],
    ['text', '12', ['12', 'text']],
    ['text', 'true', ['true', 'text']],
    ['text', '""', ['', 'text']],
    ['text', '{"a":1}', 'v: {"a":1} is not text'],
    ['text', '"a\\u0000b"', ['a\u0000b', 'text']],
    ['text', '"\\ud800"', 'v: "\\ud800" is not text: half of a surrogate pair'],
    ['json', '{"a": [1, 12345678901234567890]}', ['{"a": [1, 12345678901234567890]}', 'text']],
    ['json', '"s"', ['"s"', 'text']],
    ['timestamp', '"2001-01-14T21:55:00Z"', [979509300000n, 'integer']],
    ['timestamp', '979509300000', [979509300000n, 'integer']],
    ['timestamp', '"yesterday"', 'v: "yesterday" is not a timestamp (ISO 8601)'],
    ['timestamp', 'true', 'v: true is not a timestamp (ISO 8601)'],
  ])('%s of %s', (type, value, expected) => {
    expect(decoded(value, column(type))).toEqual(expected)
  })

  it('says of numbers that are no times in which unit they would be', () => {
    expect(decoded('1774746000.25', column('timestamp'))).toBe(
      'v: 1774746000.25 is not a time in whole ms since 1970, in the years 1 to 9999',
    )
    expect(decoded('253402300800', column('timestamp', { unit: 's' }))).toBe(
      'v: 253402300800 is not a time in s since 1970, in the years 1 to 9999',
    )
  })

  it('reads timestamps in the declared format', () => {
    const at = column('timestamp', { format: '%Y/%m/%d %H:%M' })
    expect(decoded('"2001/01/14 21:55"', at)).toEqual([979509300000n, 'integer'])
    expect(decoded('"2001\\/01\\/14 21:55"', at)).toEqual([979509300000n, 'integer'])
    expect(decoded('"2001/02/30 21:55"', at)).toBe(
      'v: "2001/02/30 21:55" is not a timestamp of the form %Y/%m/%d %H:%M',
    )
  })

  it('uses the default, or NULL, or refuses, where the value is absent or null', () => {
    const absent = new TextEncoder().encode('{"w":1}')
    expect(decoded(absent, column('integer'))).toEqual([null, 'null'])
    expect(decoded(absent, column('integer', { default: -7 }))).toEqual([-7n, 'integer'])
    expect(decoded(absent, column('real', { default: 2 }))).toEqual([2, 'real'])
    expect(decoded(absent, column('text', { default: 'ü' }))).toEqual(['ü', 'text'])
    expect(decoded(absent, column('boolean', { default: true }))).toEqual([1n, 'integer'])
    expect(decoded(absent, column('text', { nullable: false }))).toBe(
      'v: $.v is missing, and the column is not nullable',
    )
    expect(decoded('null', column('text', { nullable: false }))).toBe(
      'v: $.v is null, and the column is not nullable',
    )
  })

  it.each([
    ['null', ['v'], 'null is not an object'],
    ['5', ['v'], '5 is not an object'],
    ['"{}"', ['v'], '"{}" is not an object'],
    ['[{"v":1}]', ['v'], '[{"v":1}] is not an object'],
    ['{"v":1}', [0], '{"v":1} is not an array'],
    ['[7]', [0], [7n, 'integer']],
    ['7', [], [7n, 'integer']],
    ['{}', ['v'], [null, 'null']],
  ])('of the record %s, in which no column can be, makes no row of NULLs', (value, path, expected) => {
    expect(decoded(new TextEncoder().encode(value), column('integer', { path }))).toEqual(expected)
  })

  it('takes a record of any kind where a column is the whole record', () => {
    const decoder = new RecordDecoder([column('integer'), column('json', { path: [] })], null, null)
    expect(decoder.scan(new TextEncoder().encode('null'), 0, 4)).toBe(true)
  })

  it('shows a long value cut, and no half of a character', () => {
    expect(decoded(`"${'x'.repeat(58)}ü${'x'.repeat(500)}"`, column('integer'))).toBe(
      `v: "${'x'.repeat(58)}… is not an integer`,
    )
  })

  it('shows a long value cut', () => {
    const reason = decoded(`"${'x'.repeat(500)}"`, column('integer'))
    expect(reason).toBe(`v: "${'x'.repeat(59)}… is not an integer`)
  })
})
