/**
 * Penstock against a broker on the same machine: how fast 2M orders become rows, how long one takes to be readable at 20,000
 * a second, what a quiet connection costs, and kcat reading the same topic in the same run.
 */
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { obtainKafka } from '../../build/testing/kafka-files.js'
import type { Workspace } from '../../src-main/workspace/model.ts'
import { startCluster, type TestCluster } from '../kafka/support/cluster.ts'
import { startTools } from '../kafka/support/tools.ts'
import { connection, step, table, topicSource, workspace } from '../support/workspaces.ts'
import { type Bench, figure, quantile } from './figures.ts'
import { ended, type Kcat, kcatChild, kcatProduce } from './kcat.ts'
import { benchFolder, order, orderColumns, writeOrders } from './orders.ts'
import { recordsOf, timedQuery, until, withEngine } from './run-engine.ts'
import { visibleLatencies } from './visible-latencies.ts'

const records = 2_000_000
const partitions = 4
const runs = 3
const rate = 20_000
const latencyMs = 10_000
const idleMs = 10_000
const pollMs = 2
const tickMs = 5

export const benchKafka: Bench = async (progress) => {
  const { files, reason } = await obtainKafka()
  if (files === null) throw new Error(reason)
  const tools = await startTools()
  const cluster = await startCluster({ toolsUrl: tools.url })
  const folder = benchFolder()
  const kcat: Kcat = { file: files.kcat, cluster }
  try {
    progress(`kafka, producing ${String(records)} orders`)
    await cluster.tools.createTopics({ name: 'orders', partitions }, { name: 'live', partitions })
    await kcatProduce(kcat, 'orders', await writeOrders(folder, records))
    const throughput: number[] = []
    const reference: number[] = []
    const p99: number[] = []
    const idle: number[] = []
    for (let run = 1; run <= runs; run++) {
      progress(`kafka, run ${String(run)} of ${String(runs)}`)
      reference.push(await kcatRead(kcat))
      throughput.push(await readAll(plan(folder, cluster, 'orders', 'earliest')))
      const live = await follow(plan(folder, cluster, 'live', 'latest'), () => produceLive(kcat))
      p99.push(live.p99)
      idle.push(live.idleShare)
    }
    return [
      figure('kafka.records_per_s', 'records/s', throughput),
      figure('kafka.kcat_records_per_s', 'records/s', reference),
      figure('kafka.latency_p99_ms', 'ms', p99),
      figure('kafka.idle_cpu_share', 'ratio', idle),
    ]
  } finally {
    await cluster.close()
    await tools.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** One SQL step with a filter, over the whole topic. */
function plan(folder: string, cluster: TestCluster, topic: string, kind: 'earliest' | 'latest'): Workspace {
  const orders = topicSource('orders', orderColumns, { topics: [topic], from: { kind } })
  const steps = [step('kept', "SELECT * FROM input WHERE status <> 'returned'")]
  return workspace(folder, {
    connections: [connection('local', cluster.brokers('plaintext'))],
    sources: [orders],
    tables: [table('sales', 'orders', steps, { retainRows: records })],
  })
}

/** From the first fetch to the last commit, by the engine's own batches. */
async function readAll(read: Workspace): Promise<number> {
  return withEngine(read, async (engine) => {
    await until(engine, (snapshot) => recordsOf(snapshot) >= records)
    const { rows } = await timedQuery(
      engine,
      `SELECT min(committed_at - decode_ms), max(committed_at + coalesce(total_ms, load_ms + steps_ms)), sum(records)
       FROM sys_batches WHERE records > 0`,
    )
    const [first, last, counted] = (rows[0] ?? []).map(numberOf)
    if (counted !== records) throw new Error(`counted ${String(counted)} records`)
    return (records * 1000) / ((last ?? 0) - (first ?? 0))
  })
}

/** Latency from the producer's timestamp to another reader of the store, then the CPU of a quiet connection. */
async function follow(
  live: Workspace,
  produce: () => Promise<unknown>,
): Promise<{ p99: number; idleShare: number }> {
  return withEngine(live, async (engine) => {
    await until(engine, (snapshot) => snapshot.sources[0]?.state === 'running')
    const producing = produce()
    const before = recordsOf(await engine.live.next(null, null))
    await until(engine, (snapshot) => recordsOf(snapshot) > before + rate)
    const latencies = await visibleLatencies(engine.storeFile, { runMs: latencyMs, pollMs })
    await producing
    const begun = recordsOf(await engine.live.next(null, null))
    await until(
      engine,
      (snapshot) => (snapshot.sources[0]?.lag?.records ?? 1) === 0 && recordsOf(snapshot) >= begun,
    )
    const usage = process.cpuUsage()
    const from = performance.now()
    await sleep(idleMs)
    const { user, system } = process.cpuUsage(usage)
    return {
      p99: quantile(latencies, 0.99),
      idleShare: (user + system) / 1000 / (performance.now() - from),
    }
  })
}

/** Orders at a steady rate, a little longer than latencies are measured. */
async function produceLive(kcat: Kcat): Promise<void> {
  const child = kcatChild(kcat, ['-P', '-t', 'live', '-z', 'lz4', '-X', 'linger.ms=5'])
  const begun = performance.now()
  const seconds = latencyMs / 1000 + 4
  for (let made = 0; made < rate * seconds;) {
    await sleep(tickMs)
    const due = Math.min(rate * seconds, Math.floor(((performance.now() - begun) * rate) / 1000))
    const lines = Array.from({ length: due - made }, (_, index) => `${order(made + index)}\n`)
    if (!child.stdin.write(lines.join(''))) await once(child.stdin, 'drain')
    made = due
  }
  child.stdin.end()
  await ended(child)
}

async function kcatRead(kcat: Kcat): Promise<number> {
  const begun = performance.now()
  const child = kcatChild(kcat, ['-C', '-t', 'orders', '-o', 'beginning', '-e', '-q'])
  child.stdin.end()
  await ended(child)
  return (records * 1000) / (performance.now() - begun)
}

function numberOf(cell: unknown): number {
  if (typeof cell === 'number') return cell
  return typeof cell === 'object' && cell !== null && 'r' in cell ? Number(cell.r) : Number.NaN
}
