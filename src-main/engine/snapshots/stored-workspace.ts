/**
 * What a store at rest says of itself: the workspace that filled it last, and how much it holds. Main process, while no engine
 * of this process has the store open: closing a file gives up the locks that its process has on it. Reads a few pages.
 */
import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { HeldByStore, HeldRelation } from '../../workspace/losses.ts'

export interface StoredWorkspace {
  /** penstock.yaml as it was read then. */
  text: string
  held: HeldByStore
}

/**
 * @param storeFile absolute path
 * @returns null where there is no store, or none that says it
 * @throws the database's error, or the system's, where the file cannot be read; what opens the store says more about it
 */
export function readStoredWorkspace(storeFile: string): StoredWorkspace | null {
  const facts = statSync(storeFile, { throwIfNoEntry: false })
  if (facts === undefined || facts.size === 0) return null
  const database = new DatabaseSync(storeFile, { readOnly: true })
  try {
    const text = database.prepare('SELECT text FROM sys_workspace').get()?.['text']
    if (typeof text !== 'string') return null
    const tables = relationsIn(database, 'SELECT name, rows, evicted FROM sys_tables')
    const rollups = relationsIn(database, 'SELECT name, groups AS rows, evicted FROM sys_rollups')
    return { text, held: { tables, rollups, sizeBytes: facts.size } }
  } finally {
    database.close()
  }
}

function relationsIn(database: DatabaseSync, sql: string): Map<string, HeldRelation> {
  const rows = database.prepare(sql).all()
  return new Map(
    rows.map((row) => [String(row['name']), { rows: Number(row['rows']), evicted: Number(row['evicted']) }]),
  )
}
