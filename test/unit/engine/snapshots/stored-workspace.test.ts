/** What a store at rest says of itself, whatever state it was left in. */
import Database from 'better-sqlite3'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readStoredWorkspace } from '../../../../src-main/engine/snapshots/stored-workspace.ts'
import { systemSchema } from '../../../../src-main/engine/store/system-schema.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'penstock-stored-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

test('is read from the log of a process that was killed, and changes neither file nor log', () => {
  const file = path.join(folder, 'store.db')
  const database = new Database(file)
  database.pragma('journal_mode = WAL')
  database.exec(systemSchema)
  database.exec("INSERT INTO sys_workspace VALUES ('/w/penstock.yaml', 'w', 'penstock: 1', '{}', 1)")
  database.exec("INSERT INTO sys_tables (name, source, rows, landed, evicted) VALUES ('t', 's', 7, 10, 3)")
  const left = path.join(folder, 'left.db')
  for (const suffix of ['', '-wal']) cpSync(file + suffix, left + suffix)
  database.close()
  const bytes = (): string[] => ['', '-wal'].map((suffix) => readFileSync(left + suffix).toString('base64'))
  const before = bytes()
  expect(readStoredWorkspace(left)).toMatchObject({
    text: 'penstock: 1',
    held: { tables: new Map([['t', { rows: 7, evicted: 3 }]]), rollups: new Map() },
  })
  expect(bytes()).toEqual(before)
})

test('is nothing where no store is, an empty file, or a store that no workspace filled', () => {
  const file = path.join(folder, 'store.db')
  expect(readStoredWorkspace(file)).toBeNull()
  writeFileSync(file, '')
  expect(readStoredWorkspace(file)).toBeNull()
  const database = new Database(file)
  database.exec(systemSchema)
  database.close()
  expect(readStoredWorkspace(file)).toBeNull()
})

test('is refused where the file is no database', () => {
  const file = path.join(folder, 'store.db')
  writeFileSync(file, 'no database')
  expect(() => readStoredWorkspace(file)).toThrow(/not a database/u)
})
