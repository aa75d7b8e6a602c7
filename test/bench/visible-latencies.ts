/** How long rows of `sales` take from their timestamp until another process can see them. */
import Database from 'better-sqlite3'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Looks for new rows again and again.
 * @returns milliseconds of each row that became visible, ascending
 */
export async function visibleLatencies(
  storeFile: string,
  { runMs, pollMs }: { runMs: number; pollMs: number },
): Promise<number[]> {
  const reader = new Database(storeFile, { readonly: true })
  const newest = reader.prepare<[], { last: number }>('SELECT max(rowid) AS last FROM sales')
  const since = reader.prepare<[number, number], { at: number; rows: number }>(
    'SELECT _timestamp AS at, count(*) AS rows FROM sales WHERE rowid > ? AND rowid <= ? GROUP BY _timestamp',
  )
  const latencies: number[] = []
  let seen = newest.get()?.last ?? 0
  const end = performance.now() + runMs
  while (performance.now() < end) {
    await sleep(pollMs)
    const last = newest.get()?.last ?? seen
    const now = Date.now()
    for (const { at, rows } of since.all(seen, last))
      for (let row = 0; row < rows; row++) latencies.push(now - at)
    seen = last
  }
  reader.close()
  return latencies.sort((left, right) => left - right)
}
