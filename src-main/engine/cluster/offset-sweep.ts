/**
 * Offsets of very many partitions: requests of bounded size to each leader, one after the other, so that neither the broker
 * nor this thread is busy with one of them for long. Cluster thread.
 */
import { AppError } from '#contract/errors.ts'
import type { ClusterClient } from '../kafka/client/cluster-client.ts'
import { errorCode, errorName } from '../kafka/requests/error-codes.ts'
import type { ListOffsetsInput } from '../kafka/requests/list-offsets.ts'
import { type OffsetColumns, offsetColumnsRequest } from '../kafka/requests/offset-columns.ts'

/** Purpose of the connections on which measurements travel: they must not hold up what people wait for. */
export const measuring = 'measure'
/** Partitions in one request: reading its answer takes a few milliseconds. */
const partitionsPerRequest = 2500
/** A broker that does not answer must not hold up what the others have to say for longer. */
const brokerLimitMs = 5000

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
  client: ClusterClient,
  plan: SweepPlan,
  options: SweepOptions,
): Promise<SweepProblem[]> {
  const problems = await Promise.all(
    [...plan].map(([leader, chunks]) => askLeader(client, leader, chunks, options)),
  )
  return problems.flat()
}

async function askLeader(
  client: ClusterClient,
  broker: number,
  chunks: readonly (readonly SweepTopic[])[],
  { isolation, time, signal, take }: SweepOptions,
): Promise<SweepProblem[]> {
  const limited = withBrokerLimit(signal)
  try {
    const connection = await client.broker(broker, measuring, limited)
    for (const topics of chunks) {
      const input = { isolation, time, topics }
      const columns = await connection.send(offsetColumnsRequest, input, { signal: limited })
      take(columns, Date.now())
    }
    return []
  } catch (error) {
    signal.throwIfAborted()
    const fault = limited.aborted ? noAnswer(broker) : error
    return [{ broker, words: fault instanceof Error ? fault.message : String(fault), error: fault }]
  }
}

/** The signal, and the time that one broker is given in one round. */
export function withBrokerLimit(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(brokerLimitMs)])
}

/** What to say of a broker whose time has passed. */
export function noAnswer(broker: number): AppError {
  const message = `broker ${String(broker)} does not answer within ${String(brokerLimitMs / 1000)} s`
  return new AppError('CONNECTION_FAILED', message, { details: { retriable: true } })
}

/** Errors of partitions, in words, each kind once. */
export function sweepErrors(columns: OffsetColumns): string[] {
  const codes = new Set(columns.error)
  codes.delete(errorCode.none)
  return [...codes].map((code) => errorName(code))
}
