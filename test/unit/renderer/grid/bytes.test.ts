import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  base64Bytes,
  hexDigits,
  hexDump,
  hexRow,
  textPieces,
  utf8Text,
} from '../../../../src-renderer/grid/bytes.ts'

const bytesOf = (...values: number[]): Uint8Array => Uint8Array.from(values)
const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('textPieces', () => {
  it('keeps invalid bytes and control characters in sight between the text', () => {
    const bytes = Uint8Array.from([...encode('añ'), 0xff, 0xc3, ...encode('b\n'), 0x00, 0x1b, ...encode('€')])
    expect(textPieces(bytes)).toEqual([
      { text: 'añ', isRaw: false },
      { text: '\\xff\\xc3', isRaw: true },
      { text: 'b\n', isRaw: false },
      { text: '\\x00\\x1b', isRaw: true },
      { text: '€', isRaw: false },
    ])
  })

  it.each([
    ['overlong', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
    ['a sequence cut at the end', [0xe2, 0x82]],
    ['an overlong sequence of three', [0xe0, 0x80, 0x80]],
  ])('takes %s for raw bytes', (_, values) => {
    expect(textPieces(bytesOf(...values)).map((piece) => piece.isRaw)).toEqual([true])
  })

  it('agrees with the decoder of the browser about which bytes are UTF-8', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const printable = bytes.map((byte) => (byte < 0x20 || byte === 0x7f ? 0x41 : byte))
        const text = utf8Text(printable)
        const pieces = textPieces(printable)
        if (text === null) expect(pieces.some((piece) => piece.isRaw)).toBe(true)
        else expect(pieces.map((piece) => piece.text).join('')).toBe(text)
      }),
    )
  })

  it('is whole for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const shown = textPieces(encode(text)).filter((piece) => !piece.isRaw)
        const isControl = (code: number): boolean =>
          (code < 32 && ![9, 10, 13].includes(code)) || code === 127
        const expected = Array.from(text)
          .filter((letter) => !isControl(letter.codePointAt(0) ?? 0))
          .join('')
        expect(shown.map((piece) => piece.text).join('')).toBe(expected)
      }),
    )
  })
})

describe('hex', () => {
  it('dumps sixteen bytes a line with their text', () => {
    expect(hexRow(encode('0123456789abcdefXYZ\n'), 1)).toEqual({
      offset: '00000010',
      pairs: ['58', '59', '5a', '0a'],
      text: 'XYZ·',
    })
    expect(hexDump(encode('hi'))).toBe(`00000000  68 69${' '.repeat(42)}  hi`)
    expect(hexDump(bytesOf())).toBe('')
  })

  it('reads base64 and writes digits', () => {
    expect(hexDigits(base64Bytes(btoa('\xff\x00A')))).toBe('FF0041')
  })
})
