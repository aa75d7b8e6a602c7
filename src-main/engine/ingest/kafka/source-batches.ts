/**
 * Micro-batches of a Kafka source, one being filled per topic: cut by size or age, sent when the store has room. All that
 * fills or cuts them runs in turns, one after the other. Ingest thread.
 */
import { limits } from '#contract/limits.ts'
import type { SourcePort } from '../source-port.ts'
import type { GroupCommits } from './group-commits.ts'
import type { RecordSink } from './record-sink.ts'
import { writeTopicPlace } from './topic-place.ts'
import { Turns } from './turns.ts'

/** Topics read at once without making batches older; beyond, fewer and larger transactions serve better. */
const topicsAtFullPace = 8

export class SourceBatches {
  readonly #port: SourcePort
  readonly #openSink: (topic: string) => RecordSink
  readonly #commits: GroupCommits | null
  readonly #sinks = new Map<string, RecordSink>()
  readonly #turns = new Turns()
  #timer: NodeJS.Timeout | null = null

  constructor(port: SourcePort, openSink: (topic: string) => RecordSink, commits: GroupCommits | null) {
    this.#port = port
    this.#openSink = openSink
    this.#commits = commits
  }

  /** Runs something alone: nothing else fills or cuts meanwhile. */
  inTurn<Output>(work: () => Promise<Output>): Promise<Output> {
    return this.#turns.run(work)
  }

  sink(topic: string): RecordSink {
    const known = this.#sinks.get(topic)
    if (known !== undefined) return known
    const sink = this.#openSink(topic)
    sink.builder.mostRecords = this.#port.batchRecords
    this.#sinks.set(topic, sink)
    return sink
  }

  /** The sink of a topic of which something was read, or undefined. */
  find(topic: string): RecordSink | undefined {
    return this.#sinks.get(topic)
  }

  async cutIfDue(sink: RecordSink): Promise<void> {
    const { builder } = sink
    if (builder.isEmpty) return
    const slowed = Math.ceil(this.#sinks.size / topicsAtFullPace)
    const dueInMs = limits.batchAgeMs * slowed - builder.ageMs(this.#port.nowMs())
    if (builder.isFull || (dueInMs <= 0 && this.#port.isReady())) await this.cut(sink)
    else this.#cutLater(Math.max(1, dueInMs))
  }

  async cutAll(): Promise<void> {
    for (const sink of this.#sinks.values()) await this.cut(sink)
  }

  /** Sends what there is, when the store has room. */
  async cut(sink: RecordSink): Promise<void> {
    if (sink.builder.isEmpty) return
    await this.#port.whenReady()
    if (this.#port.stopped) return
    const batch = sink.builder.take({
      place: writeTopicPlace(sink.place),
      decodeMs: sink.decodeMs,
      progress: null,
    })
    sink.decodeMs = 0
    this.#commits?.noteSent(batch)
    this.#port.send(batch)
    sink.builder.mostRecords = this.#port.batchRecords
  }

  /** Sends what is left; nothing is cut by age afterwards. */
  async close(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer)
    await this.inTurn(() => this.cutAll())
  }

  #cutLater(ms: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null
      void this.inTurn(() => this.#cutDue())
    }, ms)
  }

  async #cutDue(): Promise<void> {
    if (this.#port.stopped) return
    for (const sink of this.#sinks.values()) await this.cutIfDue(sink)
  }
}
