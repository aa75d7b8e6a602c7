import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  splitStatements,
  statementAt,
  statementToRun,
} from '../../../../src-renderer/editor/sql-statements.ts'

const three = `SELECT 1;\n-- two\nSELECT ';' AS two ; \n\n SELECT 3`

describe('splitStatements', () => {
  it('splits at semicolons outside strings and comments and keeps leading comments', () => {
    expect(splitStatements(three).map((statement) => statement.text)).toEqual([
      'SELECT 1',
      `-- two\nSELECT ';' AS two`,
      'SELECT 3',
    ])
  })

  it('leaves out pieces that hold only comments or nothing', () => {
    expect(splitStatements(' ; -- nothing\n; /* here */ ')).toEqual([])
  })

  it('gives pieces that stand in the text where they say', () => {
    fc.assert(
      fc.property(fc.string(), (sql) => {
        for (const { text, start, end } of splitStatements(sql)) expect(sql.slice(start, end)).toBe(text)
      }),
    )
  })
})

describe('statementAt', () => {
  it('finds the statement that holds the cursor, also right behind its semicolon', () => {
    expect(statementAt(three, 3)?.text).toBe('SELECT 1')
    expect(statementAt(three, 9)?.text).toBe('SELECT 1')
    expect(statementAt(three, 12)?.text).toContain('two')
    expect(statementAt(three, three.length)?.text).toBe('SELECT 3')
  })

  it('takes the one before in a gap, the first above all, and none in an empty text', () => {
    expect(statementAt(three, three.indexOf('\n\n') + 1)?.text).toContain('two')
    expect(statementAt('\n\n SELECT 1', 0)?.text).toBe('SELECT 1')
    expect(statementAt('-- only a note', 4)).toBeNull()
  })
})

describe('statementToRun', () => {
  it('runs the selection where there is one, without its semicolon', () => {
    const from = three.indexOf('SELECT 3') - 1
    expect(statementToRun(three, { from, to: three.length })).toEqual({
      text: 'SELECT 3',
      start: from + 1,
      end: three.length,
    })
    expect(statementToRun('SELECT 1 ;  ', { from: 0, to: 12 })).toEqual({
      text: 'SELECT 1 ',
      start: 0,
      end: 9,
    })
  })

  it('runs the statement under the cursor where the selection is blank', () => {
    expect(statementToRun(three, { from: 8, to: 8 })?.text).toBe('SELECT 1')
  })
})
