/** How fast an engine takes in a capture, by its own batches. */
import type { Workspace } from '../../src-main/workspace/model.ts'
import { recordsOf, timedQuery, until, withEngine } from './run-engine.ts'

/**
 * From the first record read to the last one committed.
 * @param records in the capture of the only source
 * @returns records a second
 */
export async function ingestedPerSecond(plan: Workspace, records: number): Promise<number> {
  return withEngine(plan, async (engine) => {
    await until(
      engine,
      (snapshot) => recordsOf(snapshot) >= records && snapshot.sources[0]?.state === 'ended',
    )
    const { rows } = await timedQuery(
      engine,
      `SELECT min(committed_at - decode_ms), max(committed_at + coalesce(total_ms, load_ms + steps_ms)), sum(records) FROM sys_batches`,
    )
    const [first, last, counted] = (rows[0] ?? []).map(numberOf)
    if (counted !== records) throw new Error(`counted ${String(counted)} records`)
    return (records * 1000) / ((last ?? 0) - (first ?? 0))
  })
}

/** A number of a result's cell. */
export function numberOf(cell: unknown): number {
  if (typeof cell === 'number') return cell
  return typeof cell === 'object' && cell !== null && 'r' in cell ? Number(cell.r) : Number.NaN
}
