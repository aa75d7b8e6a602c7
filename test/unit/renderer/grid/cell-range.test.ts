import { describe, expect, it } from 'vitest'
import type { ResultColumn } from '#contract/query.ts'
import { boundsOf, extended, isInRange, sizeOf, toTsv } from '../../../../src-renderer/grid/cell-range.ts'

const range = { anchor: { row: 5, column: 3 }, head: { row: 2, column: 4 } }
const columns: ResultColumn[] = [
  { name: 'id', type: 'integer' },
  { name: 'a "note"', type: 'text' },
  { name: 'ok', type: 'boolean' },
]

describe('a range of cells', () => {
  it('is the same whichever corner it was drawn from', () => {
    expect(boundsOf(range)).toEqual({ top: 2, bottom: 5, left: 3, right: 4 })
    expect(sizeOf(range)).toEqual({ rows: 4, columns: 2 })
    expect(isInRange(range, 4, 3)).toBe(true)
    expect(isInRange(range, 4, 5)).toBe(false)
    expect(isInRange(null, 0, 0)).toBe(false)
  })

  it('grows by steps up to the edges of the result', () => {
    const size = { rows: 6, columns: 5 }
    expect(extended(range, { row: -9, column: 1 }, size).head).toEqual({ row: 0, column: 4 })
    expect(extended(range, { row: 100, column: 0 }, size).head).toEqual({ row: 5, column: 4 })
  })
})

describe('toTsv', () => {
  it('quotes what would break the lines, and keeps types readable', () => {
    const rows = [
      [{ i: '9007199254740993' }, 'tab\there', 1],
      [2, 'say "x"', null],
    ]
    expect(toTsv(rows, columns, true)).toBe(
      'id\t"a ""note"""\tok\n9007199254740993\t"tab\there"\ttrue\n2\t"say ""x"""\tNULL',
    )
    expect(toTsv([[1], [null]], columns.slice(2), false)).toBe('true\nNULL')
  })
})
