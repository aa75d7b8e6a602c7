/** A point query and a group-by over 1M rows, with the store idle and while it takes in 20,000 records/s. */
import { rmSync } from 'node:fs'
import type { Engine } from '../../src-main/engine/engine-api.ts'
import { type Bench, figure, quantile } from './figures.ts'
import { benchFolder, ordersWorkspace, writeOrders } from './orders.ts'
import { recordsOf, timedQuery, until, withEngine } from './run-engine.ts'

const rows = 1_000_000
const rate = 20_000
const runs = 3
const points = 200
const groups = 60

export const benchMixed: Bench = async (progress) => {
  const folder = benchFolder(true)
  try {
    // Three quarters of the orders land.
    const file = await writeOrders(folder, Math.ceil((rows * 4) / 3))
    const idleGroup: number[] = []
    const busyGroup: number[] = []
    const ratios: number[] = []
    const pointRatios: number[] = []
    for (let run = 1; run <= runs; run++) {
      progress(`mixed, run ${String(run)} of ${String(runs)}`)
      const { idle, busy } = await measure(folder, file)
      idleGroup.push(idle.group)
      busyGroup.push(busy.group)
      pointRatios.push(busy.point / idle.point)
      ratios.push(Math.max(busy.group / idle.group, busy.point / idle.point))
    }
    return [
      figure('mixed.idle_group_p95_ms', 'ms', idleGroup),
      figure('mixed.busy_group_p95_ms', 'ms', busyGroup),
      figure('mixed.point_p95_ratio', 'ratio', pointRatios),
      figure('mixed.p95_ratio', 'ratio', ratios),
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Times {
  point: number
  group: number
}

/** Fills a store as fast as it goes, then opens it again with the replay at its steady rate, first paused. */
async function measure(folder: string, file: string): Promise<{ idle: Times; busy: Times }> {
  const store = { mode: 'disk', limitBytes: null, budgetBytes: null } as const
  const filling = { ...ordersWorkspace(folder, file, {}, rows), store }
  await withEngine(
    filling,
    (engine) => until(engine, (snapshot) => snapshot.sources[0]?.state === 'ended'),
    false,
  )
  const steady = {
    ...ordersWorkspace(folder, file, { rate: { kind: 'perSecond', records: rate }, loop: true }, rows),
    store,
  }
  return withEngine(steady, async (engine) => {
    await engine.pause()
    await until(engine, (snapshot) => snapshot.sources[0]?.state === 'paused')
    const idle = await times(engine)
    await engine.resume()
    const before = recordsOf(await engine.live.next(null, null))
    await until(engine, (snapshot) => recordsOf(snapshot) > before + rate)
    const busy = await times(engine)
    return { idle, busy }
  })
}

async function times(engine: Engine): Promise<Times> {
  const point: number[] = []
  const group: number[] = []
  for (let index = 0; index < points; index++) {
    const rowid = `(SELECT max(rowid) FROM sales) - ${String((index * 7919) % (rows / 2))}`
    point.push((await timedQuery(engine, `SELECT * FROM sales WHERE rowid = ${rowid}`)).ms)
  }
  for (let index = 0; index < groups; index++) {
    group.push(
      (await timedQuery(engine, 'SELECT region, count(*), sum(amount) FROM sales GROUP BY region')).ms,
    )
  }
  const sorted = (values: number[]): number[] => values.sort((left, right) => left - right)
  return { point: quantile(sorted(point), 0.95), group: quantile(sorted(group), 0.95) }
}
