/**
 * How the store grew lately, from the figures of the live feed and from its history: what is used, not the file, which does not
 * shrink. Lives as long as the page, so that it is known when somebody looks. Rune state.
 */
import type { LiveSnapshot } from '#contract/live.ts'
import type { Series } from '#contract/statistics.ts'

export interface GrowthSample {
  /** Milliseconds since 1970 UTC. */
  at: number
  usedBytes: number
}

const sampleEveryMs = 5000
/** How far back growth is known, milliseconds. */
const growthWindowMs = 600_000
/** Where less is missing in the history, nothing else began in between. */
const shortGapMs = 30_000
/** A rate over less time than this says nothing. */
const leastMs = 60_000

type Noted = Pick<LiveSnapshot, 'at' | 'epoch'> & {
  store: Pick<LiveSnapshot['store'], 'usedBytes' | 'bytes'>
}

export class StoreGrowth {
  #samples = $state.raw<readonly GrowthSample[]>([])
  #epoch = ''

  /** Oldest first; at most ten minutes. */
  get samples(): readonly GrowthSample[] {
    return this.#samples
  }

  /** Bytes per second over the samples, less than zero where it shrinks; null before a minute has been seen. */
  get bytesPerSecond(): number | null {
    return slopeOf(this.#samples)
  }

  /** Takes in the figures of a snapshot; those of another start of the engine begin anew, and then go on from its history. */
  note({ at, epoch, store: { usedBytes, bytes } }: Noted): void {
    if (epoch !== this.#epoch) this.#samples = []
    this.#epoch = epoch
    // An engine that starts has not looked at its store yet.
    if (bytes === 0) return
    const newest = this.#samples.at(-1)
    if (newest !== undefined && at - newest.at < sampleEveryMs) return
    const kept = this.#samples.filter((sample) => sample.at > at - growthWindowMs)
    this.#samples = [...kept, { at, usedBytes }]
  }

  /**
   * Takes in what the store itself knows of the time before the first sample, as far as it is of one piece.
   * @param history its line "used", bytes
   */
  recall({ at: times, lines }: Pick<Series, 'at' | 'lines'>): void {
    const first = this.#samples[0]
    const fromMs = (this.#samples.at(-1)?.at ?? 0) - growthWindowMs
    const used = lines.find(({ name }) => name === 'used')
    if (first === undefined || used === undefined) return
    const earlier: GrowthSample[] = []
    for (let index = times.length - 1, next = first.at; index >= 0; index--) {
      const [at, usedBytes] = [times[index] ?? 0, used.values[index] ?? null]
      if (at >= first.at || usedBytes === null) continue
      if (next - at > shortGapMs || at <= fromMs) break
      if (next - at < sampleEveryMs) continue
      earlier.unshift({ at, usedBytes })
      next = at
    }
    if (earlier.length > 0) this.#samples = [...earlier, ...this.#samples]
  }
}

/** Least squares, so that one step of eviction does not decide. */
function slopeOf(samples: readonly GrowthSample[]): number | null {
  const first = samples[0]
  const last = samples.at(-1)
  if (first === undefined || last === undefined || last.at - first.at < leastMs) return null
  const count = samples.length
  const meanAt = samples.reduce((sum, { at }) => sum + (at - first.at), 0) / count
  const meanBytes = samples.reduce((sum, { usedBytes }) => sum + usedBytes, 0) / count
  let above = 0
  let below = 0
  for (const { at, usedBytes } of samples) {
    const distance = at - first.at - meanAt
    above += distance * (usedBytes - meanBytes)
    below += distance * distance
  }
  return (above / below) * 1000
}
