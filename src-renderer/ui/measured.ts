/** Whether figures that are measured now and then are those of now. Pure. */

/** Measurements missed until figures count as old, and the least time for that, milliseconds. */
const missed = 3
const leastMs = 10_000

/** Figures that were never measured are not old. */
export function isOld({ at, intervalMs }: { at: number | null; intervalMs: number }, now: number): boolean {
  return at !== null && now - at > Math.max(leastMs, missed * intervalMs)
}
