/**
 * Keeps the workspace that fills the store in the store itself, so that a copy of one is a copy of both. Store thread only.
 */
import type { Database } from 'better-sqlite3'
import type { Column, Workspace } from '../../workspace/model.ts'

/** @param columns of each source, as used */
export function noteWorkspace(
  database: Database,
  workspace: Pick<Workspace, 'file' | 'name' | 'text'>,
  columns: ReadonlyMap<string, readonly Column[]>,
  nowMs: number,
): void {
  const { file, name, text } = workspace
  const used = JSON.stringify(Object.fromEntries(columns), (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  )
  const write = database.transaction(() => {
    database.exec('DELETE FROM sys_workspace')
    database
      .prepare('INSERT INTO sys_workspace (file, name, text, columns, read_at) VALUES (?, ?, ?, ?, ?)')
      .run(file, name, text, used, Math.floor(nowMs))
  })
  write()
}

/** @returns penstock.yaml as it filled the store; null where nothing is noted yet */
export function notedText(database: Database): string | null {
  return database.prepare<[], string>('SELECT text FROM sys_workspace').pluck().get() ?? null
}
