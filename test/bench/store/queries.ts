/** The statements that a store is asked, and how long each took from asking to the first page. */
import type { Engine } from '../../../src-main/engine/engine-api.ts'
import { quantile } from '../figures.ts'
import { timedQuery } from '../run-engine.ts'

const points = 1000
const recents = 60
const dashboards = 20
const groupBys = 3
const recentMs = 300_000

/** Over every row. */
export const fullGroupBy =
  'SELECT region, status, count(*), sum(amount), max(qty) FROM sales GROUP BY region, status'

/** What a dashboard shows; the newest window of each rollup is looked up by its index. */
const dashboard = [
  'SELECT window_start, sum(orders), sum(revenue) FROM by_minute WHERE window_start > (SELECT max(window_start) FROM by_minute) - 3600000 GROUP BY 1',
  'SELECT region, sum(revenue) FROM by_minute WHERE window_start > (SELECT max(window_start) FROM by_minute) - 3600000 GROUP BY 1',
  'SELECT region, max(largest) FROM by_minute WHERE window_start > (SELECT max(window_start) FROM by_minute) - 900000 GROUP BY 1',
  'SELECT window_start, sum(orders) FROM by_hour GROUP BY 1 ORDER BY 1',
  'SELECT status, sum(orders), sum(big) FROM by_hour GROUP BY 1',
  'SELECT window_start, mean, spread FROM by_hour WHERE window_start = (SELECT max(window_start) FROM by_hour)',
  'SELECT sku, orders FROM by_product WHERE window_start = (SELECT max(window_start) FROM by_product) ORDER BY orders DESC LIMIT 10',
  'SELECT sum(items), count(*) FROM by_product WHERE window_start = (SELECT max(window_start) FROM by_product)',
]

export interface QueryTimes {
  pointP99: number
  recentP95: number
  /** Each round of all statements of the dashboard. */
  dashboard: number[]
  /** Each full group-by. */
  group: number[]
}

/** Milliseconds. */
export async function measureQueries(engine: Engine): Promise<QueryTimes> {
  const [newest] = (await timedQuery(engine, 'SELECT max(order_id), max(ts) FROM sales')).rows
  const highest = numberIn(newest?.[0])
  const point = await times(points, (run) => {
    const order = highest - ((run * 7_919_993) % Math.max(1, highest))
    return `SELECT * FROM sales WHERE order_id = ${String(order)}`
  })
  const recent = await times(
    recents,
    () =>
      `SELECT region, count(*), sum(amount) FROM sales WHERE ts > (SELECT max(ts) FROM sales) - ${String(recentMs)} GROUP BY region`,
  )
  async function times(runs: number, sql: (run: number) => string): Promise<number[]> {
    const found: number[] = []
    for (let run = 0; run < runs; run++) found.push((await timedQuery(engine, sql(run))).ms)
    return found.sort((one, other) => one - other)
  }
  const rounds: number[] = []
  for (let run = 0; run < dashboards; run++) {
    let sum = 0
    for (const sql of dashboard) sum += (await timedQuery(engine, sql)).ms
    rounds.push(sum)
  }
  return {
    pointP99: quantile(point, 0.99),
    recentP95: quantile(recent, 0.95),
    dashboard: rounds,
    group: await times(groupBys, () => fullGroupBy),
  }
}

function numberIn(cell: unknown): number {
  return typeof cell === 'number' ? cell : 0
}
