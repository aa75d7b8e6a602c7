import { describe, expect, it } from 'vitest'
import type { Relation, SchemaView } from '#contract/query.ts'
import { groupKey, treeRows } from '../../../../src-renderer/features/query/tree-rows.ts'

function relation(name: string, kind: Relation['kind'], ...columns: string[]): Relation {
  return {
    name,
    kind,
    rows: null,
    columns: columns.map((column) => ({ name: column, type: null, sqlType: 'TEXT' })),
    indexes: [],
    primaryKey: [],
  }
}
const schema: SchemaView = {
  version: '1',
  relations: [
    relation('flights', 'table', 'at', 'delay'),
    relation('late', 'table', 'at'),
    relation('airports', 'lookup', 'iata'),
  ],
}
const shown = (filter: string, ...open: string[]): string[] =>
  treeRows(schema, filter, new Set(open)).map(({ level, label }) => `${'  '.repeat(level - 1)}${label}`)

describe('the tables tree', () => {
  it('shows groups that hold something, and what is unfolded', () => {
    expect(shown('')).toEqual(['Tables', 'Lookups'])
    expect(shown('', groupKey('table'), 'relation flights')).toEqual([
      'Tables',
      '  flights',
      '    at',
      '    delay',
      '  late',
      'Lookups',
    ])
  })

  it('has rollups between tables and lookups', () => {
    const relations = [...schema.relations, relation('by_hour', 'rollup', 'window_start')]
    const labels = treeRows({ version: '1', relations }, '', new Set()).map(({ label }) => label)
    expect(labels).toEqual(['Tables', 'Rollups', 'Lookups'])
  })

  it('finds relations by name and columns within them, unfolded as far as needed', () => {
    expect(shown('LATE')).toEqual(['Tables', '  late'])
    expect(shown(' dela ')).toEqual(['Tables', '  flights', '    delay'])
    expect(shown('nothing')).toEqual([])
  })

  it('says which columns are the key', () => {
    const orders = { ...relation('orders', 'table', 'id', 'status'), primaryKey: ['id'] }
    const rows = treeRows(
      { version: '1', relations: [orders] },
      '',
      new Set([groupKey('table'), 'relation orders']),
    )
    expect(rows.slice(2).map(({ label, detail }) => `${label}: ${detail}`)).toEqual([
      'id: text, key',
      'status: text',
    ])
  })

  it('keeps keys apart that have the same name', () => {
    const open = new Set([groupKey('table'), 'relation flights', 'relation late'])
    const keys = treeRows(schema, '', open).map(({ key }) => key)
    expect(new Set(keys).size).toBe(keys.length)
  })
})
