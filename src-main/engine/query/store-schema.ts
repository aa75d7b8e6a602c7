/** The relations of a store with their columns and types, for completion and the tables tree. Runs in the main process. */
import type { Relation, SchemaView } from '#contract/query.ts'
import { createHash } from 'node:crypto'
import { columnTypeOf } from './column-type.ts'
import type { SqlValue } from '../../columns/values.ts'
import type { StoreReader } from './store-reader.ts'

/** Names with a slash are the engine's own: no name of a workspace holds one. */
const isVisible = (name: string): string =>
  `${name} NOT LIKE '\\_penstock\\_%' ESCAPE '\\' AND ${name} NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND instr(${name}, '/') = 0`

const columnsSql = `
SELECT m.name, c.name, c.type, d.kind, d.type, d.column_name IS NOT NULL, c.pk
FROM sqlite_schema m
JOIN pragma_table_xinfo(m.name) c ON c.hidden <> 1
LEFT JOIN _penstock_columns d ON d.relation = m.name AND d.column_name = c.name
WHERE m.type IN ('table', 'view') AND ${isVisible('m.name')}
ORDER BY m.name, c.cid`

const indexesSql = `
SELECT tbl_name, name FROM sqlite_schema
WHERE type = 'index' AND ${isVisible('name')} ORDER BY tbl_name, name`

const countsSql = `
SELECT 'table', name, rows FROM sys_tables UNION ALL SELECT 'lookup', name, rows FROM sys_lookups
UNION ALL SELECT 'rollup', name, groups FROM sys_rollups`

/** Reads the schema; three small statements. */
export async function readSchema(reader: StoreReader): Promise<SchemaView> {
  const [columns, indexes, counts] = await Promise.all([
    reader.run(columnsSql),
    reader.run(indexesSql),
    reader.run(countsSql),
  ])
  const relations = relationsOf(columns)
  for (const [kind, name, rows] of counts) {
    const relation = relations.get(String(name))
    if (relation === undefined) continue
    relation.rows = Number(rows)
    relation.kind = kindOf(kind)
  }
  for (const [relation, name] of indexes) relations.get(String(relation))?.indexes.push(String(name))
  const list = [...relations.values()].sort(byKindAndName)
  return { version: versionOf(list), relations: list }
}

function relationsOf(rows: SqlValue[][]): Map<string, Relation> {
  const relations = new Map<string, Relation>()
  for (const [relationName, columnName, sqlType, kind, type, isDeclared, place] of rows) {
    const name = String(relationName)
    const column = String(columnName)
    const relation = relations.get(name) ?? emptyRelation(name, kind)
    relations.set(name, relation)
    const declared = isDeclared === 1n ? type : undefined
    relation.columns.push({
      name: column,
      type: columnTypeOf({ relation: name, column, declared, sqlType: String(sqlType) }),
      sqlType: String(sqlType),
    })
    if (Number(place) > 0) relation.primaryKey[Number(place) - 1] = column
  }
  return relations
}

function emptyRelation(name: string, kind: SqlValue | undefined): Relation {
  return {
    name,
    kind: name.startsWith('sys_') ? 'system' : kindOf(kind),
    rows: null,
    columns: [],
    indexes: [],
    primaryKey: [],
  }
}

function kindOf(kind: SqlValue | undefined): Relation['kind'] {
  return kind === 'lookup' || kind === 'rollup' ? kind : 'table'
}

const kindOrder: readonly Relation['kind'][] = ['table', 'rollup', 'lookup', 'system']

function byKindAndName(left: Relation, right: Relation): number {
  const byKind = kindOrder.indexOf(left.kind) - kindOrder.indexOf(right.kind)
  return byKind === 0 ? left.name.localeCompare(right.name, 'en') : byKind
}

/** Changes with relations, columns and indexes, not with row counts. */
function versionOf(relations: readonly Relation[]): string {
  const facts = relations.map((relation) => ({ ...relation, rows: null }))
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 16)
}
