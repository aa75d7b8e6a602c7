/** What every test of a fault asks of the store that is left: SQLite finds it whole. */
import Database from 'better-sqlite3'

/** What `PRAGMA integrity_check` says of a store file: `['ok']` where it is whole. Opens it as another process would. */
export function integrityOf(storeFile: string): string[] {
  const database = new Database(storeFile, { readonly: true })
  try {
    return database.prepare<[], string>('PRAGMA integrity_check').pluck().all()
  } finally {
    database.close()
  }
}
