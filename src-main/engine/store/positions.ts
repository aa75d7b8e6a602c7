/** Where each source goes on, and each run that fills in what a source has read before: written in the batch's transaction, read at the next start. Store thread only. */
import type { Database, Statement } from 'better-sqlite3'
import type { PackedBatch } from '../batch/packed-batch.ts'

/** Partition under which the reader's own place is kept. */
const placePartition = -1

export interface SourcePosition {
  /** Next offset by topic and partition. */
  nextOffsets: Map<string, Map<number, bigint>>
  /** The reader's own place by topic, JSON. */
  places: Map<string, string>
}

/** Where a Kafka source stands in one partition. */
export interface CommittedPosition {
  source: string
  topic: string
  partition: number
  next: bigint
}

export class Positions {
  readonly #save: Statement
  readonly #read: Statement
  readonly #forget: Statement
  readonly #forgetTopic: Statement
  readonly #copy: Statement
  readonly #committed = new Map<string, CommittedPosition>()
  readonly #changed = new Map<string, CommittedPosition>()

  constructor(database: Database) {
    this.#save = database.prepare(
      `INSERT INTO _penstock_positions (source, topic, partition, next_offset, place) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET next_offset = excluded.next_offset, place = excluded.place`,
    )
    this.#forget = database.prepare('DELETE FROM _penstock_positions WHERE source = ?')
    this.#forgetTopic = database.prepare('DELETE FROM _penstock_positions WHERE source = ? AND topic = ?')
    this.#copy = database.prepare(
      `INSERT INTO _penstock_positions (source, topic, partition, next_offset, place)
       SELECT ?, topic, partition, next_offset, place FROM _penstock_positions WHERE source = ?`,
    )
    this.#read = database
      .prepare('SELECT topic, partition, next_offset, place FROM _penstock_positions WHERE source = ?')
      .safeIntegers()
      .raw()
  }

  /** Positions that this start has committed or read, for the live figures. */
  get committed(): CommittedPosition[] {
    return [...this.#committed.values()]
  }

  /** Positions that changed since the last call. */
  takeChanged(): CommittedPosition[] {
    const changed = [...this.#changed.values()]
    this.#changed.clear()
    return changed
  }

  /** After the transaction that held the batch has committed. */
  noteCommitted(batch: PackedBatch): void {
    for (const { topic, partition, to } of batch.partitions) this.#note(batch.source, topic, partition, to)
  }

  save(batch: PackedBatch): void {
    for (const span of batch.partitions)
      this.#save.run(batch.source, span.topic, span.partition, span.to, null)
    this.#save.run(batch.source, batch.topic, placePartition, 0, batch.place)
  }

  /** Where a source goes on; the live figures have it from now on. */
  read(source: string): SourcePosition {
    const position = this.peek(source)
    for (const [topic, offsets] of position.nextOffsets) {
      for (const [partition, next] of offsets) this.#note(source, topic, partition, next)
    }
    return position
  }

  /** Where a source, or a run beside one, stands. */
  peek(name: string): SourcePosition {
    const position: SourcePosition = { nextOffsets: new Map(), places: new Map() }
    for (const row of this.#read.all(name)) {
      if (!Array.isArray(row)) continue
      const [topic, partition, next, place] = row as unknown[]
      if (Number(partition) === placePartition) {
        if (typeof place === 'string') position.places.set(String(topic), place)
      } else {
        const offsets = position.nextOffsets.get(String(topic)) ?? new Map<number, bigint>()
        position.nextOffsets.set(String(topic), offsets.set(Number(partition), BigInt(String(next))))
      }
    }
    return position
  }

  /** Whether a source, or a run beside one, has read anything. */
  hasRead(name: string): boolean {
    return this.peek(name).nextOffsets.size > 0
  }

  /** Sets offsets by hand. The caller's transaction. */
  put(name: string, offsets: ReadonlyMap<string, ReadonlyMap<number, bigint>>): void {
    for (const [topic, partitions] of offsets) {
      for (const [partition, next] of partitions) this.#save.run(name, topic, partition, next, null)
    }
  }

  /** Has another name stand where this one does. The caller's transaction. */
  copy(name: string, to: string): void {
    if (name === to) return
    this.#forget.run(to)
    this.#copy.run(to, name)
  }

  /** Has a name begin anew in a topic. The caller's transaction. @param place of the reader in it */
  restart(name: string, topic: string, place: string): void {
    this.#forgetTopic.run(name, topic)
    this.#save.run(name, topic, placePartition, 0, place)
  }

  /** Forgets a run beside a source. The caller's transaction. */
  forget(name: string): void {
    this.#forget.run(name)
  }

  #note(source: string, topic: string, partition: number, next: bigint): void {
    const key = `${source}\n${topic}\n${String(partition)}`
    const position = { source, topic, partition, next }
    this.#committed.set(key, position)
    this.#changed.set(key, position)
  }
}
