/** Runs of a Kafka source up to given offsets, without an engine: what they send, and where they end. */
import Database from 'better-sqlite3'
import { onTestFinished } from 'vitest'
import type { PackedBatch } from '../../../src-main/engine/batch/packed-batch.ts'
import { JsonFormat } from '../../../src-main/engine/formats/value-format.ts'
import { KafkaSource } from '../../../src-main/engine/ingest/kafka/kafka-source.ts'
import type { SourcePort, SourceStart, SourceState } from '../../../src-main/engine/ingest/source-port.ts'
import { ClusterClients } from '../../../src-main/engine/kafka/client/cluster-clients.ts'
import type { ConnectionSettings } from '../../../src-main/engine/kafka/client/connection-settings.ts'
import type { TopicSource } from '../../../src-main/workspace/model.ts'
import { topicSource } from '../../support/workspaces.ts'
import { idColumns } from './landing-workspace.ts'

/** A port that has room for everything, and can be paused and stopped. */
export class RunPort implements SourcePort {
  stopped = false
  readonly batchRecords = 16_384
  readonly batches: PackedBatch[] = []
  readonly states: string[] = []
  readonly events: string[] = []
  /** Called with each batch. */
  onBatch: (port: this) => void = () => undefined
  /** How often the source has waited. */
  sleeps = 0
  /** Told of a batch that has been taken. */
  received: (batch: PackedBatch) => void = () => undefined
  #paused = false
  readonly #wakers = new Set<() => void>()

  isReady = (): boolean => true
  whenReady = (): Promise<void> => Promise.resolve()
  isPaused = (): boolean => this.#paused && !this.stopped
  nowMs = (): number => performance.timeOrigin + performance.now()

  logEnds(): void {
    return
  }

  send(batch: PackedBatch): void {
    this.batches.push(batch)
    queueMicrotask(() => {
      this.received(batch)
    })
    this.onBatch(this)
  }

  state(state: SourceState, reason: string): void {
    this.states.push(reason === '' ? state : `${state}: ${reason}`)
    this.#wake()
  }

  event(_level: string, kind: string, message: string): void {
    this.events.push(`${kind}: ${message}`)
    this.#wake()
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.#wake()
  }

  stop(): void {
    this.stopped = true
    this.#wake()
  }

  async whenResumed(): Promise<void> {
    while (this.isPaused()) await this.#woken()
  }

  /** Resolves when a state or an event is as wanted. */
  async until(isWanted: (words: string) => boolean): Promise<void> {
    while (![...this.states, ...this.events].some(isWanted)) await this.#woken()
  }

  /** Resolves when the source has waited so often. */
  async untilSleeps(count: number): Promise<void> {
    while (this.sleeps < count) await this.#woken()
  }

  async sleep(ms: number): Promise<void> {
    if (this.stopped) return
    this.sleeps++
    this.#wake()
    let timer: NodeJS.Timeout | undefined
    const passed = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms)
    })
    const stopped = (async () => {
      while (!this.stopped) await this.#woken()
    })()
    await Promise.race([passed, stopped])
    clearTimeout(timer)
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wakers.add(resolve)
    })
  }

  #wake(): void {
    const wakers = [...this.#wakers]
    this.#wakers.clear()
    for (const wake of wakers) wake()
  }
}

export interface BoundedRun {
  port: RunPort
  /** Resolves when the run has ended. */
  done: Promise<void>
  /** What a store would go on from that has committed all batches. */
  committed: () => Pick<SourceStart, 'nextOffsets' | 'places'>
}

export interface RunOptions {
  topics: readonly string[]
  /** By topic, in the order of its partitions. */
  until: Readonly<Record<string, readonly number[]>> | null
  source?: Partial<TopicSource['input']>
  start?: Partial<SourceStart>
  port?: RunPort
}

/** Starts a run; it ends with the test at the latest. */
export function boundedRun(settings: ConnectionSettings, options: RunOptions): BoundedRun {
  const { topics, until, source: input, start, port = new RunPort() } = options
  const clients = new ClusterClients({ settings: [settings], faults: new Map() }, () => undefined)
  const source = topicSource('in', idColumns, { connection: settings.name, topics, ...input })
  const run = new KafkaSource(
    source,
    {
      columns: idColumns,
      start: {
        ...{ nextOffsets: new Map(), places: new Map(), ...start },
        until: until === null ? null : offsetsOf(until),
      },
      clients,
      openFormat: () => new JsonFormat(),
      masker: null,
    },
    port,
  )
  port.received = ({ topic }) => {
    run.reuse(topic, [])
  }
  const done = run.run()
  onTestFinished(async () => {
    port.stop()
    run.stop()
    await done
    clients.close()
  })
  return { port, done, committed: () => committedBy(port.batches) }
}

function offsetsOf(until: Readonly<Record<string, readonly number[]>>): Map<string, Map<number, bigint>> {
  return new Map(
    Object.entries(until).map(([topic, ends]) => [
      topic,
      new Map(ends.map((end, index) => [index, BigInt(end)])),
    ]),
  )
}

function committedBy(batches: readonly PackedBatch[]): Pick<SourceStart, 'nextOffsets' | 'places'> {
  const nextOffsets = new Map<string, Map<number, bigint>>()
  for (const { partitions } of batches) {
    for (const { topic, partition, to } of partitions) {
      nextOffsets.set(topic, (nextOffsets.get(topic) ?? new Map<number, bigint>()).set(partition, to))
    }
  }
  return { nextOffsets, places: new Map(batches.map(({ topic, place }) => [topic, place])) }
}

/** Ids that were sent, in the order of topic, partition and offset. */
export function sentIds({ port }: BoundedRun): number[] {
  const database = new Database(':memory:')
  const select = database.prepare<[Buffer], string>('SELECT json(value) FROM jsonb_each(?)').pluck()
  const rows = port.batches.flatMap(({ topic, jsonb }) =>
    select.all(Buffer.from(jsonb)).map((row) => {
      const [id, partition, offset]: number[] = JSON.parse(row)
      return { topic, id: id ?? -1, partition: partition ?? -1, offset: offset ?? -1 }
    }),
  )
  database.close()
  rows.sort((one, other) => {
    if (one.topic !== other.topic) return one.topic < other.topic ? -1 : 1
    return one.partition - other.partition || one.offset - other.offset
  })
  return rows.map(({ id }) => id)
}

/** Where it stands in the partitions of a topic. */
export function positionsIn(run: BoundedRun, topic: string): number[] {
  const offsets = [...(run.committed().nextOffsets.get(topic) ?? [])]
  return offsets.toSorted(([one], [other]) => one - other).map(([, next]) => Number(next))
}
