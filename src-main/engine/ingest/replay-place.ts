/** Where a replay goes on, as it is committed with each batch, and how a changed capture is noticed. Ingest thread. */
import { stat } from 'node:fs/promises'

/** Where the reader is: `line` lines of pass `pass` are committed. */
export interface ReplayPlace {
  pass: number
  line: number
  ended: boolean
  /** Size and modification time of the file that was read, so that a changed one is noticed. */
  fingerprint: string
}

/** The place that an earlier run committed as JSON, or the beginning. */
export function readPlace(text: string | null): ReplayPlace {
  const place: ReplayPlace = { pass: 0, line: 0, ended: false, fingerprint: '' }
  if (text === null) return place
  const stored: unknown = JSON.parse(text)
  if (typeof stored === 'object' && stored !== null) Object.assign(place, stored)
  return place
}

/** Records that were read before these next offsets: they count up from 0 in each partition, without gaps. */
export function recordsBefore(nextOffsets: ReadonlyMap<number, bigint>): number {
  return nextOffsets.values().reduce((sum, offset) => sum + Number(offset), 0)
}

/** Size and time of a capture; empty where it cannot be seen. */
export async function fingerprintOf(file: string): Promise<string> {
  try {
    const facts = await stat(file)
    return `${String(facts.size)} ${String(facts.mtimeMs)}`
  } catch {
    // Reading it says why, and is what reports it.
    return ''
  }
}
