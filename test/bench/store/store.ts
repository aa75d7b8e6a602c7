/**
 * A disk store of 5M orders of 10 columns with three rollups: look-ups, the last minutes, a dashboard and a full group-by,
 * idle and while it takes in 20,000 records/s; DuckDB on the same data; recovery after a kill; a snapshot under load.
 */
import { rmSync } from 'node:fs'
import type { Engine } from '../../../src-main/engine/engine-api.ts'
import type { Workspace } from '../../../src-main/workspace/model.ts'
import { table } from '../../support/workspaces.ts'
import { type Bench, type Figure, figure } from '../figures.ts'
import { benchFolder, orderSteps, ordersWorkspace, writeOrders } from '../orders.ts'
import { recordsOf, until, withEngine } from '../run-engine.ts'
import { duckDbGroupBy } from './duckdb.ts'
import { fullGroupBy, measureQueries, type QueryTimes } from './queries.ts'
import { recoverySeconds } from './recovery.ts'
import { orderRollups, rollupIngest } from './rollup-ingest.ts'
import { snapshotUnderLoad } from './snapshot.ts'

const rows = Number(process.env['PENSTOCK_BENCH_STORE_ROWS'] ?? 5_000_000)
const rate = 20_000
const ratioRecords = 1_000_000
const ratioRuns = 3
/** Milliseconds of event time between two orders: 5M of them are a day. */
const spacingMs = 17

export const benchStore: Bench = async (progress) => {
  const folder = benchFolder()
  try {
    const figures = await ratios(folder, progress)
    progress(`store, filling it with ${String(rows)} rows`)
    const file = await writeOrders(folder, rows, spacingMs)
    const filling = storeWorkspace(folder, file)
    await withEngine(
      filling,
      (engine) => until(engine, ({ sources }) => sources[0]?.state === 'ended'),
      false,
    )
    const steady = withRate(filling)
    progress('store, recovery after a kill')
    figures.push(figure('store.recovery_s', 's', [await recoverySeconds(steady)]))
    progress('store, queries')
    figures.push(...(await withEngine(steady, (engine) => idleAndBusy(engine, file, progress))))
    return figures
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function ratios(folder: string, progress: (text: string) => void): Promise<Figure[]> {
  const file = await writeOrders(folder, ratioRecords, spacingMs)
  const found: number[] = []
  for (let run = 1; run <= ratioRuns; run++) {
    progress(`store, ingest with and without rollups, run ${String(run)} of ${String(ratioRuns)}`)
    const { withRollups, without } = await rollupIngest(folder, file, ratioRecords)
    found.push(withRollups / without)
  }
  rmSync(file)
  return [figure('store.rollup_ingest_ratio', 'ratio', found)]
}

function storeWorkspace(folder: string, file: string): Workspace {
  const plan = ordersWorkspace(folder, file, {}, rows)
  const indexes = [['order_id'], ['ts']]
  // Every order lands, so that there are as many rows as are asked for.
  const steps = orderSteps.map((step) =>
    step.name === 'paid' ? { ...step, sql: 'SELECT *, qty * price AS amount FROM input' } : step,
  )
  return {
    ...plan,
    tables: [table('sales', 'orders', steps, { indexes, retainRows: rows })],
    rollups: orderRollups,
    store: { mode: 'disk', limitBytes: null, budgetBytes: null },
  }
}

/** The same store, taking in the capture again and again at a steady rate. */
function withRate(plan: Workspace): Workspace {
  const input = { rate: { kind: 'perSecond', records: rate }, loop: true } as const
  return {
    ...plan,
    sources: plan.sources.map((source) =>
      source.input.kind === 'replay' ? { ...source, input: { ...source.input, ...input } } : source,
    ),
  }
}

async function idleAndBusy(
  engine: Engine,
  file: string,
  progress: (text: string) => void,
): Promise<Figure[]> {
  await engine.pause()
  await until(engine, ({ sources }) => sources[0]?.state === 'paused')
  const idle = await measureQueries(engine)
  progress('store, DuckDB on the same data')
  const duckDb = await duckDbGroupBy(file, fullGroupBy)
  await engine.resume()
  const before = recordsOf(await engine.live.next(null, null))
  await until(engine, (snapshot) => recordsOf(snapshot) > before + rate)
  progress(`store, queries at ${String(rate)} records/s`)
  const busy = await measureQueries(engine)
  progress('store, snapshot under load')
  const snapshot = await snapshotUnderLoad(engine)
  return [
    ...figuresOf(idle, busy),
    figure('store.groupby_ms', 'ms', idle.group),
    figure('store.duckdb_groupby_ms', 'ms', duckDb),
    figure(
      'store.groupby_over_duckdb',
      'ratio',
      idle.group.map((ms, run) => ms / (duckDb[run] ?? Number.NaN)),
    ),
    figure('store.snapshot_mb_per_s', 'MB/s', [snapshot.megabytesPerSecond]),
    figure('store.snapshot_ingest_per_s', 'records/s', [snapshot.recordsPerSecond]),
  ]
}

function figuresOf(idle: QueryTimes, busy: QueryTimes): Figure[] {
  return [
    figure('store.point_p99_ms', 'ms', [busy.pointP99]),
    figure('store.point_idle_p99_ms', 'ms', [idle.pointP99]),
    figure('store.recent_p95_ms', 'ms', [busy.recentP95]),
    figure('store.recent_idle_p95_ms', 'ms', [idle.recentP95]),
    figure('store.dashboard_ms', 'ms', busy.dashboard),
    figure('store.dashboard_idle_ms', 'ms', idle.dashboard),
  ]
}
