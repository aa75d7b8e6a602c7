/** Dead letters as lists, groups and one whole, read from sys_dead_letters through the query pool. Main process. */
import type { DeadLetterDetail, DeadLetterGroup, DeadLetterSummary } from '#contract/dead-letters.ts'
import { AppError } from '#contract/errors.ts'
import type { SqlValue } from '../../../columns/values.ts'
import type { DeadLetterFilter, DeadLetters } from '../../engine-api.ts'
import type { RowSource } from './store-values.ts'
import { numberOf, numberOrNull, textOf, textOrNull } from './store-values.ts'

const mostGroups = 500

const summaryColumns = `id, at, source, topic, partition, "offset", timestamp, step, table_name, column_name, reason, size_bytes`

/**
 * A reason selects letters of the kind that this very reason has, which is what a group holds; any other text selects the
 * reasons that it stands in.
 */
const listSql = `
SELECT ${summaryColumns} FROM sys_dead_letters
WHERE (?1 IS NULL OR source = ?1) AND (?2 IS NULL OR table_name = ?2) AND (?3 IS NULL OR step = ?3)
  AND (?4 IS NULL OR column_name = ?4)
  AND (?5 IS NULL OR instr(lower(reason), lower(?5)) > 0
    OR kind IN (SELECT kind FROM sys_dead_letters WHERE reason = ?5))
  AND (?6 IS NULL OR id < ?6)
ORDER BY id DESC LIMIT ?7`

/** The reason is that of the newest letter: SQLite takes bare columns from the row of the max. */
const groupsSql = `
SELECT source, table_name, step, column_name, reason, count(*), min(at), max(at), max(id)
FROM sys_dead_letters GROUP BY source, table_name, step, column_name, kind
ORDER BY count(*) DESC, max(id) DESC LIMIT ${String(mostGroups)}`

const detailSql = `
SELECT ${summaryColumns}, sql, value, key, headers FROM sys_dead_letters WHERE id = ?`

/** See the head of the file. */
export class StoredDeadLetters implements DeadLetters {
  readonly #store: RowSource

  constructor(store: RowSource) {
    this.#store = store
  }

  /** Newest first. */
  async list(
    filter: DeadLetterFilter,
    { before, limit }: { before?: number | undefined; limit: number },
  ): Promise<DeadLetterSummary[]> {
    const { source, table, step, column, reason } = filter
    const wanted = [source, table, step, column, reason].map((value) => value ?? null)
    const rows = await this.#store.run(listSql, [...wanted, before ?? null, limit])
    return rows.map(summaryOf)
  }

  /** Largest first. */
  async groups(): Promise<DeadLetterGroup[]> {
    const rows = await this.#store.run(groupsSql)
    return rows.map((row) => ({
      source: textOf(row[0]),
      table: textOf(row[1]),
      step: textOf(row[2]),
      column: textOf(row[3]),
      reason: textOf(row[4]),
      count: numberOf(row[5]),
      firstAt: numberOf(row[6]),
      lastAt: numberOf(row[7]),
    }))
  }

  /** @throws AppError NOT_FOUND where the letter made room for newer ones */
  async get(id: number): Promise<DeadLetterDetail> {
    const [row] = await this.#store.run(detailSql, [id])
    if (row === undefined) {
      throw new AppError('NOT_FOUND', `Dead letter ${String(id)} is not there, or made room for newer ones.`)
    }
    const summary = summaryOf(row)
    const value = row[13] instanceof Uint8Array ? row[13] : new Uint8Array()
    return {
      ...summary,
      sql: textOf(row[12]),
      value: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64'),
      truncated: value.byteLength < summary.sizeBytes,
      key: textOrNull(row[14]),
      headers: textOrNull(row[15]),
    }
  }
}

function summaryOf(row: readonly SqlValue[]): DeadLetterSummary {
  return {
    id: numberOf(row[0]),
    at: numberOf(row[1]),
    source: textOf(row[2]),
    topic: textOf(row[3]),
    partition: numberOf(row[4]),
    offset: textOf(row[5]),
    timestamp: numberOrNull(row[6]),
    step: textOf(row[7]),
    table: textOf(row[8]),
    column: textOf(row[9]),
    reason: textOf(row[10]),
    sizeBytes: numberOf(row[11]),
  }
}
