import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { convertText } from '../../../src-main/columns/convert-text.ts'
import { isMisfit, type Misfit, type SqlValue } from '../../../src-main/columns/values.ts'
import type { Column } from '../../../src-main/workspace/model.ts'

function convert(type: Column['type'], text: string, more: Partial<Column> = {}): SqlValue | Misfit {
  return convertText(
    {
      name: 'c',
      from: 'value',
      path: ['c'],
      type,
      nullable: true,
      default: null,
      format: null,
      unit: 'ms',
      ...more,
    },
    text,
  )
}

describe('integers', () => {
  it('keep all 64 bits', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        expect(convert('integer', value.toString())).toBe(value)
      }),
    )
  })

  it('refuse what 64 bits cannot hold', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 2n ** 63n, max: 2n ** 400n }), (value) => {
        expect(isMisfit(convert('integer', value.toString()))).toBe(true)
        expect(isMisfit(convert('integer', (-value - 1n).toString()))).toBe(true)
      }),
    )
  })

  it.each([
    ['three', '"three" is not an integer'],
    ['', '"" is not an integer'],
    [' 5', '" 5" is not an integer'],
    ['5.0', '"5.0" is not an integer'],
    ['1e3', '"1e3" is not an integer'],
    ['0x10', '"0x10" is not an integer'],
    ['1_000', '"1_000" is not an integer'],
    ['٣', '"٣" is not an integer'],
    ['9223372036854775808', '"9223372036854775808" is beyond the range of a 64-bit integer'],
  ])('refuse %s', (text, misfit) => {
    expect(convert('integer', text)).toEqual({ misfit })
  })

  it('cut long values in the reason', () => {
    expect(convert('integer', 'x'.repeat(1000))).toEqual({
      misfit: `"${'x'.repeat(57)}..." is not an integer`,
    })
  })

  it('read a sign and leading zeros', () => {
    expect([convert('integer', '+7'), convert('integer', '-007')]).toEqual([7n, -7n])
  })
})

describe('reals', () => {
  it('keep every finite number', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(convert('real', String(value))).toBe(Object.is(value, -0) ? 0 : value)
      }),
    )
  })

  it.each(['', 'NaN', 'Infinity', '1e999', '1,5', '.', 'e5', ' 1', '0x1p3', '1.2.3'])('refuse %s', (text) => {
    expect(isMisfit(convert('real', text))).toBe(true)
  })
})

describe('booleans', () => {
  it.each([
    ['true', 1n],
    ['TRUE', 1n],
    ['1', 1n],
    ['False', 0n],
    ['0', 0n],
  ])('%s', (text, value) => {
    expect(convert('boolean', text)).toBe(value)
  })

  it.each(['', 'yes', 't', '2', ' true'])('refuse %s', (text) => {
    expect(isMisfit(convert('boolean', text))).toBe(true)
  })
})

describe('timestamps', () => {
  it.each([
    ['2024-02-29T10:20:30Z', {}, 1_709_202_030_000n],
    ['1709202030000', {}, 1_709_202_030_000n],
    ['1709202030.5', { unit: 's' }, 1_709_202_030_500n],
    ['29/02/2024', { format: '%d/%m/%Y' }, 1_709_164_800_000n],
    ['1969-12-31T23:59:59.999Z', {}, -1n],
  ] as const)('%s', (text, more, ms) => {
    expect(convert('timestamp', text, more)).toBe(ms)
  })

  it.each([
    ['soon', {}, '"soon" is not a timestamp (ISO 8601)'],
    ['', {}, '"" is not a timestamp (ISO 8601)'],
    ['30/02/2024', { format: '%d/%m/%Y' }, '"30/02/2024" is not a timestamp of the form %d/%m/%Y'],
  ])('refuse %s', (text, more, misfit) => {
    expect(convert('timestamp', text, more)).toEqual({ misfit })
  })
})

describe('json and text', () => {
  it('keep the text as it is', () => {
    expect(convert('json', '{"a": 12345678901234567890}')).toBe('{"a": 12345678901234567890}')
    expect(convert('text', ' NULL ')).toBe(' NULL ')
    expect(convert('text', '')).toBe('')
  })

  it.each(['', '{', "{'a': 1}", 'undefined', '01'])('refuse json %s', (text) => {
    expect(convert('json', text)).toEqual({ misfit: `${JSON.stringify(text)} is not valid JSON` })
  })
})
