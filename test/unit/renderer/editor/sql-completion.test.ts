import { CompletionContext, type Completion } from '@codemirror/autocomplete'
import { EditorState } from '@codemirror/state'
import { describe, expect, it } from 'vitest'
import type { SchemaView } from '#contract/query.ts'
import {
  columnSource,
  functionSource,
  keywordSource,
  relationsNamed,
} from '../../../../src-renderer/editor/sql-completion.ts'
import { sqlDialect } from '../../../../src-renderer/editor/sql-language.ts'

const schema: SchemaView = {
  version: '1',
  relations: [
    {
      name: 'late_flights',
      kind: 'table',
      rows: 5,
      columns: [
        { name: 'at', type: 'timestamp', sqlType: 'INTEGER' },
        { name: 'order', type: null, sqlType: 'TEXT' },
      ],
      indexes: [],
      primaryKey: [],
    },
    {
      name: 'airports',
      kind: 'lookup',
      rows: 3,
      columns: [{ name: 'at', type: 'text', sqlType: 'TEXT' }],
      indexes: [],
      primaryKey: [],
    },
  ],
}

function complete(sql: string, source = columnSource(schema)): readonly Completion[] | null {
  const cursor = sql.indexOf('|')
  const state = EditorState.create({ doc: sql.replace('|', ''), extensions: sqlDialect.language })
  const result = source(new CompletionContext(state, cursor, false))
  return result === null || result instanceof Promise ? null : result.options
}

describe('completion of columns', () => {
  it('offers the columns of what the statement names, with types, quoted where needed', () => {
    expect(complete('SELECT 1; SELECT a| FROM Late_Flights')).toEqual([
      { label: 'at', detail: 'timestamp', type: 'property', boost: 3 },
      { label: 'order', detail: 'text', type: 'property', boost: 3, apply: '"order"' },
    ])
  })

  it('says which relations a column belongs to where several are named', () => {
    const details = complete('SELECT a| FROM late_flights, airports')?.map((option) => option.detail)
    expect(details).toEqual(['timestamp · late_flights, airports', 'text · late_flights'])
  })

  it('is silent after a dot, in strings and comments, and without relations', () => {
    expect(complete('SELECT f.a| FROM late_flights f')).toBeNull()
    expect(complete("SELECT 'a| FROM late_flights'")).toBeNull()
    expect(complete('SELECT 1 FROM late_flights -- a|')).toBeNull()
    expect(complete('SELECT a|')).toBeNull()
    expect(complete('SELECT a| FROM late_flights', columnSource(null))).toBeNull()
  })
})

describe('completion of functions', () => {
  it('offers functions with their arguments', () => {
    const found = complete('SELECT st|', functionSource)?.find((option) => option.label === 'strftime')
    expect(found?.detail).toBe('(format, time, …)')
  })
})

describe('relationsNamed', () => {
  it('does not take strings for names', () => {
    expect(relationsNamed("SELECT 'airports'", schema)).toEqual([])
  })
})

describe('completion of keywords', () => {
  it('offers what reads, and nothing that writes', () => {
    const labels = complete('SELECT 1 F|', keywordSource)?.map((option) => option.label) ?? []
    expect(labels).toContain('FROM')
    expect(labels.some((label) => /INSERT|UPDATE|DELETE|DROP|CREATE/.test(label))).toBe(false)
  })
})
