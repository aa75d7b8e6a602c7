import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { convertJson } from '../../../src-main/columns/convert-json.ts'
import { parseExactJson } from '../../../src-main/columns/exact-json.ts'
import { invalidUtf8At } from '../../../src-main/columns/utf8.ts'
import type { Column } from '../../../src-main/workspace/model.ts'

function convert(type: Column['type'], text: string, more: Partial<Column> = {}): unknown {
  const column: Column = {
    name: 'c',
    from: 'value',
    path: ['c'],
    type,
    nullable: true,
    default: null,
    format: null,
    unit: 'ms',
    ...more,
  }
  return convertJson(column, parseExactJson(text))
}

describe('values of JSON files', () => {
  it.each([
    ['text', '"x"', 'x'],
    ['text', '12345678901234567890', '12345678901234567890'],
    ['text', '1.50', '1.50'],
    ['text', 'true', 'true'],
    ['integer', '9223372036854775807', 9223372036854775807n],
    ['integer', '"-5"', -5n],
    ['integer', '5.0', 5n],
    ['integer', '1e3', 1000n],
    ['real', '5', 5],
    ['real', '"1.5"', 1.5],
    ['boolean', 'true', 1n],
    ['boolean', 'false', 0n],
    ['timestamp', '"2024-02-29T10:20:30Z"', 1_709_202_030_000n],
    ['timestamp', '1709202030000', 1_709_202_030_000n],
    ['json', '{"a": [1, 12345678901234567890.10]}', '{"a":[1,12345678901234567890.10]}'],
    ['json', '1.50', '1.50'],
    ['json', '"x"', '"x"'],
  ] as const)('%s from %s', (type, text, expected) => {
    expect(convert(type, text)).toBe(expected)
  })

  it.each([
    ['text', '{"a":1}', '{"a":1} is not text'],
    ['text', '"\\ud800"', '"\\ud800" is not text: it has half of a surrogate pair'],
    ['integer', '"three"', '"three" is not an integer'],
    ['integer', '1.5', '1.5 is not an integer'],
    ['integer', '1.00000000000000000001', '1.00000000000000000001 is not an integer'],
    ['integer', '1e-400', '1e-400 is not an integer'],
    ['integer', '1e300', '1e300 is not an integer'],
    ['integer', '9223372036854775808', '"9223372036854775808" is beyond the range of a 64-bit integer'],
    ['integer', 'true', 'true is not an integer'],
    ['real', '[]', '[] is not a number'],
    ['real', '1e999', '"1e999" is beyond the range of a real number'],
    ['boolean', '1', '1 is not a boolean; write true or false'],
    ['boolean', '"true"', '"true" is not a boolean; write true or false'],
    ['timestamp', '"soon"', '"soon" is not a timestamp (ISO 8601)'],
    ['timestamp', 'true', 'true is not a timestamp'],
    ['timestamp', '1e99', '"1e99" is not a timestamp (ISO 8601)'],
    ['text', `[${'1,'.repeat(99)}1]`, `[${'1,'.repeat(28)}... is not text`],
  ] as const)('%s refuses %s', (type, text, misfit) => {
    expect(convert(type, text)).toEqual({ misfit })
  })

  it('keep every digit of nested numbers', () => {
    const digits = fc.stringMatching(/^-?[1-9][0-9]{0,40}(\.[0-9]{1,40})?(e[+-]?[1-9][0-9]?)?$/)
    fc.assert(
      fc.property(digits, (number) => {
        expect(convert('json', `{"a":[${number}]}`)).toBe(`{"a":[${number}]}`)
      }),
    )
  })
})

describe('the first byte that is not UTF-8', () => {
  it('is found where it is, and nowhere in text', () => {
    const text = fc.string({ unit: 'grapheme' }).map((value) => Buffer.from(value.toWellFormed()))
    const wrong = fc.constantFrom(
      [0xff],
      [0xc0, 0x80],
      [0xe2, 0x82, 0x41],
      [0xed, 0xa0, 0x80],
      [0xf5],
      [0x80],
      [0xf0, 0x9f],
    )
    fc.assert(
      fc.property(text, wrong, text, (before, bad, after) => {
        expect(invalidUtf8At(before)).toBe(-1)
        expect(invalidUtf8At(Buffer.concat([before, Buffer.from(bad), Buffer.from('a'), after]))).toBe(
          before.length,
        )
      }),
    )
  })
})
