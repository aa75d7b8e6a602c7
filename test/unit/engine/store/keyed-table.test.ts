import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { makeSystemTables } from '../../../../src-main/engine/store/database.ts'
import { KeyedTable } from '../../../../src-main/engine/store/keyed-table.ts'
import { prepareTables } from '../../../../src-main/engine/store/tables.ts'
import type { LandingPlan } from '../../../../src-main/engine/batch/landing-plan.ts'
import type { TableShape } from '../../../../src-main/engine/batch/relations.ts'
import type { TableChanges } from '../../../../src-main/engine/batch/batch-result.ts'

const hourMs = 3_600_000
const key = [{ name: 'id', type: 'integer' as const }]
const keyed: LandingPlan = { kind: 'keyed', key, newestBy: 'id', deletes: 'id > 1', reorders: false }
const shapeOf = (extra: Partial<TableShape> = {}): TableShape => ({
  ...{ name: 't', source: 's', columns: [...key, { name: 'v', type: 'text' as const }], landing: keyed },
  ...{ indexes: [], retainRows: null, retainBytes: null, retainAgeMs: null, ...extra },
})
const changes = (some: Partial<TableChanges>): TableChanges => ({
  ...{ landed: 0, updated: 0, deleted: 0, stale: 0, duplicates: 0, ...some },
})

function tableWith(extra: Partial<TableShape>) {
  const database = new Database(':memory:')
  makeSystemTables(database)
  const shape = shapeOf(extra)
  prepareTables(database, [shape])
  const table = new KeyedTable(database, shape)
  const insert = database.prepare('INSERT OR REPLACE INTO t (id, _ingested_at) VALUES (?, ?)')
  return {
    database,
    table,
    land: (ids: readonly number[], at: number, change: Partial<TableChanges> = {}): void => {
      for (const id of ids) insert.run(id, at)
      table.landed(ids.length, at, changes({ landed: ids.length, ...change }))
      table.settle(ids.length, at)
      table.committed()
    },
    ids: (): unknown[] => database.prepare('SELECT id FROM t ORDER BY id').pluck().all(),
    noted: (): unknown => database.prepare("SELECT * FROM sys_tables WHERE name = 't'").get(),
  }
}

describe('a table with a key in the store', () => {
  it('is a table that any tool reads, with its primary key, and its numbers of rows are no keys', () => {
    const { database } = tableWith({})
    const sql = String(database.prepare("SELECT sql FROM sqlite_schema WHERE name = 't'").pluck().get())
    expect(sql).toContain('"id" INT NOT NULL')
    expect(sql).toContain('PRIMARY KEY ("id")')
    expect(sql).toContain('STRICT')
    database.exec("INSERT INTO t (id, v) VALUES (7000, 'a')")
    expect(database.prepare('SELECT rowid, id, typeof(id) AS t FROM t').get()).toEqual({
      rowid: 1,
      id: 7000,
      t: 'integer',
    })
  })

  it('evicts what nothing wrote to for longest', () => {
    const { land, ids, table, noted } = tableWith({ retainRows: 3 })
    land([1, 2, 3], 10)
    land([1], 20, { updated: 1 })
    land([4, 5], 30)
    expect(ids()).toEqual([1, 4, 5])
    expect(table.counts).toMatchObject({
      rows: 3,
      landed: 6,
      updated: 1,
      evicted: 2,
      oldestAt: 20,
      newestAt: 30,
    })
    expect(noted()).toMatchObject({ rows: 3, landed: 6, updated: 1, evicted: 2, oldest_at: 20 })
  })

  it('evicts by age in bounded steps, and counts on where it stopped', () => {
    const { database, land, table, ids } = tableWith({ retainAgeMs: 1000 })
    land([1, 2, 3, 4], 10)
    land([5], 900)
    expect([table.evict(2000, 3), table.evict(2000, 3)]).toEqual([3, 2])
    expect(ids()).toEqual([])
    table.note()
    expect(new KeyedTable(database, shapeOf({})).counts).toMatchObject({
      rows: 0,
      landed: 5,
      evicted: 5,
      oldestAt: null,
    })
  })

  it('forgets what a transaction that was rolled back had counted', () => {
    const { land, table } = tableWith({})
    land([1], 1)
    table.landed(1, 2, changes({ landed: 1, deleted: 4, stale: 2 }))
    table.rolledBack()
    expect(table.counts).toMatchObject({ rows: 1, landed: 1, deleted: 0, stale: 0 })
  })

  it('forgets deletes after a day', () => {
    const { database, table } = tableWith({})
    const mark = database.prepare('INSERT INTO _penstock_deleted_t VALUES (?, 0, 0, 0, ?, ?)')
    mark.run(1, '', 0)
    mark.run(2, '', 2 * hourMs)
    const marks = (): unknown[] => database.prepare('SELECT id FROM _penstock_deleted_t').pluck().all()
    table.evict(23 * hourMs, 100)
    expect(marks()).toEqual([1, 2])
    table.evict(25 * hourMs, 100)
    expect(marks()).toEqual([2])
  })
})

describe('a store of an earlier start', () => {
  it('gets the counts that earlier versions did not have', () => {
    const database = new Database(':memory:')
    database.exec(`CREATE TABLE sys_tables (
      name TEXT PRIMARY KEY, source TEXT NOT NULL, rows INTEGER NOT NULL, landed INTEGER NOT NULL, evicted INTEGER NOT NULL,
      oldest_at INTEGER, newest_at INTEGER) STRICT, WITHOUT ROWID;
      INSERT INTO sys_tables VALUES ('old', 's', 5, 7, 2, 1, 2)`)
    makeSystemTables(database)
    makeSystemTables(database)
    expect(database.prepare('SELECT * FROM sys_tables').get()).toEqual({
      ...{ name: 'old', source: 's', rows: 5, landed: 7, evicted: 2, oldest_at: 1, newest_at: 2 },
      ...{ updated: 0, deleted: 0, stale: 0, duplicates: 0 },
    })
  })

  it('refuses a table whose key is another one now', () => {
    const database = new Database(':memory:')
    makeSystemTables(database)
    const prepare = (landing: LandingPlan | null): void => {
      prepareTables(database, [shapeOf({ landing })])
    }
    prepare(keyed)
    prepare(keyed)
    const other = { ...keyed, key: [{ name: 'v', type: 'text' as const }] }
    expect(() => {
      prepare(null)
    }).toThrow('table t has the key id in the store and no key in the workspace')
    expect(() => {
      prepare(other)
    }).toThrow('table t has the key id in the store and the key v in the workspace')
  })

  it('forgets deletes when what is newest goes by another column, by which they would keep out what comes', () => {
    const { database } = tableWith({})
    const marks = (): unknown => database.prepare('SELECT count(*) FROM _penstock_deleted_t').pluck().get()
    database.exec("INSERT INTO _penstock_deleted_t VALUES (1, 1700000000000, 0, 0, '', 0)")
    prepareTables(database, [shapeOf()])
    expect(marks()).toBe(1)
    const columns = [...shapeOf().columns, { name: 'version', type: 'integer' as const }]
    prepareTables(database, [shapeOf({ columns, landing: { ...keyed, newestBy: 'version' } })])
    expect(marks()).toBe(0)
  })

  it('goes on with the deletes of a version that did not note what they go by', () => {
    const { database } = tableWith({})
    const marks = (): unknown => database.prepare('SELECT count(*) FROM _penstock_deleted_t').pluck().get()
    const form = (): string =>
      String(
        database.prepare("SELECT sql FROM sqlite_schema WHERE name = '_penstock_deleted_t'").pluck().get(),
      )
    const now = form()
    database.exec(`DROP TABLE _penstock_deleted_t; ${now.replace('CONSTRAINT "newest by id" ', '')};
      CREATE INDEX _penstock_deleted_t_time ON _penstock_deleted_t (deleted_at);
      INSERT INTO _penstock_deleted_t VALUES (1, 7, 0, 0, '', 0)`)
    expect(form()).not.toBe(now)
    prepareTables(database, [shapeOf()])
    expect([form(), marks()]).toEqual([now, 1])
  })

  it('keeps beside a table only what it needs', () => {
    const { database } = tableWith({ retainRows: 5 })
    const beside = (): unknown[] =>
      database
        .prepare(
          "SELECT name FROM sqlite_schema WHERE name LIKE '\\_penstock\\_%\\_t' ESCAPE '\\' ORDER BY name",
        )
        .pluck()
        .all()
    expect(beside()).toEqual(['_penstock_age_t', '_penstock_deleted_t'])
    prepareTables(database, [shapeOf({ landing: { ...keyed, deletes: null } })])
    expect(beside()).toEqual([])
  })
})
