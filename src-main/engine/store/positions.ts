/** Where each source goes on: written in the batch's transaction, read at the next start. Store thread only. */
import type { Database, Statement } from 'better-sqlite3'
import type { PackedBatch } from '../batch/packed-batch.ts'

/** Partition under which the reader's own place is kept. */
const placePartition = -1

export interface SourcePosition {
  /** Next offset by partition. */
  nextOffsets: Map<number, bigint>
  place: string | null
}

export class Positions {
  readonly #save: Statement
  readonly #read: Statement

  constructor(database: Database) {
    this.#save = database.prepare(
      `INSERT INTO _penstock_positions (source, topic, partition, next_offset, place) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET next_offset = excluded.next_offset, place = excluded.place`,
    )
    this.#read = database
      .prepare('SELECT partition, next_offset, place FROM _penstock_positions WHERE source = ?')
      .safeIntegers()
      .raw()
  }

  save(batch: PackedBatch): void {
    for (const span of batch.partitions)
      this.#save.run(batch.source, span.topic, span.partition, span.to, null)
    this.#save.run(batch.source, batch.topic, placePartition, 0, batch.place)
  }

  read(source: string): SourcePosition {
    const position: SourcePosition = { nextOffsets: new Map(), place: null }
    for (const row of this.#read.all(source)) {
      if (!Array.isArray(row)) continue
      const [partition, next, place] = row as unknown[]
      if (Number(partition) === placePartition) position.place = typeof place === 'string' ? place : null
      else position.nextOffsets.set(Number(partition), BigInt(String(next)))
    }
    return position
  }
}
