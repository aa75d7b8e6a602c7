import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TextFinder } from '../../../../src-main/engine/messages/text-finder.ts'

function isIn(wanted: string, text: string): boolean {
  const bytes = Buffer.from(`<<${text}>>`)
  return new TextFinder(wanted).isIn(bytes, 2, bytes.length - 2)
}

describe('text in bytes', () => {
  test('is found in ASCII as JavaScript finds it, whatever the case', () => {
    const letters = fc.stringMatching(/^[abAB.0]{0,40}$/)
    fc.assert(
      fc.property(fc.stringMatching(/^[abAB.0]{1,6}$/), letters, (wanted, text) => {
        expect(isIn(wanted, text)).toBe(text.toLowerCase().includes(wanted.toLowerCase()))
      }),
    )
  })

  test('is found beyond ASCII as JavaScript finds it', () => {
    const letters = fc.stringMatching(/^[aäÄßéÉжЖ€😀]{0,20}$/u)
    fc.assert(
      fc.property(fc.stringMatching(/^[aäÄßéÉжЖ€😀]{1,4}$/u), letters, (wanted, text) => {
        expect(isIn(wanted, text)).toBe(text.toLowerCase().includes(wanted.toLowerCase()))
      }),
    )
  })

  test.for([
    ['Straße', 'in der STRASSE und der straße', true],
    ['ÜBER', 'darüber', true],
    ['Ⱥ', 'xⱥx', true],
    ['ключ', 'КЛЮЧ', true],
    ['ключ', 'клюv', false],
  ] as const)('%s in %s: %s', ([wanted, text, expected]) => {
    expect(isIn(wanted, text)).toBe(expected)
  })

  test('is not found across the ends of the range', () => {
    const bytes = Buffer.from('needle')
    const finder = new TextFinder('needle')
    expect([finder.isIn(bytes, 0, 6), finder.isIn(bytes, 1, 6), finder.isIn(bytes, 0, 5)]).toEqual([
      true,
      false,
      false,
    ])
  })

  test('longer than the table is compared to its end', () => {
    const long = 'abcdefgh'.repeat(20)
    expect([isIn(`${long}1`, `x${long.toUpperCase()}1x`), isIn(`${long}1`, `x${long}2x`)]).toEqual([
      true,
      false,
    ])
  })
})
