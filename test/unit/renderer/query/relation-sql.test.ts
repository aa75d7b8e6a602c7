import { describe, expect, it } from 'vitest'
import type { Relation } from '#contract/query.ts'
import { columnsSql, countSql, newestRowsSql } from '../../../../src-renderer/features/query/relation-sql.ts'
import { titleOf } from '../../../../src-renderer/features/query/tab-title.ts'

const relation = (name: string, kind: Relation['kind'], columns: Relation['columns'] = []): Relation => ({
  name,
  kind,
  columns,
  rows: null,
  indexes: [],
  primaryKey: [],
})

describe('statements for a relation', () => {
  it('take the newest rows of a table by arrival, of a system relation by time, of a lookup as they are', () => {
    expect(newestRowsSql(relation('late', 'table'))).toBe('SELECT * FROM late ORDER BY rowid DESC LIMIT 100')
    const at = { name: 'at', type: 'timestamp' as const, sqlType: 'INTEGER' }
    expect(newestRowsSql(relation('sys_topics', 'system', [at]))).toBe(
      'SELECT * FROM sys_topics ORDER BY at DESC LIMIT 100',
    )
    expect(newestRowsSql(relation('sys_x', 'system'))).toBe('SELECT * FROM sys_x LIMIT 100')
    expect(newestRowsSql(relation('air ports', 'lookup'))).toBe('SELECT * FROM "air ports" LIMIT 100')
  })

  it('take the newest windows of a rollup, and all of one without windows', () => {
    const time = (name: string): Relation['columns'][number] => ({
      name,
      type: 'timestamp',
      sqlType: 'INTEGER',
    })
    const hourly = relation('by_hour', 'rollup', [time('window_start'), time('window_end')])
    expect(newestRowsSql(hourly)).toBe('SELECT * FROM by_hour ORDER BY window_start DESC LIMIT 100')
    expect(newestRowsSql(relation('in_all', 'rollup', [time('last_seen')]))).toBe(
      'SELECT * FROM in_all LIMIT 100',
    )
  })

  it('quote names that need it', () => {
    const order = { name: 'order', type: null, sqlType: 'TEXT' }
    expect(columnsSql(relation('t', 'table', [order]))).toBe('SELECT "order"\nFROM t\nLIMIT 100')
    expect(countSql(relation('group', 'table'))).toBe('SELECT count(*) AS rows FROM "group"')
  })
})

describe('titleOf', () => {
  it.each([
    ['', 'Untitled'],
    ['-- Revenue by minute\nSELECT 1', 'Revenue by minute'],
    ['/* stuck\ncustomers */ SELECT 1', 'stuck'],
    ['SELECT * from "late flights" f', 'late flights'],
    ['SELECT 1', 'Untitled'],
    ['SELECT * FROM (SELECT 1 FROM t)', 't'],
    ['-- ', 'Untitled'],
  ])('calls %j %j', (sql, title) => {
    expect(titleOf(sql)).toBe(title)
  })
})
