import { describe, expect, it } from 'vitest'
import { findFault } from '../../../../src-renderer/editor/find-fault.ts'

function marked(sql: string, message: string, offset: number | null = null): string | null {
  const range = findFault(sql, message, offset)
  return range === null ? null : sql.slice(range.from, range.to)
}

describe('findFault', () => {
  it('marks the token at the offset given', () => {
    expect(marked('SELECT a FORM t', 'near "t": syntax error', 9)).toBe('FORM')
    expect(marked('SELECT a', 'incomplete', 400)).toBe('a')
  })

  it.each([
    ['SELECT a FORM t', 'near "FORM": syntax error', 'FORM'],
    ['SELECT "form", a FORM t', 'near "FORM": syntax error', '"form"'],
    ['SELECT x.delya FROM t x', 'no such column: x.delya', 'delya'],
    ['SELECT delya FROM t', 'No such column: delya.', 'delya'],
    ["SELECT 'nope' FROM nope", 'no such table: nope', 'nope'],
    ['SELECT * FROM main.nope', 'no such table: main.nope', 'nope'],
    ['SELECT averge(a) FROM t', 'no such function: averge', 'averge'],
    ['SELECT id FROM a, b', 'ambiguous column name: id', 'id'],
    ['SELECT abs(1, 2)', 'wrong number of arguments to function abs()', 'abs'],
    ['SELECT 1 WHERE sum(1) > 0', 'misuse of aggregate: sum()', 'sum'],
    ['SELECT 1 +', 'incomplete input', '+'],
    ["SELECT '1", 'unrecognized token: "\'1"', "'1"],
  ])('finds in %j what %j names', (sql, message, expected) => {
    expect(marked(sql, message)).toBe(expected)
  })

  it('marks nothing where nothing is named or the name is not there', () => {
    expect(marked('SELECT 1', 'the process was lost')).toBeNull()
    expect(marked('SELECT 1', 'no such table: nope')).toBeNull()
    expect(marked('', 'near "x": syntax error', 0)).toBeNull()
  })
})
