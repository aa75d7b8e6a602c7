/**
 * What brokers answered, into micro-batches: records through their sink, damage and refusals into gaps, events and later
 * tries. One answer at a time, in a turn of the source's batches. Ingest thread.
 */
import { AppError } from '#contract/errors.ts'
import { emptyTries } from '../../kafka/client/next-readable.ts'
import { BatchReader } from '../../kafka/records/batch-reader.ts'
import { errorCode, errorName } from '../../kafka/requests/error-codes.ts'
import type { FetchedPartition } from '../../kafka/requests/fetch.ts'
import type { TopicMetadata } from '../../kafka/requests/metadata.ts'
import type { Fetched } from './fetch-lanes.ts'
import { nextOfPartition } from './next-readable.ts'
import { goOnInRange } from './out-of-range.ts'
import { advanceCursor, isAtBound, moveCursor, type PartitionCursor } from './partition-cursor.ts'
import { leaveGap } from './partition-gap.ts'
import type { RecordSink } from './record-sink.ts'
import { retryPauseMs } from '../../kafka/client/retry-pause.ts'
import type { SourceContext } from './source-context.ts'
import { trouble } from './source-health.ts'

/** A batch that cannot be read so often in a row is left out, as a gap. */
const damagedTries = 3
/** A batch that does not come whole although it is asked for first: its length must be wrong. */
const cutOffTries = 3

export class PartitionDecoder {
  readonly #context: SourceContext
  readonly #noteTopic: (topic: TopicMetadata) => void
  readonly #reader = new BatchReader()

  /** @param noteTopic told of metadata that was asked for on the way: a topic may be another one meanwhile */
  constructor(context: SourceContext, noteTopic: (topic: TopicMetadata) => void) {
    this.#context = context
    this.#noteTopic = noteTopic
  }

  /** @returns false where a broker refused a partition: leaders may have changed */
  async consume(fetched: readonly Fetched[], signal: AbortSignal): Promise<boolean> {
    let isWell = true
    for (const one of fetched) {
      if (this.#context.port.stopped || signal.aborted) return isWell
      const { part, cursor, from } = one
      if (isAtBound(cursor)) continue
      // Moved meanwhile: what was fetched for the old place does not count.
      if (cursor.next !== from) cursor.fetchFrom = cursor.next
      else if (part.error === errorCode.none) {
        this.#partitionWell(cursor)
        await this.#decode(one, signal)
      } else isWell = (await this.#answerError(cursor, part, signal)) && isWell
    }
    return isWell
  }

  async #decode({ part, cursor, receivedAtMs, isFirst }: Fetched, signal: AbortSignal): Promise<void> {
    const { source, batches, port } = this.#context
    const { isolation } = source.input
    cursor.end = Number(isolation === 'read_committed' ? part.lastStable : part.highWatermark)
    cursor.fetchedEnd = cursor.end
    if (part.records.length === 0) {
      if (cursor.end <= cursor.next) cursor.progressAt = receivedAtMs
      else if (isFirst) await this.#nothing(cursor, Math.min(cursor.end, cursor.until), signal)
      return
    }
    cursor.empties = 0
    const sink = batches.sink(cursor.topic)
    const reader = this.#reader
    reader.open(part.records, cursor.next, isolation === 'read_committed' ? part.aborted : [])
    sink.openBlock()
    let begun = performance.now()
    try {
      while (reader.next()) {
        if (reader.offset >= cursor.until) break
        while (!sink.take(reader, cursor.partition, receivedAtMs)) {
          sink.decodeMs += performance.now() - begun
          if (!(await this.#formatReady(sink, signal))) {
            this.#rest(cursor, sink)
            return
          }
          begun = performance.now()
        }
        cursor.next = reader.offset + 1
        if (!sink.builder.isFull) continue
        sink.decodeMs += performance.now() - begun
        await batches.cut(sink)
        if (port.stopped) return
        begun = performance.now()
      }
      if (reader.isCutOff) this.#cutOff(cursor, isFirst)
      else this.#whole(cursor)
      advanceCursor(cursor, reader.nextOffset)
    } catch (error) {
      // Only what the reader found counts as damage: any other fault must not move the position on.
      if (!(error instanceof AppError) || error.details['damaged'] !== true) throw error
      advanceCursor(cursor, reader.nextOffset)
      if (!isAtBound(cursor)) this.#damaged(cursor, sink, error)
    }
    sink.decodeMs += performance.now() - begun
    this.#rest(cursor, sink)
    await batches.cutIfDue(sink)
  }

  /** Ends the records of one partition: positions go on past what was left out, such as markers of transactions. */
  #rest(cursor: PartitionCursor, sink: RecordSink): void {
    const { port } = this.#context
    sink.openBlock()
    sink.builder.moveTo(cursor.partition, cursor.next)
    cursor.progressAt = port.nowMs()
    // What was decoded not to its end is fetched again.
    if (cursor.fetchFrom !== cursor.next && port.stopped) cursor.fetchFrom = cursor.next
  }

  /** @returns false where the source is to stop */
  async #formatReady(sink: RecordSink, signal: AbortSignal): Promise<boolean> {
    const { port, health, batches, cursors } = this.#context
    for (let attempt = 0; !port.stopped && !signal.aborted; attempt++) {
      try {
        await sink.formatReady(signal)
        if (attempt > 0) health.recovered(trouble.schema)
        return true
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        await batches.cut(sink)
        health.tell(trouble.schema, error)
        port.state('waiting', error.message)
        for (const cursor of cursors.values()) cursor.progressAt = port.nowMs()
        await port.sleep(retryPauseMs(attempt))
      }
    }
    return false
  }

  /** The broker gives nothing although the log goes on; where that stays so, it is left out up to where it gives again. */
  async #nothing(cursor: PartitionCursor, end: number, signal: AbortSignal): Promise<void> {
    const { source, batches, client } = this.#context
    if (++cursor.empties < emptyTries) return
    cursor.empties = 0
    const { topic, partition, leader, next: from } = cursor
    try {
      const connection = await client().broker(leader, 'control', signal)
      const { isolation } = source.input
      const { offset: to, askFrom } = await nextOfPartition(connection, cursor, { end, isolation }, signal)
      const sink = batches.sink(topic)
      if (to > from)
        leaveGap(this.#context, sink, { partition, from, to, reason: 'the broker gives nothing for them' })
      moveCursor(cursor, to)
      cursor.askFrom = askFrom
      await batches.cut(sink)
    } catch (error) {
      // Then it is asked for again as before.
      if (!(error instanceof AppError)) throw error
      this.#context.health.tell(trouble.damage(cursor), error)
    }
  }

  /** @throws AppError where its batch does not come whole although it should */
  #cutOff(cursor: PartitionCursor, isFirst: boolean): void {
    if (isFirst || cursor.cutOff === 0) cursor.cutOff++
    if (cursor.cutOff > cutOffTries) throw this.#reader.cutOffFault()
  }

  #whole(cursor: PartitionCursor): void {
    if (cursor.damaged > 0) this.#context.health.recovered(trouble.damage(cursor))
    cursor.damaged = 0
    cursor.cutOff = 0
  }

  /** A batch that cannot be read is asked for again; where it stays so, it is left out and counted. */
  #damaged(cursor: PartitionCursor, sink: RecordSink, error: AppError): void {
    cursor.fetchFrom = cursor.next
    cursor.damaged = cursor.cutOff > cutOffTries ? damagedTries : cursor.damaged + 1
    cursor.cutOff = 0
    if (cursor.damaged < damagedTries) {
      const where = `${cursor.topic}, partition ${String(cursor.partition)}`
      this.#context.health.tell(trouble.damage(cursor), new Error(`${where}: ${error.message}`))
      return
    }
    const { from, to: said } = this.#reader.skipBatch()
    // A damaged header may say anything; the log goes no further than its end.
    const to = Math.min(cursor.until, Math.max(from + 1, Math.min(said, cursor.end ?? said)))
    leaveGap(this.#context, sink, { partition: cursor.partition, from, to, reason: error.message })
    moveCursor(cursor, to)
    this.#context.health.recovered(trouble.damage(cursor))
  }

  /** @returns false where the partition is asked for again later */
  async #answerError(cursor: PartitionCursor, part: FetchedPartition, signal: AbortSignal): Promise<boolean> {
    const { port, health } = this.#context
    let words = `the broker answers ${errorName(part.error)}`
    if (part.error === errorCode.offsetOutOfRange) {
      try {
        await goOnInRange(cursor, { ...this.#context, noteTopic: this.#noteTopic }, signal)
        return true
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        words = error.message
      }
    }
    const { topic, partition } = cursor
    cursor.retryAt = port.nowMs() + retryPauseMs(cursor.failures++)
    health.tell(trouble.partition(cursor), new Error(`${topic}, partition ${String(partition)}: ${words}`))
    health.tellState()
    return false
  }

  #partitionWell(cursor: PartitionCursor): void {
    if (cursor.failures === 0) return
    cursor.failures = 0
    this.#context.health.recovered(trouble.partition(cursor))
  }
}
