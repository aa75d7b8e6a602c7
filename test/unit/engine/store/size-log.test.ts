/** Sizes of the store as they were, coarser with age. */
import Database from 'better-sqlite3'
import { expect, it } from 'vitest'
import { SizeLog } from '../../../../src-main/engine/store/size-log.ts'
import { systemSchema } from '../../../../src-main/engine/store/system-schema.ts'

const start = Date.UTC(2024, 0, 1)
const hour = 3_600_000

function opened() {
  const database = new Database(':memory:')
  database.exec(systemSchema)
  return { database, sizes: new SizeLog(database) }
}

const rows = (database: Database.Database, columns: string): unknown[] =>
  database.prepare(`SELECT ${columns} FROM sys_store ORDER BY seconds DESC, at`).raw().all()

it('notes what is used, the file and its log, once a second', () => {
  const { database, sizes } = opened()
  sizes.note(start + 10, 500)
  database.exec('CREATE TABLE t (x BLOB); INSERT INTO t VALUES (zeroblob(1000000))')
  sizes.note(start + 990, 400)
  database.exec('DELETE FROM t')
  sizes.note(start + 1000, 0)
  expect(rows(database, 'seconds, at, log_bytes, used_bytes < 500000, file_bytes > 1000000')).toEqual([
    [1, start, 500, 0, 1],
    [1, start + 1000, 0, 1, 1],
  ])
})

it('keeps the largest sizes of a wider slice', () => {
  const { database, sizes } = opened()
  for (const [second, log] of [1, 7, 3, 2].entries()) sizes.note(start + second * 1000, log)
  sizes.note(start + 12_000, 5)
  sizes.note(start + 2 * hour, 9)
  expect(rows(database, 'seconds, at, log_bytes')).toEqual([
    [10, start, 7],
    [10, start + 10_000, 5],
    [1, start + 2 * hour, 9],
  ])
})
