/** Rates over the last 10 seconds and by second over the last minute, from totals that only grow. Pure but for the totals' times. */
import type { FeedFigures } from './feed-input.ts'

interface Sample {
  at: number
  totals: Map<string, number>
}

const rateWindowMs = 10_000
const sparkSeconds = 60
/** Two samples further apart than this have a gap between them. */
const gapMs = 2500

export class RateWindow {
  /** All samples of the last 10 seconds, oldest first. */
  #recent: Sample[] = []
  /** One sample a second, oldest first. */
  #seconds: Sample[] = []

  add(figures: FeedFigures): void {
    const sample = { at: figures.at, totals: totalsOf(figures) }
    const newest = this.#recent.at(-1)
    if (newest !== undefined && sample.at - newest.at > gapMs) this.#recent = []
    this.#recent.push(sample)
    this.#recent = this.#recent.filter((entry) => entry.at >= sample.at - rateWindowMs)
    const lastSecond = this.#seconds.at(-1)
    if (lastSecond === undefined || sample.at - lastSecond.at >= 1000) {
      this.#seconds.push(sample)
      if (this.#seconds.length > sparkSeconds + 1) this.#seconds.shift()
    }
  }

  /** Growth per second over the window; 0 before there are two samples. */
  perSecond(key: string): number {
    const first = this.#recent[0]
    const last = this.#recent.at(-1)
    if (first === undefined || last === undefined || last.at <= first.at) return 0
    return (growth(first, last, key) * 1000) / (last.at - first.at)
  }

  /** Growth by second, per second, oldest first; null where nothing was measured. */
  spark(key: string): (number | null)[] {
    const points: (number | null)[] = []
    for (let index = 1; index < this.#seconds.length; index++) {
      const before = this.#seconds[index - 1]
      const after = this.#seconds[index]
      if (before === undefined || after === undefined) continue
      const ms = after.at - before.at
      points.push(ms > gapMs ? null : (growth(before, after, key) * 1000) / ms)
    }
    return points
  }

  /** Growth since the oldest sample of the last minute. */
  lastMinute(key: string): number {
    const first = this.#seconds[0]
    const last = this.#recent.at(-1)
    return first === undefined || last === undefined ? 0 : growth(first, last, key)
  }
}

function growth(from: Sample, to: Sample, key: string): number {
  return Math.max(0, (to.totals.get(key) ?? 0) - (from.totals.get(key) ?? 0))
}

function totalsOf(figures: FeedFigures): Map<string, number> {
  const totals = new Map<string, number>([['dead letters', figures.dead.total]])
  const add = (key: string, value: number): void => {
    totals.set(key, (totals.get(key) ?? 0) + value)
  }
  for (const topic of figures.topics) {
    add(`source ${topic.source} records`, topic.records)
    add(`source ${topic.source} bytes`, topic.bytes)
    add(`source ${topic.source} dead`, topic.dead)
  }
  for (const step of figures.steps) {
    const key = `step ${step.table} ${step.step}`
    add(`${key} in`, step.rowsIn)
    add(`${key} out`, step.rowsOut)
    add(`${key} failed`, step.failed)
  }
  for (const table of figures.tables) add(`table ${table.name}`, table.landed)
  for (const rollup of figures.rollups) add(`rollup ${rollup.name}`, rollup.rows)
  return totals
}
