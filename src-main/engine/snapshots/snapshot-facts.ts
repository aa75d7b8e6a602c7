/** What a snapshot says of itself, in a table that no store has. Read and written by the snapshot process and by those who open one. */

/** Grows when the meaning of the table changes. */
export const snapshotFormat = 1

export const snapshotSchema = `
CREATE TABLE sys_snapshot (
  format INTEGER NOT NULL, taken_at INTEGER NOT NULL, penstock TEXT NOT NULL, workspace TEXT NOT NULL,
  scheduled INTEGER NOT NULL
) STRICT`

/** Name of a scheduled snapshot: the workspace's, then the time in UTC, so that names sort by time. */
export function scheduledName(workspace: string, atMs: number): string {
  return `${plainName(workspace)}-${compactTime(atMs)}.db`
}

/** Time of a scheduled snapshot by its name, milliseconds; null for any other name. */
export function scheduledTime(workspace: string, name: string): number | null {
  const start = `${plainName(workspace)}-`
  const found = name.startsWith(start)
    ? /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.db$/.exec(name.slice(start.length))
    : null
  if (found === null) return null
  const [, year, month, day, hour, minute, second] = found.map(Number)
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second)
}

/** "20260131T120000Z". */
export function compactTime(atMs: number): string {
  return new Date(atMs).toISOString().replace(/\.\d+/, '').replaceAll(/[-:]/g, '')
}

/** A name as every file system takes it. */
function plainName(workspace: string): string {
  return workspace.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-').slice(0, 100)
}
