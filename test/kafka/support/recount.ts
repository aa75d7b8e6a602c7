/** An independent recount of what has landed: every id that was produced, exactly once. */
import Database from 'better-sqlite3'
import { integrityOf } from '../../support/integrity.ts'

export interface Recount {
  landed: number
  /** Ids that were produced and have not landed; at most 10 of them. */
  missing: number[]
  /** Ids that have landed more than once; at most 10 of them. */
  doubled: number[]
  /** What SQLite's own check says of the store: `['ok']` where it is whole. */
  integrity: string[]
}

/**
 * Reads the store file itself, not through the engine.
 * @param count ids 0 to count - 1 were produced
 */
export function recount(storeFile: string, count: number): Recount {
  const database = new Database(storeFile, { readonly: true })
  try {
    const ids = database.prepare<[], number>('SELECT id FROM landed').pluck().iterate()
    const times = new Uint8Array(count)
    let landed = 0
    const strange: number[] = []
    for (const id of ids) {
      landed++
      if (id < 0 || id >= count) strange.push(id)
      else times[id] = (times[id] ?? 0) + 1
    }
    if (strange.length > 0) throw new Error(`ids that nobody produced: ${strange.slice(0, 10).join(', ')}`)
    return {
      landed,
      missing: indexesOf(times, (seen) => seen === 0),
      doubled: indexesOf(times, (seen) => seen > 1),
      integrity: integrityOf(storeFile),
    }
  } finally {
    database.close()
  }
}

function indexesOf(times: Uint8Array, fits: (seen: number) => boolean): number[] {
  const found: number[] = []
  for (const [index, seen] of times.entries()) if (fits(seen) && found.length < 10) found.push(index)
  return found
}
