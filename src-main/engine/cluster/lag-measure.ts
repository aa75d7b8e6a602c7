/**
 * Measures how far consumers are behind: ends of the partitions that they have commits on, and a look at what lies between,
 * bounded in each round. Cluster thread.
 */
import { errorCode } from '../kafka/requests/error-codes.ts'
import { offsetTime } from '../kafka/requests/list-offsets.ts'
import type { OffsetColumns } from '../kafka/requests/offset-columns.ts'
import type { BrokerReach } from './broker-reach.ts'
import { type LagSet, partitionKey } from './lag-set.ts'
import { type SweepPlan, SweepPlanner, sweepOffsets } from './offset-sweep.ts'
import { assess, type LogEnds, type PartitionLag, placeToLook, remember } from './partition-lag.ts'
import { type Probe, probeRecords } from './record-probe.ts'
import type { TopicBook } from './topic-book.ts'

/** Partitions that one round looks into. */
const looksPerRound = 64
/** The end of a log that was measured so long ago still says whether anything has come. */
const freshMs = 500

interface Look {
  lag: PartitionLag
  probe: Probe
  urgency: number
}

export class LagMeasure {
  readonly #reach: BrokerReach
  readonly #topics: TopicBook
  readonly #stable = new Map<string, Float64Array>()

  constructor(reach: BrokerReach, topics: TopicBook) {
    this.#reach = reach
    this.#topics = topics
  }

  /**
   * @param consumers whose partitions are to be measured
   * @param urgent of these, those that someone looks at
   */
  async measure(
    consumers: readonly LagSet[],
    urgent: ReadonlySet<LagSet>,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#measureEnds(consumers, signal)
    await this.#look(consumers, urgent, looksPerRound, signal)
    const nowMs = Date.now()
    for (const consumer of consumers) {
      this.#assess(consumer, nowMs)
      consumer.summarise(nowMs)
    }
  }

  /** Looks further for one consumer that someone has just opened; adds no measurement to its history. */
  async lookInto(consumer: LagSet, most: number, signal: AbortSignal): Promise<void> {
    await this.#look([consumer], new Set([consumer]), most, signal)
    this.#assess(consumer, Date.now())
  }

  /** Asks only for what may have changed: a quiet cluster is asked nothing. */
  async #measureEnds(consumers: readonly LagSet[], signal: AbortSignal): Promise<void> {
    const nowMs = Date.now()
    const moved = this.#plan(consumers, (lag) => !this.#isSettled(lag, nowMs))
    const problems = [
      ...(await sweepOffsets(this.#reach, moved, {
        ...{ isolation: 'read_committed', time: offsetTime.latest, signal },
        take: (columns) => {
          this.#takeStable(columns)
        },
      })),
      // Where nothing is open it does not matter what retention took.
      ...(await sweepOffsets(
        this.#reach,
        this.#plan(consumers, (lag) => this.#isOpen(lag)),
        {
          ...{ isolation: 'read_uncommitted', time: offsetTime.earliest, signal },
          take: (columns) => {
            this.#takeEarliest(columns)
          },
        },
      )),
    ]
    const words = problems.map(
      ({ broker, words: own }) => `ends of what broker ${String(broker)} leads: ${own}`,
    )
    if (words.length === 0) this.#topics.notSeen.delete('stable')
    else this.#topics.notSeen.set('stable', words.join('; '))
  }

  /** Whether the end of what is decided is where it was: the log ended there, and still does. */
  #isSettled({ topic, partition }: PartitionLag, nowMs: number): boolean {
    const entry = this.#topics.topics.get(topic)
    if (entry === undefined || !(nowMs - (entry.latestAt[partition] ?? Number.NaN) <= freshMs)) return false
    return entry.latest[partition] === this.#stable.get(topic)?.[partition]
  }

  #isOpen({ topic, partition, committed }: PartitionLag): boolean {
    return !((this.#stable.get(topic)?.[partition] ?? Number.NaN) <= committed)
  }

  #plan(consumers: readonly LagSet[], isWanted: (lag: PartitionLag) => boolean): SweepPlan {
    const planner = new SweepPlanner()
    const planned = new Set<string>()
    for (const { partitions } of consumers) {
      for (const [key, lag] of partitions) {
        if (planned.has(key) || !isWanted(lag)) continue
        planned.add(key)
        const { topic, partition } = lag
        planner.add(topic, partition, this.#leaderOf(topic, partition))
      }
    }
    return planner.plan
  }

  #leaderOf(topic: string, partition: number): number {
    return this.#topics.topics.get(topic)?.metadata[partition]?.leader ?? -1
  }

  #takeStable({ topics, partition, error, offset }: OffsetColumns): void {
    for (const { name, start, end } of topics) {
      const length = this.#topics.topics.get(name)?.partitions ?? 0
      const known = this.#stable.get(name)
      const ends = known?.length === length ? known : new Float64Array(length).fill(Number.NaN)
      this.#stable.set(name, ends)
      for (let row = start; row < end; row++) {
        if (error[row] === errorCode.none) ends[partition[row] ?? 0] = offset[row] ?? Number.NaN
      }
    }
  }

  #takeEarliest({ topics, partition, error, offset }: OffsetColumns): void {
    for (const { name, start, end } of topics) {
      const earliest = this.#topics.topics.get(name)?.earliest
      if (earliest === undefined) continue
      for (let row = start; row < end; row++) {
        if (error[row] === errorCode.none) earliest[partition[row] ?? 0] = offset[row] ?? Number.NaN
      }
    }
  }

  #endsOf({ topic, partition }: PartitionLag): LogEnds {
    const entry = this.#topics.topics.get(topic)
    return {
      earliest: entry?.earliest[partition] ?? Number.NaN,
      stable: this.#stable.get(topic)?.[partition] ?? Number.NaN,
      latest: entry?.latest[partition] ?? Number.NaN,
    }
  }

  #assess(consumer: LagSet, nowMs: number): void {
    for (const lag of consumer.partitions.values()) assess(lag, this.#endsOf(lag), nowMs)
  }

  async #look(
    consumers: readonly LagSet[],
    urgent: ReadonlySet<LagSet>,
    most: number,
    signal: AbortSignal,
  ): Promise<void> {
    const looks = consumers.flatMap((consumer) => this.#wanted(consumer, urgent.has(consumer)))
    looks.sort((left, right) => left.urgency - right.urgency)
    const chosen = distinct(looks).slice(0, most)
    if (chosen.length === 0) return
    const findings = await probeRecords(
      this.#reach,
      chosen.map(({ probe }) => probe),
      signal,
    )
    const nowMs = Date.now()
    for (const [index, { lag, probe }] of chosen.entries()) {
      const finding = findings[index]
      const isSeen = finding !== undefined && (finding.lookedTo > probe.from || finding.problem !== '')
      if (isSeen) remember(lag, probe, finding, nowMs)
    }
  }

  /** What was never looked at first, short spans before long ones, as they are the likelier to be empty; then the oldest. */
  #wanted(consumer: LagSet, isUrgent: boolean): Look[] {
    const looks: Look[] = []
    for (const lag of consumer.partitions.values()) {
      const place = placeToLook(lag, this.#endsOf(lag))
      const leader = this.#leaderOf(lag.topic, lag.partition)
      if (place === null || leader < 0) continue
      const { topic, partition, memory } = lag
      const age = memory === null ? Math.min(place.end - place.from, 1e9) : 1e10 + memory.atMs
      looks.push({ lag, probe: { topic, partition, leader, ...place }, urgency: age - (isUrgent ? 1e14 : 0) })
    }
    return looks
  }
}

/** A partition once in each round: answers are told apart by their partitions. */
function distinct(looks: readonly Look[]): Look[] {
  const seen = new Set<string>()
  return looks.filter(({ lag: { topic, partition } }) => {
    const key = partitionKey(topic, partition)
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}
