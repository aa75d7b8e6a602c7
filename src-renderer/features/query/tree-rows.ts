/** The tables tree as a flat list of what is in sight: groups, their relations, their columns. Pure. */
import type { Relation, SchemaView } from '#contract/query.ts'

type RelationColumn = Relation['columns'][number]

export interface TreeRow {
  /** Unique and stable over refreshes. */
  key: string
  kind: 'group' | 'relation' | 'column'
  level: 1 | 2 | 3
  label: string
  /** Type of a column and whether it is of the primary key, number of relations of a group; empty for relations, whose rows are live. */
  detail: string
  /** Null where nothing can be opened. */
  isOpen: boolean | null
  /** Key of the row above it in the tree; null for groups. */
  parent: string | null
  relation: Relation | null
  column: RelationColumn | null
}

const groups: readonly { kind: Relation['kind']; label: string }[] = [
  { kind: 'table', label: 'Tables' },
  { kind: 'rollup', label: 'Rollups' },
  { kind: 'lookup', label: 'Lookups' },
  { kind: 'system', label: 'System' },
]

/** Key of a group; what is open at first is said with it. */
export function groupKey(kind: Relation['kind']): string {
  return `group ${kind}`
}

function matches(text: string, wanted: string): boolean {
  return text.toLowerCase().includes(wanted)
}

interface Found {
  relation: Relation
  columns: readonly RelationColumn[]
}

/** A relation with the columns that the filter leaves; all of them where its own name matches. */
function filtered(relation: Relation, wanted: string): Found | null {
  if (matches(relation.name, wanted)) return { relation, columns: relation.columns }
  const columns = relation.columns.filter(({ name }) => matches(name, wanted))
  return columns.length === 0 ? null : { relation, columns }
}

function relationRows(found: Found, wanted: string, open: ReadonlySet<string>): TreeRow[] {
  const { relation, columns } = found
  const key = `relation ${relation.name}`
  const isByColumn = wanted !== '' && columns.length < relation.columns.length
  const isOpen = open.has(key) || isByColumn
  const base = { relation, parent: groupKey(relation.kind) }
  const row: TreeRow = { key, kind: 'relation', level: 2, label: relation.name, detail: '', isOpen, column: null, ...base } // prettier-ignore
  if (!isOpen) return [row]
  return [
    row,
    ...columns.map((column): TreeRow => ({
      key: `${key} ${column.name}`,
      kind: 'column',
      level: 3,
      label: column.name,
      detail: `${column.type ?? column.sqlType.toLowerCase()}${relation.primaryKey.includes(column.name) ? ', key' : ''}`,
      isOpen: null,
      parent: key,
      relation,
      column,
    })),
  ]
}

/**
 * Rows of the tree from top to bottom.
 * @param filter text that relation or column names hold; opens what it finds
 * @param open keys of rows that are unfolded
 */
export function treeRows(schema: SchemaView, filter: string, open: ReadonlySet<string>): TreeRow[] {
  const wanted = filter.trim().toLowerCase()
  return groups.flatMap(({ kind, label }) => {
    const found = schema.relations
      .filter((relation) => relation.kind === kind)
      .flatMap((relation) => filtered(relation, wanted) ?? [])
    if (found.length === 0) return []
    const key = groupKey(kind)
    const isOpen = wanted !== '' || open.has(key)
    const group: TreeRow = {
      ...{ key, kind: 'group', level: 1, label, detail: String(found.length), isOpen },
      ...{ parent: null, relation: null, column: null },
    }
    return [group, ...(isOpen ? found.flatMap((one) => relationRows(one, wanted, open)) : [])]
  })
}
