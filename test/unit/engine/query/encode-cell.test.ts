import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cell, cellBytes, cellText } from '../../../../src-main/contract/cells.ts'
import { cutText, encodeCell } from '../../../../src-main/engine/query/encode-cell.ts'

const encode = (value: Parameters<typeof encodeCell>[0]): unknown => encodeCell(value, cellBytes)

describe('encodeCell', () => {
  it('keeps NULL, empty text and the text NULL apart', () => {
    expect([encode(null), encode(''), encode('NULL')]).toEqual([null, '', 'NULL'])
  })

  it('sends integers as numbers while they are exact, and as digits beyond', () => {
    expect(encode(9007199254740991n)).toBe(9007199254740991)
    expect(encode(9007199254740992n)).toEqual({ i: '9007199254740992' })
    expect(encode(-9007199254740991n)).toBe(-9007199254740991)
    expect(encode(-9223372036854775808n)).toEqual({ i: '-9223372036854775808' })
  })

  it('marks reals that look like integers, and those that are not finite', () => {
    expect([5, -0, 0, 1e300, -1e21].map(encode)).toEqual([
      { r: '5.0' },
      { r: '-0.0' },
      { r: '0.0' },
      { r: '1e+300' },
      { r: '-1e+21' },
    ])
    expect([Infinity, -Infinity, NaN].map(encode)).toEqual([
      { r: 'Infinity' },
      { r: '-Infinity' },
      { r: 'NaN' },
    ])
    expect([0.1, 5e-324, 1.7976931348623157e308 / 3].map(encode)).toEqual([
      0.1,
      5e-324,
      { r: '5.992310449541053e+307' },
    ])
  })

  it('sends the first bytes of a blob and its size', () => {
    expect(encodeCell(new Uint8Array([0, 255, 1, 2]), 3)).toEqual({ b: 'AP8B', n: 4 })
    expect(encodeCell(new Uint8Array(), 3)).toEqual({ b: '', n: 0 })
  })

  it('cuts text without splitting a character, and says its size', () => {
    expect(encodeCell('añb', 2)).toEqual({ t: 'a', n: 4 })
    expect(encodeCell('añb', 3)).toEqual({ t: 'añ', n: 4 })
    expect(encodeCell('añb', 4)).toBe('añb')
    expect(encodeCell('😀😀', 5)).toEqual({ t: '😀', n: 8 })
  })

  it('gives a cell of the contract for every value, and every real back exactly', () => {
    const value = fc.oneof(
      fc.constant(null),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      fc.double(),
      fc.string({ unit: 'grapheme' }),
      fc.uint8Array(),
    )
    fc.assert(
      fc.property(value, fc.integer({ min: 0, max: 40 }), (original, mostBytes) => {
        const encoded = cell.parse(JSON.parse(JSON.stringify(encodeCell(original, mostBytes))))
        if (typeof original === 'bigint') expect(BigInt(cellText(encoded))).toBe(original)
        if (typeof original === 'number') expect(Number(cellText(encoded))).toBe(original)
      }),
    )
  })
})

describe('cutText', () => {
  it('gives the longest start that fits, at a character boundary', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 0, max: 60 }), (text, mostBytes) => {
        const cut = cutText(text, mostBytes)
        expect(text.startsWith(cut)).toBe(true)
        expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(mostBytes)
        const [next] = text.slice(cut.length)
        if (next !== undefined) expect(Buffer.byteLength(cut + next)).toBeGreaterThan(mostBytes)
      }),
    )
  })
})
