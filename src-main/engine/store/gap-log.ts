/**
 * Writes sys_gaps: records that were no longer there, or could not be read, when a source wanted them. Store thread only;
 * inside the batch's transaction.
 */
import { limits } from '#contract/limits.ts'
import type { Database, Statement } from 'better-sqlite3'
import type { PackedBatch } from '../batch/packed-batch.ts'

export class GapLog {
  readonly #insert: Statement
  readonly #trim: Statement
  readonly #count: Statement
  #totals: Map<string, number>
  #committed: Map<string, number>

  constructor(database: Database) {
    this.#insert = database.prepare(
      `INSERT INTO sys_gaps (at, source, topic, partition, from_offset, to_offset, records, reason)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    this.#trim = database.prepare('DELETE FROM sys_gaps WHERE id <= (SELECT max(id) FROM sys_gaps) - ?')
    this.#count = database.prepare(
      `INSERT INTO _penstock_gap_totals (source, records) VALUES (?, ?)
       ON CONFLICT DO UPDATE SET records = excluded.records`,
    )
    const rows = database
      .prepare<[], { source: string; records: number }>('SELECT source, records FROM _penstock_gap_totals')
      .all()
    this.#totals = new Map(rows.map(({ source, records }) => [source, records]))
    this.#committed = new Map(this.#totals)
  }

  /** Records by source since the store began, as of the last commit. */
  get totals(): { source: string; records: number }[] {
    return [...this.#committed].map(([source, records]) => ({ source, records }))
  }

  add(batch: PackedBatch, nowMs: number): void {
    if (batch.gaps.length === 0) return
    let total = this.#totals.get(batch.source) ?? 0
    for (const { partition, from, to, reason } of batch.gaps) {
      const records = to - from
      this.#insert.run(nowMs, batch.source, batch.topic, partition, from, to, records, reason)
      total += Number(records)
    }
    this.#totals.set(batch.source, total)
    this.#count.run(batch.source, BigInt(total))
    this.#trim.run(limits.keptEvents)
  }

  committed(): void {
    this.#committed = new Map(this.#totals)
  }

  rolledBack(): void {
    this.#totals = new Map(this.#committed)
  }
}
