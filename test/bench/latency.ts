/**
 * From the moment a record is replayed until another process can read its row, at 20,000 records/s. Measured from outside:
 * a reader of its own asks for the newest rows again and again.
 */
import Database from 'better-sqlite3'
import { rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Bench, figure, quantile } from './figures.ts'
import { benchFolder, ordersWorkspace, writeOrders } from './orders.ts'
import { recordsOf, until, withEngine } from './run-engine.ts'

const rate = 20_000
const runs = 3
const runMs = 10_000
const pollMs = 2

export const benchLatency: Bench = async (progress) => {
  const folder = benchFolder()
  try {
    const file = await writeOrders(folder, 400_000)
    const p50: number[] = []
    const p99: number[] = []
    for (let run = 1; run <= runs; run++) {
      progress(`latency, run ${String(run)} of ${String(runs)}`)
      const latencies = await measure(folder, file)
      p50.push(quantile(latencies, 0.5))
      p99.push(quantile(latencies, 0.99))
    }
    return [figure('latency.p50_ms', 'ms', p50), figure('latency.p99_ms', 'ms', p99)]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Latencies of all rows that became visible, ascending, in ms. */
async function measure(folder: string, file: string): Promise<number[]> {
  const input = { rate: { kind: 'perSecond', records: rate } as const, loop: true }
  return withEngine(ordersWorkspace(folder, file, input, 1_000_000), async (engine) => {
    await until(engine, (snapshot) => recordsOf(snapshot) > rate * 2)
    const reader = new Database(engine.storeFile, { readonly: true })
    const newest = reader.prepare<[], { last: number }>('SELECT max(rowid) AS last FROM sales')
    const since = reader.prepare<[number, number], { at: number; rows: number }>(
      'SELECT _timestamp AS at, count(*) AS rows FROM sales WHERE rowid > ? AND rowid <= ? GROUP BY _timestamp',
    )
    const latencies: number[] = []
    let seen = newest.get()?.last ?? 0
    const end = performance.now() + runMs
    while (performance.now() < end) {
      await sleep(pollMs)
      const last = newest.get()?.last ?? seen
      const now = Date.now()
      for (const { at, rows } of since.all(seen, last))
        for (let row = 0; row < rows; row++) latencies.push(now - at)
      seen = last
    }
    reader.close()
    return latencies.sort((left, right) => left - right)
  })
}
