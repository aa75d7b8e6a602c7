/** The phases of a batch in their order. */
import type { BatchRow } from '#contract/statistics.ts'

export const phases = [
  { name: 'decode', color: 'var(--series-1)', ms: (batch: BatchRow) => batch.decodeMs },
  { name: 'load', color: 'var(--series-4)', ms: (batch: BatchRow) => batch.loadMs },
  { name: 'steps', color: 'var(--series-2)', ms: (batch: BatchRow) => batch.stepsMs },
  { name: 'commit', color: 'var(--series-3)', ms: (batch: BatchRow) => batch.commitMs },
] as const
