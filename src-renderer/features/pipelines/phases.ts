/** The phases of a batch in their order, and the scale that their lengths are drawn in. Pure. */
import type { BatchRow } from '#contract/statistics.ts'

export const phases = [
  { name: 'decode', color: 'var(--series-1)', ms: (batch: BatchRow) => batch.decodeMs },
  { name: 'load', color: 'var(--series-4)', ms: (batch: BatchRow) => batch.loadMs },
  { name: 'steps', color: 'var(--series-2)', ms: (batch: BatchRow) => batch.stepsMs },
  { name: 'commit', color: 'var(--series-3)', ms: (batch: BatchRow) => batch.commitMs },
] as const

/** Share of the batches that a scale shows in full; the slowest few would make all others too short to be read. */
const shownInFull = 0.94

/** Milliseconds that fill the width of a bar, for batches that are shown together; at least 1. */
export function scaleMs(batches: readonly BatchRow[]): number {
  const sums = batches.map((batch) => phases.reduce((sum, { ms }) => sum + ms(batch), 0))
  const ordered = sums.toSorted((left, right) => left - right)
  return Math.max(1, ordered[Math.floor(shownInFull * (ordered.length - 1))] ?? 1)
}
