/**
 * Makes a history of time slices coarser as it ages: 1 s for an hour, 10 s for a day, 60 s for a month; older ones are dropped.
 * How slices of a relation become one is the relation's matter. Store thread only; inside the caller's transaction.
 */
import type { Statement } from 'better-sqlite3'

const second = 1000
const hour = 3600 * second
const day = 24 * hour
const month = 31 * day
const coarsenEveryMs = 60 * second
/** Ages at which slices of one width become slices of the next; the last ones are dropped. */
const steps = [
  { from: 1, to: 10, afterMs: hour },
  { from: 10, to: 60, afterMs: day },
] as const

export interface CoarsenedRelation {
  /** Adds slices of @from seconds that began before @before to slices of @to seconds. */
  fold: Statement
  /** Removes slices of a width (first parameter, seconds) that began before a time (second parameter). */
  drop: Statement
}

export class Coarsening {
  readonly #relation: CoarsenedRelation
  #nextMs = 0

  constructor(relation: CoarsenedRelation) {
    this.#relation = relation
  }

  /** @returns whether it was due, which it is once a minute */
  run(nowMs: number): boolean {
    if (nowMs < this.#nextMs) return false
    this.#nextMs = nowMs + coarsenEveryMs
    const { fold, drop } = this.#relation
    for (const { from, to, afterMs } of steps) {
      const width = to * second
      const before = Math.floor((nowMs - afterMs) / width) * width
      // Numbers are bound as REAL; the arithmetic on times needs integers.
      fold.run({ from: BigInt(from), to: BigInt(to), before: BigInt(before) })
      drop.run(from, before)
    }
    drop.run(60, nowMs - month)
    return true
  }
}
