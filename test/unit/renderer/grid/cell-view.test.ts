import { describe, expect, it } from 'vitest'
import type { Cell } from '#contract/cells.ts'
import type { ColumnType } from '#contract/workspace.ts'
import { cellCopy, cellView, isNumeric } from '../../../../src-renderer/grid/cell-view.ts'

const column = (type: ColumnType | null): { name: string; type: ColumnType | null } => ({ name: 'c', type })
const shown = (value: Cell, type: ColumnType | null = null): string =>
  cellView(value, column(type), 'utc').text

describe('cellView', () => {
  it('tells NULL from the empty text, and both from their words', () => {
    expect(cellView(null, column('text'), 'utc')).toEqual({ text: 'NULL', kind: 'absent', title: null })
    expect(cellView('', column('text'), 'utc')).toEqual({ text: "''", kind: 'empty', title: 'empty text' })
    expect(cellView('NULL', column('text'), 'utc').kind).toBe('text')
  })

  it('keeps every digit of 64-bit integers and the point of whole reals', () => {
    expect(shown({ i: '9223372036854775807' }, 'integer')).toBe('9223372036854775807')
    expect(shown({ r: '5.0' }, 'real')).toBe('5.0')
    expect(shown(1234567, 'integer')).toBe('1234567')
  })

  it('shows timestamps in the chosen zone, with the raw value on hover', () => {
    const at = Date.UTC(2026, 10, 23, 14, 7, 31, 204)
    expect(cellView(at, column('timestamp'), 'utc')).toEqual({
      text: '2026-11-23 14:07:31.204',
      kind: 'time',
      title: `${String(at)} · UTC`,
    })
    expect(shown(0, 'timestamp')).toBe('1970-01-01 00:00:00')
    expect(shown(9e15, 'timestamp')).toBe('9000000000000000')
    expect(shown({ i: '9223372036854775807' }, 'timestamp')).toBe('9223372036854775807')
  })

  it('shows only 0 and 1 of boolean columns as words', () => {
    expect([shown(0, 'boolean'), shown(1, 'boolean'), shown(2, 'boolean'), shown(1)]).toEqual([
      'false',
      'true',
      '2',
      '1',
    ])
  })

  it('gives blobs by size and long text cut, on one line', () => {
    expect(shown({ b: 'AAA=', n: 1200 })).toBe('blob 1.2 kB')
    expect(shown('a\nb\tc')).toBe('a↵b⇥c')
    expect(shown('x'.repeat(1000))).toHaveLength(401)
    expect(cellView({ t: 'abc', n: 20_000_000 }, column('text'), 'utc').title).toBe('20 MB')
  })

  it('gives signs for what has none, and for what would turn the text around', () => {
    expect(shown('a\u0000b\u001b\u007f\u0085')).toBe('a␀b␛␡⟨U+0085⟩')
    expect(shown('\u202egnp.exe\u202c \u2066x\u2069')).toBe('⟨U+202E⟩gnp.exe⟨U+202C⟩ ⟨U+2066⟩x⟨U+2069⟩')
    expect(shown('مرحبا שלום 👩‍👧 é')).toBe('مرحبا שלום 👩‍👧 é')
  })
})

describe('cellCopy', () => {
  it('copies what another tool can read back', () => {
    expect(cellCopy(Date.UTC(2026, 0, 2), column('timestamp'))).toBe('2026-01-02T00:00:00.000Z')
    expect(cellCopy({ b: btoa('\xff\x00'), n: 2 }, column(null))).toBe("X'FF00'")
    expect(cellCopy({ b: btoa('\xff\x00'), n: 9 }, column(null))).toBe('blob of 9 bytes')
    expect(cellCopy('a\nb', column('text'))).toBe('a\nb')
    expect(cellCopy(null, column('text'))).toBe('NULL')
    expect(cellCopy({ i: '-9223372036854775808' }, column(null))).toBe('-9223372036854775808')
  })
})

describe('isNumeric', () => {
  it('goes by the declared type, else by the values', () => {
    expect(isNumeric(column('integer'), [])).toBe(true)
    expect(isNumeric(column('timestamp'), [1])).toBe(false)
    expect(isNumeric(column(null), [1, null, { i: '1' }, { r: '2.0' }])).toBe(true)
    expect(isNumeric(column(null), [1, 'a'])).toBe(false)
    expect(isNumeric(column(null), [null])).toBe(false)
  })
})
