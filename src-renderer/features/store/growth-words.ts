/** What the growth of the store leads to, in words. Pure. */
import type { LiveSnapshot } from '#contract/live.ts'
import { formatDuration } from '../../ui/format.ts'
import type { Tone } from '../../ui/tone.ts'

type Store = Pick<LiveSnapshot['store'], 'usedBytes' | 'limitBytes' | 'budgetBytes'>
type Facts = Pick<LiveSnapshot, 'state'> & { store: Store }

export interface GrowthWords {
  tone: Tone
  text: string
}

/** Slower than this is no growth: pages come and go. Bytes per second. */
const stillRate = 200
const yearMs = 365 * 86_400_000
const soonMs = 3_600_000
/** A store is full when the next batch finds no room in it; that may take so much. */
const batchBytes = 64_000_000
/** A store that evicts stays a little below its budget, by share of it. */
const swing = 0.03

/** The bound that is met first, and what happens there; null where there is none. */
export function boundOf({
  limitBytes,
  budgetBytes,
}: Store): { bytes: number; name: string; then: string } | null {
  if (budgetBytes !== null && (limitBytes === null || budgetBytes <= limitBytes))
    return { bytes: budgetBytes, name: 'budget', then: 'at the budget the oldest rows go' }
  return limitBytes === null ? null : { bytes: limitBytes, name: 'limit', then: 'at the limit ingest waits' }
}

/** @param perSecond bytes per second of late; null where that is not known */
export function growthWords({ state, store }: Facts, perSecond: number | null): GrowthWords {
  const bound = boundOf(store)
  if (bound !== null && isReached(bound, state, store))
    return bound.name === 'limit'
      ? { tone: 'error', text: 'the limit is reached: ingest waits for room' }
      : { tone: 'neutral', text: 'the budget is reached: the oldest rows go' }
  if (state !== 'running') return { tone: 'neutral', text: `no projection while the engine is ${state}` }
  if (perSecond === null) return { tone: 'neutral', text: 'known after a minute of figures' }
  if (perSecond < stillRate) return { tone: 'neutral', text: 'not growing' }
  if (bound === null) return { tone: 'neutral', text: 'no limit is set' }
  const leftMs = ((bound.bytes - store.usedBytes) / perSecond) * 1000
  if (leftMs > yearMs)
    return { tone: 'neutral', text: `${bound.name} not reached within a year at this rate` }
  return {
    tone: bound.name === 'limit' && leftMs < soonMs ? 'warn' : 'neutral',
    text: `${bound.name} reached in ${formatDuration(leftMs)} at this rate`,
  }
}

function isReached(
  { bytes, name }: { bytes: number; name: string },
  state: Facts['state'],
  { usedBytes }: Store,
): boolean {
  const whenFull = state === 'waiting' ? batchBytes : 0
  return usedBytes + (name === 'budget' ? swing * bytes : whenFull) >= bytes
}

/** Whether a rate is more than pages that come and go. */
export function isGrowing(perSecond: number | null): boolean {
  return perSecond !== null && perSecond >= stillRate
}
