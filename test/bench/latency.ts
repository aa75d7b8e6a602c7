/**
 * From the moment a record is replayed until another process can read its row, at 20,000 records/s. Measured from outside:
 * a reader of its own asks for the newest rows again and again.
 */
import { rmSync } from 'node:fs'
import { type Bench, figure, quantile } from './figures.ts'
import { benchFolder, ordersWorkspace, writeOrders } from './orders.ts'
import { recordsOf, until, withEngine } from './run-engine.ts'
import { visibleLatencies } from './visible-latencies.ts'

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
    return visibleLatencies(engine.storeFile, { runMs, pollMs })
  })
}
