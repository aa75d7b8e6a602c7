/**
 * Fetches of a Kafka source: one loop per leader, the next fetch under way while the one before is decoded. A loop ends when
 * its leader leads nothing any more. Ingest thread.
 */
import { AppError } from '#contract/errors.ts'
import { limits } from '#contract/limits.ts'
import { mayRetry } from '../../kafka/client/client-errors.ts'
import { endOfBatches } from '../../kafka/records/batch-span.ts'
import { errorCode } from '../../kafka/requests/error-codes.ts'
import type { FetchedPartition } from '../../kafka/requests/fetch.ts'
import { fetchPartitions } from './fetch-partitions.ts'
import { cursorKey, isAtBound, type PartitionCursor } from './partition-cursor.ts'
import { retryPauseMs } from '../../kafka/client/retry-pause.ts'
import { isAborted, type SourceContext } from './source-context.ts'
import { trouble } from './source-health.ts'

const fetchWaitMs = 500

/** What a broker answered for one partition. */
export interface Fetched {
  part: FetchedPartition
  cursor: PartitionCursor
  /** Offset that was asked for. */
  from: number
  /** Whether it was asked for before all others: then the batch at `from` comes whole, whatever its size. */
  isFirst: boolean
  /** Milliseconds since 1970. */
  receivedAtMs: number
}

export interface FetchLanesPorts {
  /** Decodes one answer. @returns false where a broker refused a partition: leaders may have changed */
  consume: (fetched: readonly Fetched[], signal: AbortSignal) => Promise<boolean>
  refresh: (signal: AbortSignal) => Promise<void>
  /** A loop has ended with something that is not a cluster's failure: it must not go unseen. */
  fail: (error: unknown) => void
}

export class FetchLanes {
  readonly #context: SourceContext
  readonly #ports: FetchLanesPorts
  readonly #lanes = new Map<number, Promise<void>>()
  #turn = 0

  constructor(context: SourceContext, ports: FetchLanesPorts) {
    this.#context = context
    this.#ports = ports
  }

  /** Starts a loop for each leader that has none. */
  start(signal: AbortSignal): void {
    for (const cursor of this.#context.cursors.values()) {
      const { leader, stopped } = cursor
      if (leader < 0 || stopped !== '' || isAtBound(cursor) || this.#lanes.has(leader)) continue
      const lane = this.#run(leader, signal).finally(() => {
        if (this.#lanes.get(leader) === lane) this.#lanes.delete(leader)
      })
      this.#lanes.set(leader, lane)
      lane.catch(this.#ports.fail)
    }
  }

  /** Resolves when all loops have ended; their signal has to be aborted before. */
  async ended(): Promise<void> {
    await Promise.allSettled(this.#lanes.values())
    this.#lanes.clear()
  }

  async #run(leader: number, signal: AbortSignal): Promise<void> {
    const { port, health, batches } = this.#context
    const key = trouble.broker(leader)
    let failures = 0
    let decoding = Promise.resolve(true)
    try {
      while (!signal.aborted && !port.stopped) {
        await this.#gate()
        const { wanted, waitMs, rest } = this.#wantedFrom(leader)
        if (wanted.length === 0 && waitMs === null && rest.length === 0) return
        if (wanted.length === 0 && waitMs !== null) await port.sleep(waitMs)
        else {
          const before = decoding
          try {
            if (wanted.length === 0) {
              // What was fetched and does not bring its partition to the bound is asked for again.
              decoding = Promise.resolve(true)
              const isWell = await before
              for (const cursor of rest) cursor.fetchFrom = cursor.next
              if (isWell) continue
            } else {
              const fetched = await this.#fetch(leader, wanted, signal)
              failures = 0
              health.recovered(key)
              decoding = batches.inTurn(() => this.#ports.consume(fetched, signal))
              decoding.catch(() => undefined)
              if (await before) continue
            }
          } catch (error) {
            if (isAborted(signal) || this.#hasStopped()) return
            if (!(error instanceof AppError)) throw error
            health.tell(key, error)
            health.tellState()
            await port.sleep(retryPauseMs(failures++))
            if (!mayRetry(error)) throw error
          }
          await this.#ports.refresh(signal)
          this.start(signal)
        }
      }
    } finally {
      await decoding.catch((error: unknown) => {
        if (!signal.aborted) throw error
      })
    }
  }

  /** Asked anew after each wait: a stop may have come meanwhile. */
  #hasStopped(): boolean {
    return this.#context.port.stopped
  }

  /** Holds a loop while the source is paused. */
  async #gate(): Promise<void> {
    const { port, batches, cursors, health } = this.#context
    if (!port.isPaused()) return
    await batches.inTurn(() => batches.cutAll())
    port.state('paused', '')
    await port.whenResumed()
    const nowMs = port.nowMs()
    for (const cursor of cursors.values()) cursor.progressAt = nowMs
    if (!port.stopped) health.tellState()
  }

  /**
   * What to ask a leader for now; with nothing, how long until there is something, or null where there is nothing to wait
   * for. `rest` is fetched up to the bound of the run, and not decoded yet.
   */
  #wantedFrom(leader: number): { wanted: PartitionCursor[]; waitMs: number | null; rest: PartitionCursor[] } {
    const { cursors, port } = this.#context
    const open = [...cursors.values()].filter(
      (cursor) => cursor.leader === leader && cursor.stopped === '' && !isAtBound(cursor),
    )
    const led = open.filter(({ fetchFrom, until }) => fetchFrom < until)
    const rest = open.filter(({ fetchFrom, until }) => fetchFrom >= until)
    const nowMs = port.nowMs()
    const wanted = led.filter(({ retryAt }) => retryAt <= nowMs)
    const waitMs = led.length === 0 ? null : Math.min(...led.map(({ retryAt }) => retryAt)) - nowMs
    // The broker fills the answer in the order asked: begin elsewhere each time, so that none starves.
    const from = this.#turn++ % Math.max(1, wanted.length)
    const turned = [...wanted.slice(from), ...wanted.slice(0, from)]
    // A batch that did not come whole comes so to the one who asks first.
    const first = turned.find(({ cutOff }) => cutOff > 0) ?? turned[0]
    return {
      wanted: turned.toSorted((one, other) => Number(other === first) - Number(one === first)),
      waitMs,
      rest,
    }
  }

  async #fetch(leader: number, wanted: readonly PartitionCursor[], signal: AbortSignal): Promise<Fetched[]> {
    const { source, port, cursors } = this.#context
    const asked = new Map(
      wanted.map((cursor) => [cursorKey(cursor.topic, cursor.partition), cursor.fetchFrom]),
    )
    const share = limits.fetchedAheadBytes / (2 * Math.max(1, this.#lanes.size))
    const maxBytes = Math.max(1024 * 1024, Math.min(limits.fetchBytes, Math.floor(share)))
    const connection = await this.#context.client().broker(leader, `fetch ${source.name}`, signal)
    const { isolation } = source.input
    const options = { maxWaitMs: fetchWaitMs, minBytes: 1, maxBytes, isolation }
    const answer = await fetchPartitions(connection, wanted, options, signal)
    const receivedAtMs = port.nowMs()
    return answer.flatMap((part) => {
      const key = cursorKey(part.topic, part.partition)
      const cursor = cursors.get(key)
      const from = asked.get(key)
      if (cursor === undefined || from === undefined || cursor.fetchFrom !== from) return []
      if (part.error === errorCode.none) cursor.fetchFrom = endOfBatches(part.records, from)
      return [{ part, cursor, from, receivedAtMs, isFirst: cursor === wanted[0] }]
    })
  }
}
