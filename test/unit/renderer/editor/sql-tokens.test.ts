import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nameOf, quoteName, tokenizeSql } from '../../../../src-renderer/editor/sql-tokens.ts'

const pieces = (sql: string): string[] =>
  tokenizeSql(sql).map((token) => `${token.kind} ${sql.slice(token.start, token.end)}`)

describe('tokenizeSql', () => {
  it('knows strings, quoted names, numbers and comments', () => {
    expect(pieces(`SELECT 'it''s', "a ""b""", [c d], \`e\`, 1.5e3 -- rest\n/* x */ FROM t;`)).toEqual([
      'word SELECT',
      `string 'it''s'`,
      'symbol ,',
      'quoted "a ""b"""',
      'symbol ,',
      'quoted [c d]',
      'symbol ,',
      'quoted `e`',
      'symbol ,',
      'number 1.5e3',
      'comment -- rest',
      'comment /* x */',
      'word FROM',
      'word t',
      'symbol ;',
    ])
  })

  it('lets what is not closed reach to the end', () => {
    expect(pieces(`SELECT 'open; FROM`)).toEqual(['word SELECT', `string 'open; FROM`])
    expect(pieces('1 /* open')).toEqual(['number 1', 'comment /* open'])
  })

  it('covers any text in order, skipping nothing but white space', () => {
    fc.assert(
      fc.property(fc.string(), (sql) => {
        let at = 0
        for (const token of tokenizeSql(sql)) {
          expect(token.start).toBeGreaterThanOrEqual(at)
          expect(token.end).toBeGreaterThan(token.start)
          expect(sql.slice(at, token.start).trim()).toBe('')
          at = token.end
        }
        expect(sql.slice(at).trim()).toBe('')
      }),
    )
  })
})

describe('names', () => {
  it('are quoted where SQLite would not take them bare, and read back as they were', () => {
    expect(quoteName('late_flights')).toBe('late_flights')
    expect(quoteName('order')).toBe('"order"')
    expect(quoteName('a "b" c')).toBe('"a ""b"" c"')
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (name) => {
        const quoted = quoteName(name)
        const [token] = tokenizeSql(quoted)
        expect(token === undefined ? null : nameOf(quoted, token)).toBe(name)
      }),
    )
  })
})
