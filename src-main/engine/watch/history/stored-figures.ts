/**
 * The figures of the live feed as a store holds them, for a store that nobody writes: totals and states as of its last
 * commit. Main process; a few small statements through the query pool.
 */
import type { LiveLookup } from '#contract/live.ts'
import type { FeedFigures } from '../feed-input.ts'
import { StoredEvents } from './events.ts'
import { numberOf, numberOrNull, type RowSource, textOf } from './store-values.ts'

const shownEvents = 20

const topicsSql = 'SELECT source, records, bytes, dead, decode_ms, last_record_at FROM _penstock_topic_state'
/** Without those of backfills, whose names have a slash. */
const positionsSql =
  "SELECT source, topic, partition, next_offset FROM _penstock_positions WHERE partition >= 0 AND source NOT LIKE '%/%'"
const stepsSql = 'SELECT table_name, step, rows_in, rows_out, filtered, failed, ms FROM _penstock_step_totals'
const tablesSql =
  'SELECT name, source, rows, landed, updated, deleted, stale, duplicates, evicted, oldest_at, newest_at FROM sys_tables ORDER BY name'
const lookupsSql = 'SELECT name, rows, loaded_at, problem FROM sys_lookups ORDER BY name'
/** Rows of an appended table have the numbers from `evicted + 1` to `evicted + rows`. */
const rollupsSql = `
SELECT r.name, r.from_name, r.rows, max(0, coalesce(t.evicted + t.rows - max(r.applied_row, t.evicted), 0)), r.groups,
  r.untimed, r.missed, r.evicted, r.oldest_at, r.newest_at, r.problem
FROM sys_rollups r LEFT JOIN sys_tables t ON t.name = r.table_name ORDER BY r.name`
const countsSql = `
SELECT (SELECT coalesce(max(id), 0) FROM sys_dead_letters), (SELECT count(*) FROM sys_dead_letters),
  (SELECT coalesce(max(id), 0) FROM sys_batches), (SELECT page_count * page_size FROM pragma_page_count, pragma_page_size)`

/** A table with its steps, as the workspace has them. */
interface Pipeline {
  name: string
  steps: readonly { name: string }[]
}

/** @param pipelines of the workspace; the store also has totals of steps that a workspace had once */
export async function readFigures(
  store: RowSource,
  pipelines: readonly Pipeline[],
  nowMs: number,
): Promise<FeedFigures> {
  const [topics, positions, gaps, watermarks, steps, tables, lookups, rollups, all, events] =
    await Promise.all([
      store.run(topicsSql),
      store.run(positionsSql),
      store.run('SELECT source, records FROM _penstock_gap_totals'),
      store.run('SELECT source, newest_at, late, too_late, ahead FROM _penstock_watermarks'),
      store.run(stepsSql),
      store.run(tablesSql),
      store.run(lookupsSql),
      store.run(rollupsSql),
      store.run(countsSql),
      new StoredEvents(store).list({ limit: shownEvents }),
    ])
  const [deadTotal, deadKept, batches, bytes] = all[0] ?? []
  const totals = steps.map(([table, step, rowsIn, rowsOut, filtered, failed, ms]) => ({
    ...{
      table: textOf(table),
      step: textOf(step),
      filtered: numberOrNull(filtered),
      failed: numberOf(failed),
    },
    ...{ rowsIn: numberOf(rowsIn), rowsOut: numberOf(rowsOut), ms: numberOf(ms) },
  }))
  return {
    ...{ at: nowMs, state: 'running', reason: '', walBytes: 0 },
    topics: topics.map(([source, records, size, dead, decodeMs, lastRecordAt]) => ({
      ...{ source: textOf(source), records: numberOf(records), bytes: numberOf(size), dead: numberOf(dead) },
      ...{ decodeMs: numberOf(decodeMs), lastRecordAt: numberOrNull(lastRecordAt) },
    })),
    positions: positions.map(([source, topic, partition, next]) => ({
      ...{
        source: textOf(source),
        topic: textOf(topic),
        partition: numberOf(partition),
        next: BigInt(textOf(next)),
      },
    })),
    gaps: gaps.map(([source, records]) => ({ source: textOf(source), records: numberOf(records) })),
    eventTimes: watermarks.map(([source, newestAt, late, tooLate, ahead]) => ({
      ...{ source: textOf(source), newestAt: numberOrNull(newestAt), late: numberOf(late) },
      ...{ tooLate: numberOf(tooLate), ahead: numberOf(ahead) },
    })),
    steps: pipelines.flatMap(({ name, steps: own }) =>
      own.flatMap((step) => totals.find((one) => one.table === name && one.step === step.name) ?? []),
    ),
    tables: tables.map(([name, source, ...counts]) => {
      const [rows, landed, updated, deleted, stale, duplicates, evicted, oldestAt, newestAt] = counts
      return {
        ...{ name: textOf(name), source: textOf(source), rows: numberOf(rows), landed: numberOf(landed) },
        ...{ updated: numberOf(updated), deleted: numberOf(deleted), stale: numberOf(stale) },
        ...{ duplicates: numberOf(duplicates), evicted: numberOf(evicted), bytes: 0 },
        ...{ oldestAt: numberOrNull(oldestAt), newestAt: numberOrNull(newestAt) },
      }
    }),
    // Nobody fills anything in a store that nobody writes.
    backfills: [],
    lookups: lookups.map(([name, rows, loadedAt, problem]): LiveLookup => ({
      ...{
        name: textOf(name),
        rows: numberOf(rows),
        loadedAt: numberOrNull(loadedAt),
        problem: textOf(problem),
      },
    })),
    rollups: rollups.map(
      ([name, from, rows, behind, groups, untimed, missed, evicted, oldestAt, newestAt, problem]) => ({
        ...{
          name: textOf(name),
          from: textOf(from),
          rows: numberOf(rows),
          behind: numberOf(behind),
          groups: numberOf(groups),
        },
        ...{ untimed: numberOf(untimed), missed: numberOf(missed), evicted: numberOf(evicted) },
        ...{ oldestAt: numberOrNull(oldestAt), newestAt: numberOrNull(newestAt), problem: textOf(problem) },
      }),
    ),
    latency: { p50: null, p99: null, max: null },
    dead: { total: numberOf(deadTotal), kept: numberOf(deadKept) },
    ...{ bytes: numberOf(bytes), usedBytes: numberOf(bytes), batches: numberOf(batches), events },
  }
}
