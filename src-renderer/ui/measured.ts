/** Whether figures that are measured now and then are those of now. Pure. */
import type { ConnectionView } from '#contract/connections.ts'

/** Measurements missed until figures count as old, and the least time for that, milliseconds. */
const missed = 3
const leastMs = 10_000

/** Figures that were never measured are not old. */
export function isOld({ at, intervalMs }: { at: number | null; intervalMs: number }, now: number): boolean {
  return at !== null && now - at > Math.max(leastMs, missed * intervalMs)
}

/** How often one topic or group that is looked at is measured, milliseconds. */
const detailIntervalMs = 5000

/** What is known of one thing of a cluster: a state of polling. */
interface Detail {
  data: { at: number } | null
  error: unknown
}

/** Whether the figures of one topic or group are not renewed any more, whatever the reason. */
export function isOldDetail(
  { data, error }: Detail,
  { state }: Pick<ConnectionView, 'state'>,
  now: number,
): boolean {
  if (data === null) return false
  return error !== null || state === 'waiting' || isOld({ at: data.at, intervalMs: detailIntervalMs }, now)
}
