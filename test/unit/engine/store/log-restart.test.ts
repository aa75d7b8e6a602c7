import Database from 'better-sqlite3'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { LogRestart, readersMs } from '../../../../src-main/engine/store/log-restart.ts'

const mebibyte = 1024 * 1024
const folders: string[] = []
const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function openLog() {
  const folder = mkdtempSync(path.join(tmpdir(), 'penstock-log-'))
  folders.push(folder)
  const file = path.join(folder, 'store.db')
  const database = new Database(file, { timeout: readersMs })
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = OFF')
  database.pragma('journal_size_limit = 1048576')
  database.exec('CREATE TABLE t (n INTEGER, filling BLOB)')
  const insert = database.prepare('INSERT INTO t VALUES (1, randomblob(500000))')
  return { file, database, write: () => insert.run(), logBytes: () => statSync(`${file}-wal`).size }
}

/** Another process that reads the store as it is now, and for a while. */
async function readAWhile(file: string): Promise<void> {
  const script = `import { DatabaseSync } from 'node:sqlite'
    const database = new DatabaseSync(${JSON.stringify(file)}, { readOnly: true })
    database.exec('BEGIN; SELECT count(*) FROM t')
    process.send('reads')
    setTimeout(() => database.exec('COMMIT'), 300)
    process.on('disconnect', () => process.exit())`
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  children.push(child)
  await once(child, 'message')
}

it('waits for who reads a log that has grown too far, so that the next transaction begins it anew', async () => {
  const { file, database, write, logBytes } = openLog()
  write()
  await readAWhile(file)
  for (let round = 0; round < 10; round++) write()
  expect(logBytes()).toBeGreaterThan(5 * mebibyte)
  new LogRestart(database, () => false, 4 * mebibyte).check(logBytes())
  write()
  expect(logBytes()).toBeLessThan(2 * mebibyte)
  database.close()
})

it('waits for a reader that stays only once in so much growth', () => {
  const { file, database, write, logBytes } = openLog()
  database.pragma('busy_timeout = 1')
  const reader = new Database(file, { readonly: true })
  write()
  const rows = reader.prepare('SELECT n FROM t, (VALUES (1), (2), (3))').iterate()
  rows.next()
  const tries: number[] = []
  const restart = new LogRestart(
    {
      pragma(sql: string, options: Database.PragmaOptions): unknown {
        tries.push(logBytes())
        return database.pragma(sql, options)
      },
    },
    () => false,
    4 * mebibyte,
  )
  for (let round = 0; round < 30; round++) {
    write()
    restart.check(logBytes())
  }
  expect(tries.map((bytes) => Math.floor(bytes / (4 * mebibyte)))).toEqual([1, 2, 3])
  rows.return?.()
  write()
  write()
  write()
  restart.check(logBytes())
  write()
  expect(logBytes()).toBeLessThan(2 * mebibyte)
  reader.close()
  database.close()
})

it('does not wait for who copies the store, whom it would not outlast', async () => {
  const { file, database, write, logBytes } = openLog()
  write()
  await readAWhile(file)
  for (let round = 0; round < 10; round++) write()
  let isCopied = true
  const waits: string[] = []
  const watched = {
    pragma(sql: string, options: Database.PragmaOptions): unknown {
      waits.push(sql)
      return database.pragma(sql, options)
    },
  }
  const restart = new LogRestart(watched, () => isCopied, 4 * mebibyte)
  restart.check(logBytes())
  expect(waits).toEqual([])
  isCopied = false
  restart.check(logBytes())
  expect(waits).toEqual(['wal_checkpoint(RESTART)'])
  database.close()
})
