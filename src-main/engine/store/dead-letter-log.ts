/** Writes sys_dead_letters, bounded in rows and bytes. Store thread only; inside the batch's transaction. */
import { limits } from '#contract/limits.ts'
import type { Database, Statement } from 'better-sqlite3'
import type { StepFailure } from '../batch/batch-result.ts'
import { headersText } from '../kafka/records/headers-text.ts'
import { absentSpan, type DeadRecord, type PackedBatch, spanFields } from '../batch/packed-batch.ts'

/** Least number of rows that one transaction may drop; more where more came. */
const trimAtLeast = 500

/** Records of one topic that its lookup could not take. */
export interface LookupFailures {
  lookup: string
  topic: string
  dead: readonly DeadRecord[]
}

export class DeadLetterLog {
  readonly #insert: Statement
  readonly #oldest: Statement<[number], { id: number; bytes: number }>
  readonly #delete: Statement
  readonly #places: Statement
  /** Places of records that failed for lookups, by lookup and topic. */
  readonly #noted = new Map<string, Set<string>>()
  #total: number
  #kept: number
  #bytes: number
  #committed: { total: number; kept: number; bytes: number }
  #added = 0

  constructor(database: Database) {
    this.#insert = database.prepare(
      `INSERT INTO sys_dead_letters (at, source, topic, partition, "offset", timestamp, table_name, step, column_name, kind,
         reason, sql, value, size_bytes, key, headers) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    this.#oldest = database.prepare(
      'SELECT id, coalesce(length(value), 0) AS bytes FROM sys_dead_letters ORDER BY id LIMIT ?',
    )
    this.#places = database
      .prepare(
        `SELECT partition || ' ' || "offset" FROM sys_dead_letters WHERE step = 'lookup' AND source = ? AND topic = ?`,
      )
      .pluck()
    this.#delete = database.prepare('DELETE FROM sys_dead_letters WHERE id <= ?')
    const row = database
      .prepare<[], { total: number; kept: number; bytes: number }>(
        `SELECT coalesce(max(id), 0) AS total, count(*) AS kept, coalesce(sum(length(value)), 0) AS bytes FROM sys_dead_letters`,
      )
      .get()
    this.#committed = row ?? { total: 0, kept: 0, bytes: 0 }
    this.#total = this.#committed.total
    this.#kept = this.#committed.kept
    this.#bytes = this.#committed.bytes
  }

  /** Dead letters ever, and those still kept; as of the last commit. */
  get counts(): { total: number; kept: number } {
    return this.#committed
  }

  addDecodeFailures(batch: PackedBatch, nowMs: number): void {
    for (const dead of batch.dead) this.#add(batch, nowMs, dead, { table: '', step: 'decode', sql: '' })
  }

  addStepFailures(batch: PackedBatch, failures: readonly StepFailure[], nowMs: number): void {
    for (const failure of failures) this.#add(batch, nowMs, recordOf(batch, failure), failure)
  }

  /** Records of a topic that do not fit its lookup. One that was noted before, when the lookup was loaded, is not again. */
  addLookupFailures({ lookup, topic, dead }: LookupFailures, nowMs: number): void {
    if (dead.length === 0) return
    const noted = this.#notedOf(lookup, topic)
    for (const record of dead) {
      const place = `${String(record.partition)} ${String(record.offset)}`
      if (noted.has(place)) continue
      noted.add(place)
      this.#add({ source: lookup, topic }, nowMs, record, { table: '', step: 'lookup', sql: '' })
    }
  }

  #notedOf(lookup: string, topic: string): Set<string> {
    const key = `${lookup}\n${topic}`
    const known = this.#noted.get(key)
    if (known !== undefined) return known
    const places = this.#places.all(lookup, topic).map((place) => String(place))
    const noted = new Set(places)
    this.#noted.set(key, noted)
    return noted
  }

  #add(
    batch: Pick<PackedBatch, 'source' | 'topic'>,
    nowMs: number,
    dead: DeadRecord,
    where: { table: string; step: string; sql: string },
  ): void {
    const value = Buffer.from(dead.value.buffer, dead.value.byteOffset, dead.value.byteLength)
    this.#insert.run(
      nowMs,
      batch.source,
      batch.topic,
      dead.partition,
      dead.offset,
      dead.timestampMs,
      where.table,
      where.step,
      dead.column,
      dead.kind,
      dead.reason,
      where.sql,
      value,
      dead.sizeBytes,
      dead.key,
      dead.headers,
    )
    this.#added++
    this.#total++
    this.#kept++
    this.#bytes += value.length
  }

  /** Drops the oldest ones over the bounds, of bytes too: at most twice what this transaction added, or a few hundred. */
  trim(): void {
    const most = Math.max(trimAtLeast, 2 * this.#added)
    this.#added = 0
    if (this.#kept <= limits.keptDeadLetters && this.#bytes <= limits.keptDeadLetterBytes) return
    let last = 0
    for (const { id, bytes } of this.#oldest.all(most)) {
      if (this.#kept <= limits.keptDeadLetters && this.#bytes <= limits.keptDeadLetterBytes) break
      last = id
      this.#kept--
      this.#bytes -= bytes
    }
    if (last > 0) this.#delete.run(last)
  }

  committed(): void {
    this.#committed = { total: this.#total, kept: this.#kept, bytes: this.#bytes }
  }

  rolledBack(): void {
    this.#added = 0
    this.#noted.clear()
    this.#total = this.#committed.total
    this.#kept = this.#committed.kept
    this.#bytes = this.#committed.bytes
  }
}

/** The record of a good row, from the batch's raw bytes. */
function recordOf(batch: PackedBatch, failure: StepFailure): DeadRecord {
  const at = (failure.row - 1) * spanFields
  const most = limits.deadLetterBytes
  const valueBytes = batch.spans[at + 1] ?? 0
  const sizeBytes = valueBytes === absentSpan ? 0 : valueBytes
  const value = spanBytes(batch, at, most) ?? new Uint8Array(0)
  return {
    partition: failure.partition,
    offset: failure.offset,
    timestampMs: failure.timestampMs,
    kind: failure.kind ?? 'step',
    column: '',
    reason: failure.reason,
    value,
    sizeBytes,
    key: batch.parts === 'kafka' ? plainText(spanBytes(batch, at + 2, most)) : spanText(batch, at + 2),
    headers: batch.parts === 'kafka' ? headersText(spanBytes(batch, at + 4)) : spanText(batch, at + 4),
  }
}

function plainText(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : new TextDecoder().decode(bytes)
}

function spanBytes(batch: PackedBatch, at: number, most = Number.MAX_SAFE_INTEGER): Uint8Array | null {
  const length = batch.spans[at + 1] ?? absentSpan
  if (length === absentSpan) return null
  const start = batch.spans[at] ?? 0
  return batch.raw.subarray(start, start + Math.min(length, most))
}

/** A key or headers as text; a JSON string loses its quotes and escapes. */
function spanText(batch: PackedBatch, at: number): string | null {
  const bytes = spanBytes(batch, at, limits.deadLetterBytes)
  if (bytes === null) return null
  const text = new TextDecoder().decode(bytes)
  if (!text.startsWith('"')) return text
  try {
    return String(JSON.parse(text))
  } catch {
    // Cut in the middle by the bound on kept bytes.
    return text
  }
}
