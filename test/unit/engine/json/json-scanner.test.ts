import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonKind } from '../../../../src-main/engine/json/json-kind.ts'
import { JsonScanner } from '../../../../src-main/engine/json/json-scanner.ts'

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/** What the scanner notes for one path, as text; null where it is absent. */
function noted(text: string, path: (string | number)[]): string | null {
  const bytes = encode(text)
  const scanner = new JsonScanner([path])
  if (!scanner.scan(bytes, 0, bytes.length)) throw new Error(scanner.problem)
  if (scanner.kinds[0] === jsonKind.absent) return null
  return decode(bytes.subarray(scanner.starts[0], scanner.ends[0]))
}

function isValid(bytes: Uint8Array): boolean {
  return new JsonScanner([['a']]).scan(bytes, 0, bytes.length)
}

function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

describe('JsonScanner', () => {
  it('accepts what JSON.parse accepts and gives members as they stand', () => {
    const space = fc.constantFrom('', ' ', '\n', '\t ', '\r\n')
    fc.assert(
      fc.property(fc.jsonValue(), space, fc.nat(3), (value, around, indent) => {
        const text = around + JSON.stringify({ first: 1, a: value, last: [] }, null, indent) + around
        const found = noted(text, ['a'])
        expect(found === null ? null : JSON.parse(found)).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  it('refuses what JSON.parse refuses, for texts that are nearly JSON', () => {
    const nearly = fc
      .tuple(
        fc.json({ maxDepth: 3 }),
        fc.nat(),
        fc.constantFrom(
          '',
          '{',
          '}',
          '[',
          ']',
          ',',
          ':',
          '"',
          '\\',
          '0',
          '-',
          '.',
          'e',
          't',
          'null',
          '\u0001',
          ' ',
        ),
      )
      .map(([text, place, inserted]) => {
        const at = place % (text.length + 1)
        return text.slice(0, at) + inserted + text.slice(at + (place % 2))
      })
    fc.assert(
      fc.property(nearly, (text) => {
        fc.pre(text.isWellFormed())
        expect([text, isValid(encode(text))]).toEqual([text, parses(text)])
      }),
      { numRuns: 2000 },
    )
  })

  it('judges bytes as UTF-8 as a strict decoder does', () => {
    const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 6 }), (raw) => {
        const inner = raw.map((byte) => (byte < 0x80 ? 0x61 : byte))
        const bytes = new Uint8Array([0x22, ...inner, 0x22])
        let expected = true
        try {
          strict.decode(bytes)
        } catch {
          expected = false
        }
        expect(isValid(bytes)).toBe(expected)
      }),
      { numRuns: 5000 },
    )
  })

  it('looks only inside its range, also where the bytes after it would go on', () => {
    const bytes = encode('{"a":12}345"}')
    const scanner = new JsonScanner([['a']])
    expect(scanner.scan(bytes, 0, 8)).toBe(true)
    expect(scanner.scan(bytes, 0, 7)).toBe(false)
    expect(scanner.scan(bytes, 5, 6)).toBe(true)
    expect(scanner.scan(encode('"abc'), 0, 4)).toBe(false)
    expect(scanner.scan(encode('"abc"'), 0, 4)).toBe(false)
  })

  it.each([
    ['{"x":{"y":[10,{"z":"deep"}]}}', ['x', 'y', 1, 'z'], '"deep"'],
    ['{"x":[1,2,3]}', ['x', 2], '3'],
    ['{"x":[1,2,3]}', ['x', 3], null],
    ['{"x":{"y":1}}', ['x'], '{"y":1}'],
    ['{"x":5}', ['x', 'y'], null],
    ['[7,8]', [1], '8'],
    [' {"x":1} ', [], '{"x":1}'],
    ['"text"', [], '"text"'],
    ['{"x":1,"x":2}', ['x'], '2'],
    ['{"x":{"y":1},"x":{"w":2}}', ['x', 'y'], null],
    ['{"\\u0061b":3}', ['ab'], '3'],
    ['{"":4}', [''], '4'],
    ['{"a.b":5}', ['a.b'], '5'],
  ])('finds in %s at %j: %s', (text, path, expected) => {
    expect(noted(text, path)).toBe(expected)
  })

  it('gives two columns of one path the same value, and a whole beside its part', () => {
    const bytes = encode('{"a":{"b":1}}')
    const scanner = new JsonScanner([['a', 'b'], ['a', 'b'], ['a']])
    expect(scanner.scan(bytes, 0, bytes.length)).toBe(true)
    const texts = [0, 1, 2].map((slot) => decode(bytes.subarray(scanner.starts[slot], scanner.ends[slot])))
    expect(texts).toEqual(['1', '1', '{"b":1}'])
  })

  it('keeps nothing of the record before, whatever the order of its members', () => {
    const scanner = new JsonScanner([['a'], ['b'], ['c', 'd']])
    const kindsOf = (text: string): number[] => {
      const bytes = encode(text)
      expect(scanner.scan(bytes, 0, bytes.length)).toBe(true)
      return [...scanner.kinds]
    }
    expect(kindsOf('{"a":1,"b":"x","c":{"d":true}}')).toEqual([
      jsonKind.integer,
      jsonKind.string,
      jsonKind.true,
    ])
    expect(kindsOf('{"b":1.5,"a":null}')).toEqual([jsonKind.null, jsonKind.real, jsonKind.absent])
    expect(kindsOf('{"c":7,"aa":1,"b":[]}')).toEqual([jsonKind.absent, jsonKind.array, jsonKind.absent])
    expect(kindsOf('{}')).toEqual([jsonKind.absent, jsonKind.absent, jsonKind.absent])
  })

  it('stops at 1,000 levels with a reason, and never exhausts the stack', () => {
    const nested = (depth: number): Uint8Array => encode('['.repeat(depth) + ']'.repeat(depth))
    expect(isValid(nested(1000))).toBe(true)
    expect(isValid(nested(1001))).toBe(false)
    expect(isValid(nested(500_000))).toBe(false)
    const inside = encode(`{"a":${'{"a":'.repeat(2000)}1${'}'.repeat(2000)}}`)
    expect(isValid(inside)).toBe(false)
  })

  it('says at which byte a value goes wrong', () => {
    const scanner = new JsonScanner([['a']])
    const problemOf = (text: string): string => {
      const bytes = encode(`  ${text}`)
      expect(scanner.scan(bytes, 2, bytes.length)).toBe(false)
      return scanner.problem
    }
    expect(problemOf('{"a" 1}')).toBe('invalid JSON, at byte 5: expected ":"')
    expect(problemOf('{"a":1')).toBe('invalid JSON, the value ends early: expected "," or "}"')
    expect(problemOf('{"a":1} {"b":2}')).toBe('invalid JSON, at byte 8: expected the end of the value')
    expect(problemOf('1],[2')).toBe('invalid JSON, at byte 1: expected the end of the value')
    expect(problemOf('')).toBe('invalid JSON, the value ends early: expected a value')
  })
})
