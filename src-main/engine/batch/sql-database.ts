/** The slice of an SQLite connection that transformation and store share; the store's connection fits it. */

export interface SqlStatement {
  run(...parameters: unknown[]): { changes: number }
  get(...parameters: unknown[]): unknown
  all(...parameters: unknown[]): unknown[]
  columns(): { name: string; column: string | null; table: string | null; type: string | null }[]
}

export interface SqlDatabase {
  prepare(sql: string): SqlStatement
  exec(sql: string): unknown
}
