import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { highlightSql } from '../../../../src-renderer/editor/highlight-sql.ts'

describe('highlightSql', () => {
  it('classes keywords, functions, strings, numbers and comments, and leaves names plain', () => {
    const classed = highlightSql("SELECT count (*), width FROM t WHERE a = 'x' AND b > 15 -- why")
      .filter((piece) => piece.class !== '')
      .map((piece) => `${piece.class} ${piece.text}`)
    expect(classed).toEqual([
      'sql-keyword SELECT',
      'sql-function count',
      'sql-keyword FROM',
      'sql-keyword WHERE',
      "sql-string 'x'",
      'sql-keyword AND',
      'sql-number 15',
      'sql-comment -- why',
    ])
  })

  it('loses no character of any text', () => {
    fc.assert(
      fc.property(fc.string(), (sql) => {
        expect(
          highlightSql(sql)
            .map((piece) => piece.text)
            .join(''),
        ).toBe(sql)
      }),
    )
  })
})
