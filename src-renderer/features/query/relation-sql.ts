/** Statements that the tables tree offers for a relation. Pure. */
import type { Relation } from '#contract/query.ts'
import { quoteName } from '../../editor/sql-tokens.ts'

/**
 * Newest rows first: by arrival for tables, by their windows for rollups, by the first time column for system relations, as
 * they are for lookups.
 */
export function newestRowsSql(relation: Relation, rows = 100): string {
  const name = quoteName(relation.name)
  const time = relation.columns.find((column) => column.type === 'timestamp')
  const isByTime = relation.kind === 'system' || (relation.kind === 'rollup' && time?.name === 'window_start')
  const order =
    relation.kind === 'table'
      ? ' ORDER BY rowid DESC'
      : isByTime && time !== undefined
        ? ` ORDER BY ${quoteName(time.name)} DESC`
        : ''
  return `SELECT * FROM ${name}${order} LIMIT ${String(rows)}`
}

/** A SELECT that names every column. */
export function columnsSql(relation: Relation): string {
  const names = relation.columns.map((column) => quoteName(column.name)).join(', ')
  return `SELECT ${names}\nFROM ${quoteName(relation.name)}\nLIMIT 100`
}

export function countSql(relation: Relation): string {
  return `SELECT count(*) AS rows FROM ${quoteName(relation.name)}`
}
