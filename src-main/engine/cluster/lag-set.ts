/** The lag of one consumer over all its partitions, with its history of the last measurements. Cluster thread. */
import type { CommittedOffset } from '../kafka/requests/offset-fetch.ts'
import { newLag, type PartitionLag } from './partition-lag.ts'

const kept = 60
/** Measurements over which the trend is taken. */
const trendOver = 10

export class LagSet {
  readonly partitions = new Map<string, PartitionLag>()
  lag: number | null = null
  lagMs: number | null = null
  /** Lag of each topic, as of the last measurement. */
  lagByTopic: ReadonlyMap<string, number | null> = new Map()
  readonly #history: { atMs: number; lag: number | null }[] = []

  /** Takes what is committed now; partitions without a commit any more are forgotten. */
  replace(offsets: readonly CommittedOffset[]): void {
    const before = new Map(this.partitions)
    this.partitions.clear()
    for (const { topic, partition, offset, error } of offsets) {
      if (error !== 0) continue
      const key = partitionKey(topic, partition)
      const entry = before.get(key) ?? newLag(topic, partition)
      entry.committed = offset
      this.partitions.set(key, entry)
    }
  }

  /** Takes one committed offset. */
  commit(topic: string, partition: number, offset: number): void {
    const key = partitionKey(topic, partition)
    const entry = this.partitions.get(key) ?? newLag(topic, partition)
    entry.committed = offset
    this.partitions.set(key, entry)
  }

  get topics(): string[] {
    return [...new Set([...this.partitions.values()].map(({ topic }) => topic))]
  }

  /** Adds up, and notes it as a measurement. */
  summarise(atMs: number): void {
    const { lag, lagMs } = totalOf(this.partitions.values())
    this.lag = lag
    this.lagMs = lagMs
    const byTopic = Map.groupBy(this.partitions.values(), ({ topic }) => topic)
    this.lagByTopic = new Map([...byTopic].map(([topic, own]) => [topic, totalOf(own).lag]))
    this.#history.push({ atMs, lag })
    if (this.#history.length > kept) this.#history.shift()
  }

  /** Oldest first, 60 of them; null is a gap. */
  get spark(): (number | null)[] {
    const values = this.#history.map(({ lag }) => lag)
    return [...Array.from({ length: kept - values.length }, () => null), ...values]
  }

  /** Records per second over the last measurements; null until there are two. */
  get trend(): number | null {
    const recent = this.#history
      .slice(-trendOver)
      .flatMap(({ atMs, lag }) => (lag === null ? [] : [{ atMs, lag }]))
    const first = recent[0]
    const last = recent.at(-1)
    if (first === undefined || last === undefined || last.atMs <= first.atMs) return null
    return ((last.lag - first.lag) * 1000) / (last.atMs - first.atMs)
  }

  /** Null where the lag does not shrink. */
  get timeToClearMs(): number | null {
    const { lag, trend } = this
    return lag === null || lag === 0 || trend === null || trend >= 0 ? null : (lag / -trend) * 1000
  }
}

/** Lag of several partitions together; null where none is known. The age is that of the oldest record. */
export function totalOf(partitions: Iterable<PartitionLag>): { lag: number | null; lagMs: number | null } {
  let lag: number | null = null
  let lagMs: number | null = null
  for (const one of partitions) {
    if (one.lag !== null) lag = (lag ?? 0) + one.lag
    if (one.lagMs !== null) lagMs = Math.max(lagMs ?? 0, one.lagMs)
  }
  return { lag, lagMs }
}

export function partitionKey(topic: string, partition: number): string {
  return `${topic}\n${String(partition)}`
}
