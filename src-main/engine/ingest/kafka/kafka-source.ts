/**
 * Reads topics of a cluster: explicit partitions and offsets, no consumer group. Positions are the store's, committed with
 * each batch, so that a restart goes on exactly there. Never throws for a cluster that fails: it says so, and goes on when
 * it can. What is read is the assignment's, fetches are the lanes', records the decoder's. A bounded run takes up no new
 * partitions, commits to no group, and ends when it has come to its bounds. Runs in the ingest thread.
 */
import { AppError } from '#contract/errors.ts'
import type { Column, TopicSource } from '../../../workspace/model.ts'
import type { ValueFormat } from '../../formats/value-format.ts'
import { wordsOf } from '../../kafka/client/client-errors.ts'
import type { ClusterClients } from '../../kafka/client/cluster-clients.ts'
import type { RecordMasker } from '../../masks/record-masker.ts'
import { RowWriter } from '../row-writer.ts'
import type { IngestSource, SourcePort, SourceStart } from '../source-port.ts'
import { Assignment } from './assignment.ts'
import { FetchLanes } from './fetch-lanes.ts'
import { GroupCommits } from './group-commits.ts'
import { KafkaParts } from './kafka-parts.ts'
import { moveCursor, type PartitionCursor } from './partition-cursor.ts'
import { PartitionDecoder } from './partition-decoder.ts'
import { findStuck } from './progress-watch.ts'
import { RecordSink } from './record-sink.ts'
import { RunBound } from './run-bound.ts'
import { retryPauseMs } from '../../kafka/client/retry-pause.ts'
import { SourceBatches } from './source-batches.ts'
import { isAborted, type SourceContext } from './source-context.ts'
import { SourceHealth, trouble } from './source-health.ts'

/** How often metadata is asked for; more often while a topic that is named is not there. */
const metadataMs = 10_000
const missingTopicMs = 2000
const watchMs = 1000
const commitMs = 5000

/** What a Kafka source needs beside its port. */
export interface KafkaSourceParts {
  columns: readonly Column[]
  start: SourceStart
  clients: ClusterClients
  /** One for each topic, as formats keep state between `wait` and `ready`. */
  openFormat: (topic: string) => ValueFormat
  /** Null where nothing is masked. */
  masker: RecordMasker | null
}

export class KafkaSource implements IngestSource {
  readonly #source: TopicSource
  readonly #parts: KafkaSourceParts
  readonly #port: SourcePort
  readonly #context: SourceContext
  readonly #assignment: Assignment
  readonly #lanes: FetchLanes
  readonly #commits: GroupCommits | null
  readonly #ending = new AbortController()
  #session = new AbortController()
  #commitAt = 0

  constructor(source: TopicSource, parts: KafkaSourceParts, port: SourcePort) {
    this.#source = source
    this.#parts = parts
    this.#port = port
    const { commit, connection, pattern, topics } = source.input
    const { until, nextOffsets } = parts.start
    const bound = until === null ? null : new RunBound(until, source.input, nextOffsets)
    this.#commits = commit === null || bound !== null ? null : new GroupCommits(commit)
    const cursors = new Map<string, PartitionCursor>()
    this.#context = {
      source,
      port,
      topics: bound === null ? (pattern === null ? topics : null) : bound.topics,
      bound,
      client: () => parts.clients.client(connection),
      cursors,
      batches: new SourceBatches(port, (topic) => this.#openSink(topic), this.#commits),
      health: new SourceHealth(port, source.topic, cursors),
    }
    this.#assignment = new Assignment(this.#context, parts.start)
    const decoder = new PartitionDecoder(this.#context, (topic) => {
      this.#assignment.noteTopic(topic)
    })
    this.#lanes = new FetchLanes(this.#context, {
      consume: async (fetched, signal) => {
        const isWell = await decoder.consume(fetched, signal)
        bound?.note(cursors.values(), this.#context.batches)
        return isWell
      },
      refresh: (signal) => this.#assignment.refresh(signal),
      // A fault of Penstock itself must not go unseen: the session ends with it.
      fail: (error) => {
        this.#session.abort(error)
      },
    })
  }

  /** Buffers of a committed batch. */
  reuse(topic: string, buffers: readonly ArrayBuffer[]): void {
    this.#commits?.noteReceived()
    this.#context.batches.find(topic)?.builder.reuse(buffers)
  }

  /** Ends what waits for the cluster; {@link run} then returns. */
  stop(): void {
    this.#ending.abort()
  }

  async run(): Promise<void> {
    const { cursors, health } = this.#context
    let failures = 0
    while (!this.#port.stopped) {
      this.#session = new AbortController()
      const signal = AbortSignal.any([this.#ending.signal, this.#session.signal])
      try {
        await this.#attend(signal, () => {
          failures = 0
        })
        return
      } catch (error) {
        if (this.#hasStopped()) return
        if (!this.#session.signal.aborted) this.#session.abort()
        await this.#lanes.ended()
        for (const cursor of cursors.values()) moveCursor(cursor, cursor.next)
        health.tell(trouble.source, error)
        this.#port.state('waiting', wordsOf(error))
        await this.#port.sleep(retryPauseMs(failures++))
      }
    }
  }

  /** Looks after the partitions until the run ends, or something needs everything to begin anew, which it throws. */
  async #attend(signal: AbortSignal, isWell: () => void): Promise<void> {
    const { bound } = this.#context
    if (!this.#isThrough()) await this.#assignment.refresh(signal)
    void this.#keepTellingEnds(signal)
    for (;;) {
      if (this.#isThrough()) return this.#complete()
      this.#lanes.start(signal)
      isWell()
      const pause = this.#port.sleep(watchMs)
      await (bound === null ? pause : bound.reachedOr(pause))
      if (this.#port.stopped) return this.#finish()
      signal.throwIfAborted()
      await this.#commitGroup(signal)
      const ageMs = this.#port.nowMs() - this.#assignment.refreshedAt
      if (ageMs < (this.#context.health.isMissing ? missingTopicMs : metadataMs)) continue
      await this.#assignment.refresh(signal)
      await this.#rebuildIfStuck(signal)
    }
  }

  /** Apart from what waits for brokers: lag is shown also while one of them hangs. */
  async #keepTellingEnds(signal: AbortSignal): Promise<void> {
    while (!this.#port.stopped && !isAborted(signal)) {
      const ends = [...this.#context.cursors.values()].flatMap(({ topic, partition, end, until }) =>
        end === null ? [] : [{ topic, partition, end: BigInt(Math.min(end, until)) }],
      )
      this.#port.logEnds(ends)
      await this.#port.sleep(watchMs)
    }
  }

  async #rebuildIfStuck(signal: AbortSignal): Promise<void> {
    const stuck = await findStuck(this.#context, metadataMs, signal)
    if (stuck === null) return
    const { name, input } = this.#source
    this.#port.event('warn', 'source-rebuilt', stuck)
    this.#parts.clients.rebuild(input.connection)
    throw new AppError('KAFKA_FAILED', `${name}: ${stuck}`, { details: { retriable: true } })
  }

  /** Whether the run has a bound, and has come to it. */
  #isThrough(): boolean {
    return this.#context.bound?.isReached === true
  }

  /** Nothing is left before the bounds: sends the rest, and the bounds as positions. */
  async #complete(): Promise<void> {
    const { batches, bound } = this.#context
    this.#session.abort()
    await this.#lanes.ended()
    await batches.inTurn(() => {
      bound?.moveToBounds(batches)
      return Promise.resolve()
    })
    await batches.close()
    if (!this.#port.stopped)
      this.#port.state('ended', 'all that lies before the bounds of this run has been read')
  }

  async #finish(): Promise<void> {
    this.#ending.abort()
    await this.#lanes.ended()
    await this.#context.batches.close()
    await this.#commits?.close(this.#context.client()).catch((error: unknown) => {
      this.#port.event('warn', 'group-left', wordsOf(error))
    })
  }

  /** Asked anew after each wait: a stop may have come meanwhile. */
  #hasStopped(): boolean {
    return this.#port.stopped
  }

  #openSink(topic: string): RecordSink {
    const { columns, openFormat, masker } = this.#parts
    const rows = new RowWriter(columns, this.#source.eventTime, null, new KafkaParts())
    return new RecordSink(this.#source.name, topic, this.#assignment.place(topic), {
      rows,
      format: openFormat(topic),
      masker,
    })
  }

  /** Committing is for others to see: where it fails, reading goes on. */
  async #commitGroup(signal: AbortSignal): Promise<void> {
    if (this.#commits === null || this.#port.nowMs() < this.#commitAt) return
    this.#commitAt = this.#port.nowMs() + commitMs
    const { client, health } = this.#context
    try {
      await this.#commits.commit(client(), signal)
      health.recovered(trouble.commit)
    } catch (error) {
      signal.throwIfAborted()
      health.tell(trouble.commit, error)
    }
  }
}
