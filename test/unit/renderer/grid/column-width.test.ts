import { describe, expect, it } from 'vitest'
import type { ResultColumn } from '#contract/query.ts'
import { columnWidths, grownWidths } from '../../../../src-renderer/grid/column-width.ts'

const integer: ResultColumn = { name: 'i', type: 'integer' }
const text: ResultColumn = { name: 'detail', type: 'text' }

describe('the widths of columns', () => {
  it('grow where a later row needs more, and never shrink', () => {
    const rows = [[1_000_000_000, 'a']]
    const grown = grownWidths([integer, text], rows, { zone: 'utc', widthOf: () => 70 })
    expect(grown.map(({ index }) => index)).toEqual([0])
    expect(grown[0]?.width).toBeGreaterThan(100)
    expect(grownWidths([integer, text], rows, { zone: 'utc', widthOf: () => 900 })).toEqual([])
  })

  it('give long text the room that is left over, and no more than it needs', () => {
    const rows = [[1, 'x'.repeat(60)]]
    const columns = [integer, text]
    const [, bounded] = columnWidths(columns, rows, { zone: 'utc', roomPx: 300 })
    const [number, wide] = columnWidths(columns, rows, { zone: 'utc', roomPx: 2000 })
    expect(bounded).toBe(366)
    expect([number, wide]).toEqual([64, Math.ceil(60 * 7.4) + 26])
    const [, shared] = columnWidths(columns, rows, { zone: 'utc', roomPx: 64 + 400 })
    expect(shared).toBe(400)
  })
})
