/**
 * How fast tables and columns are being filled, from the figures of the live feed. Lives as long as the page, so that it is
 * known when somebody looks. Rune state.
 */
import type { LiveBackfill, LiveSnapshot } from '#contract/live.ts'
import { backfillKey } from './backfills.ts'

interface Sample {
  /** Milliseconds since 1970 UTC. */
  at: number
  records: number
}

/** How far back the pace is measured, milliseconds. */
const windowMs = 30_000
/** A rate over less time than this says nothing. */
const leastMs = 2000

type Noted = Pick<LiveSnapshot, 'at' | 'epoch' | 'state' | 'backfills'>

export class BackfillPace {
  #samples = $state.raw<ReadonlyMap<string, readonly Sample[]>>(new Map())
  #epoch = ''

  /** Records per second of late; null before two seconds have been seen. */
  of(backfill: LiveBackfill): number | null {
    const samples = this.#samples.get(backfillKey(backfill)) ?? []
    const [first, last] = [samples[0], samples.at(-1)]
    if (first === undefined || last === undefined || last.at - first.at < leastMs) return null
    return ((last.records - first.records) / (last.at - first.at)) * 1000
  }

  /** Takes in the figures of a snapshot; those of another start of the engine, and what stood still, begin anew. */
  note({ at, epoch, state, backfills }: Noted): void {
    const known = epoch === this.#epoch ? this.#samples : new Map<string, readonly Sample[]>()
    this.#epoch = epoch
    if (backfills.length === 0 && known.size === 0 && this.#samples.size === 0) return
    this.#samples = new Map(
      backfills.map((backfill) => {
        const key = backfillKey(backfill)
        if (state !== 'running' || backfill.problem !== '') return [key, []]
        return [
          key,
          [...recent(known.get(key) ?? [], backfill.records, at), { at, records: backfill.records }],
        ]
      }),
    )
  }
}

/** What of the samples still counts; none where it began again. */
function recent(samples: readonly Sample[], records: number, at: number): readonly Sample[] {
  if ((samples.at(-1)?.records ?? 0) > records) return []
  return samples.filter((sample) => sample.at > at - windowMs)
}
