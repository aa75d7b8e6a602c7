/**
 * Offsets of very many partitions: requests of bounded size to each leader, one after the other, so that neither the broker
 * nor this thread is busy with one of them for long. Cluster thread.
 */
import { errorCode, errorName } from '../kafka/requests/error-codes.ts'
import type { ListOffsetsInput } from '../kafka/requests/list-offsets.ts'
import { type OffsetColumns, offsetColumnsRequest } from '../kafka/requests/offset-columns.ts'
import { answerLimitMs, type BrokerReach } from './broker-reach.ts'

/** Partitions in one request: reading its answer takes a few milliseconds. */
const partitionsPerRequest = 2500

export interface SweepTopic {
  name: string
  partitions: number[]
}

/** What to ask whom: requests by leader. */
export type SweepPlan = ReadonlyMap<number, readonly (readonly SweepTopic[])[]>

/** Collects partitions by leader; the partitions of a topic come together. */
export class SweepPlanner {
  readonly #chunks = new Map<number, SweepTopic[][]>()
  readonly #sizes = new Map<number, number>()

  /** Partitions without a leader cannot be asked for. */
  add(topic: string, partition: number, leader: number): void {
    if (leader < 0) return
    const size = this.#sizes.get(leader) ?? 0
    const chunks = this.#chunks.get(leader) ?? []
    if (size % partitionsPerRequest === 0) chunks.push([])
    if (size === 0) this.#chunks.set(leader, chunks)
    this.#sizes.set(leader, size + 1)
    const chunk = chunks.at(-1)
    const last = chunk?.at(-1)
    if (last?.name === topic) last.partitions.push(partition)
    else chunk?.push({ name: topic, partitions: [partition] })
  }

  get plan(): SweepPlan {
    return this.#chunks
  }
}

export interface SweepOptions {
  isolation: ListOffsetsInput['isolation']
  /** One of offsetTime. */
  time: bigint
  signal: AbortSignal
  /** @param atMs when the broker had answered */
  take: (columns: OffsetColumns, atMs: number) => void
}

/** What a sweep could not see. */
export interface SweepProblem {
  broker: number
  words: string
  error: unknown
}

/** Asks every leader at once. A broker that does not answer spoils only its own. @returns what was not seen */
export async function sweepOffsets(
  reach: BrokerReach,
  plan: SweepPlan,
  options: SweepOptions,
): Promise<SweepProblem[]> {
  const problems = await Promise.all(
    [...plan].map(([leader, chunks]) => askLeader(reach, leader, chunks, options)),
  )
  return problems.flat()
}

async function askLeader(
  reach: BrokerReach,
  broker: number,
  chunks: readonly (readonly SweepTopic[])[],
  { isolation, time, signal, take }: SweepOptions,
): Promise<SweepProblem[]> {
  try {
    const connection = await reach.broker(broker, signal)
    for (const topics of chunks) {
      const input = { isolation, time, topics }
      const options = { signal, timeoutMs: answerLimitMs }
      const columns = await connection.send(offsetColumnsRequest, input, options)
      take(columns, Date.now())
    }
    return []
  } catch (error) {
    signal.throwIfAborted()
    return [{ broker, words: error instanceof Error ? error.message : String(error), error }]
  }
}

/** Errors of partitions, in words, each kind once. */
export function sweepErrors(columns: OffsetColumns): string[] {
  const codes = new Set(columns.error)
  codes.delete(errorCode.none)
  return [...codes].map((code) => errorName(code))
}
