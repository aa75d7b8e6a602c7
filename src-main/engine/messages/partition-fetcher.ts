/**
 * Fetches for one search over connections of its own, so that what a broker holds back holds up nobody else. Faults of a
 * partition stay with it: leaders are found again, retention is made up for, and after a few tries it is given up. Cluster
 * thread.
 */
import { AppError } from '#contract/errors.ts'
import { limits } from '#contract/limits.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import type { BrokerConnection } from '../kafka/client/broker-connection.ts'
import { mayRetry } from '../kafka/client/client-errors.ts'
import type { ClusterClient } from '../kafka/client/cluster-client.ts'
import { findOffsets } from '../kafka/client/partition-offsets.ts'
import { endOfBatches } from '../kafka/records/batch-span.ts'
import { errorCode, errorName, isRetriable } from '../kafka/requests/error-codes.ts'
import { type AbortedTransaction, fetchRequest } from '../kafka/requests/fetch.ts'
import { offsetTime } from '../kafka/requests/list-offsets.ts'
import { failPartition, type ScannedPartition } from './scanned-partition.ts'
import { goneWords } from './search-plan.ts'

const mostFailures = 6
const firstPauseMs = 100
const longestPauseMs = 2000
/** Start of a batch that says how long it is. */
const lengthHeaderBytes = 12

export interface Wanted {
  one: ScannedPartition
  from: number
  maxBytes: number
}

export interface FetchedRecords {
  one: ScannedPartition
  /** Offset that was asked for. */
  from: number
  /** Offset after the last whole batch; `from` where there is none. */
  end: number
  set: Uint8Array
  aborted: readonly AbortedTransaction[]
  /** End of the log as far as this isolation sees it, exclusive. */
  latest: number
}

export interface FetcherOptions {
  client: ClusterClient
  topic: string
  isolation: 'read_committed' | 'read_uncommitted'
  /** Word for its connections. */
  purpose: string
  signal: AbortSignal
  /** Told what could not be looked at, in words. */
  note: (words: string) => void
}

export class PartitionFetcher {
  readonly #options: FetcherOptions
  readonly #connections = new Set<BrokerConnection>()

  constructor(options: FetcherOptions) {
    this.#options = options
  }

  /**
   * One request to one leader. Partitions that failed are left out of the answer: their state, or the offset to go on
   * from, tells what to do.
   * @param maxWaitMs how long the broker may wait for something to come
   */
  async fetch(leader: number, wanted: readonly Wanted[], maxWaitMs: number): Promise<FetchedRecords[]> {
    const { signal, topic, isolation } = this.#options
    const byPartition = new Map(wanted.map((want) => [want.one.partition, want]))
    try {
      const connection = await this.#connection(leader)
      const partitions = wanted.map(({ one, from, maxBytes }) => ({
        partition: one.partition,
        offset: BigInt(from),
        maxBytes,
        leaderEpoch: one.leaderEpoch,
      }))
      const maxBytes = Math.max(limits.fetchBytes, wanted[0]?.maxBytes ?? 0)
      const input = { maxWaitMs, minBytes: 1, maxBytes, isolation, topics: [{ name: topic, partitions }] }
      const answer = await connection.send(fetchRequest, input, { signal })
      const fetched: FetchedRecords[] = []
      const failed: { want: Wanted; error: number }[] = []
      for (const part of answer) {
        const want = byPartition.get(part.partition)
        if (want === undefined) continue
        if (part.error !== errorCode.none) {
          failed.push({ want, error: part.error })
          continue
        }
        want.one.failures = 0
        const { records: set, aborted } = part
        const latest = Number(isolation === 'read_committed' ? part.lastStable : part.highWatermark)
        const end = endOfBatches(set, want.from)
        want.one.fetchBytes = nextBytes(want, set, end)
        fetched.push({ one: want.one, from: want.from, end, set, aborted, latest })
      }
      if (failed.length > 0) await this.#mend(failed)
      return fetched
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof AppError)) throw error
      await this.#afterFault(wanted, error)
      return []
    }
  }

  close(): void {
    for (const connection of this.#connections) connection.close()
    this.#connections.clear()
  }

  async #connection(leader: number): Promise<BrokerConnection> {
    const { client, purpose, signal } = this.#options
    const connection = await client.broker(leader, purpose, signal)
    this.#connections.add(connection)
    return connection
  }

  /** A broker that cannot be reached, or an answer that cannot be read: all of its partitions try again, or are given up. */
  async #afterFault(wanted: readonly Wanted[], error: AppError): Promise<void> {
    for (const { one } of wanted) {
      one.failures++
      if (!mayRetry(error) || one.failures > mostFailures) failPartition(one, error.message)
    }
    await this.#pause(Math.max(...wanted.map(({ one }) => one.failures)))
    await this.#findLeaders(wanted.map(({ one }) => one))
  }

  async #mend(failed: readonly { want: Wanted; error: number }[]): Promise<void> {
    const moved: ScannedPartition[] = []
    for (const { want, error } of failed) {
      const { one } = want
      one.failures++
      if (error === errorCode.offsetOutOfRange) await this.#afterRetention(want)
      else if (!isRetriable(error) || one.failures > mostFailures) failPartition(one, errorName(error))
      else moved.push(one)
    }
    if (moved.length === 0) return
    await this.#pause(Math.max(...moved.map(({ failures }) => failures)))
    await this.#findLeaders(moved)
  }

  /** The log begins later than where it was to be read. */
  async #afterRetention({ one, from }: Wanted): Promise<void> {
    const { client, topic, isolation, signal, note } = this.#options
    const metadata = await client.metadata([topic], 0, signal)
    const wanted = [{ topic, partition: one.partition, time: offsetTime.earliest }]
    const [found] = await findOffsets(client, metadata, wanted, { isolation, signal })
    const earliest = found === undefined || found.problem !== '' ? -1 : Number(found.offset)
    if (earliest <= from || one.failures > mostFailures) {
      failPartition(one, 'the log ends before what was to be read: the topic was made again')
      return
    }
    const end = Math.min(earliest, one.goalTo)
    note(goneWords(one.partition, from, end))
    if (one.from === one.to && one.from < end) one.from = one.to = end
    one.goalFrom = Math.max(one.goalFrom, Math.min(earliest, one.from))
    one.fetchFrom = Math.max(one.fetchFrom, earliest)
  }

  async #findLeaders(partitions: readonly ScannedPartition[]): Promise<void> {
    const { client, topic, signal } = this.#options
    try {
      const metadata = await client.metadata([topic], 0, signal)
      const found = metadata.topics.find(({ name }) => name === topic)
      for (const one of partitions) {
        const meta = found?.partitions.find(({ partition }) => partition === one.partition)
        if (meta === undefined || meta.leader < 0) continue
        one.leader = meta.leader
        one.leaderEpoch = meta.leaderEpoch
      }
    } catch (error) {
      signal.throwIfAborted()
      // Tried again with the next failure, until the partitions are given up.
      if (!(error instanceof AppError)) throw error
    }
  }

  async #pause(failures: number): Promise<void> {
    const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.max(0, failures - 1))
    await sleep(pauseMs, undefined, { signal: this.#options.signal })
  }
}

/** More each time, up to a bound; where not even one batch came whole, as much as that takes. */
function nextBytes({ maxBytes, from }: Wanted, set: Uint8Array, end: number): number {
  if (set.length === 0) return maxBytes
  if (end > from) return Math.min(limits.fetchPartitionBytes, Math.max(maxBytes, set.length) * 4)
  const view = new DataView(set.buffer, set.byteOffset, set.byteLength)
  const needed = set.length >= lengthHeaderBytes ? lengthHeaderBytes + view.getInt32(8) : maxBytes * 4
  return Math.max(maxBytes, needed)
}
