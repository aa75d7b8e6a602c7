/** Rows of sys_batches and sys_steps as the contract has them. Runs in the main process. */
import type { BatchRow, BatchStepRow } from '#contract/statistics.ts'
import { batchRow } from '#contract/statistics.ts'
import type { SqlValue } from '../../../columns/values.ts'
import type { RowSource } from './store-values.ts'
import { numberOf, numberOrNull, textOf, textOrNull } from './store-values.ts'

/**
 * How long a batch took is written by the transaction after it, so the newest batch is left out until then. One that a
 * kill kept from ever being finished shows the phases that were measured.
 */
const batchesSql = `
SELECT id, source, committed_at, records, bytes, rows_landed, dead, positions, decode_ms, load_ms, steps_ms,
  coalesce(commit_ms, 0), coalesce(total_ms, load_ms + steps_ms), latency_p50_ms, latency_p99_ms, latency_max_ms, error,
  watermark, late, too_late
FROM sys_batches
WHERE (?1 IS NULL OR source = ?1) AND (?2 IS NULL OR id < ?2)
  AND (total_ms IS NOT NULL OR id < (SELECT max(id) FROM sys_batches))
ORDER BY id DESC LIMIT ?3`

const stepsSql = `
SELECT batch_id, table_name, step, rows_in, rows_out, filtered, failed, ms
FROM sys_steps WHERE batch_id = ? ORDER BY id`

/** Newest first. */
export async function readBatches(
  store: RowSource,
  { source, before, limit }: { source?: string | undefined; before?: number | undefined; limit: number },
): Promise<BatchRow[]> {
  const rows = await store.run(batchesSql, [source ?? null, before ?? null, limit])
  return rows.map(batchOf)
}

/** In the order in which they ran. */
export async function readBatchSteps(store: RowSource, batchId: number): Promise<BatchStepRow[]> {
  const rows = await store.run(stepsSql, [batchId])
  return rows.map((row) => ({
    batchId: numberOf(row[0]),
    table: textOf(row[1]),
    step: textOf(row[2]),
    rowsIn: numberOf(row[3]),
    rowsOut: numberOf(row[4]),
    filtered: numberOrNull(row[5]),
    failed: numberOf(row[6]),
    ms: numberOf(row[7]),
  }))
}

function batchOf(row: readonly SqlValue[]): BatchRow {
  return {
    id: numberOf(row[0]),
    source: textOf(row[1]),
    committedAt: numberOf(row[2]),
    records: numberOf(row[3]),
    bytes: numberOf(row[4]),
    rowsLanded: numberOf(row[5]),
    dead: numberOf(row[6]),
    positions: batchRow.shape.positions.parse(JSON.parse(textOf(row[7]))),
    decodeMs: numberOf(row[8]),
    loadMs: numberOf(row[9]),
    stepsMs: numberOf(row[10]),
    commitMs: numberOf(row[11]),
    totalMs: numberOf(row[12]),
    latencyP50Ms: numberOrNull(row[13]),
    latencyP99Ms: numberOrNull(row[14]),
    latencyMaxMs: numberOrNull(row[15]),
    error: textOrNull(row[16]),
    watermarkAt: numberOrNull(row[17]),
    late: numberOrNull(row[18]),
    tooLate: numberOrNull(row[19]),
  }
}
