/** Ingest with three rollups beside the same ingest without. */
import type { Rollup } from '../../../src-main/workspace/model.ts'
import { rollup } from '../../support/workspaces.ts'
import { ordersWorkspace } from '../orders.ts'
import { ingestedPerSecond } from '../ingested.ts'

const minute = 60_000

/** What a dashboard of orders would keep: by minute and region, by hour and channel, by day and product. */
export const orderRollups: readonly Rollup[] = [
  rollup(
    'by_minute',
    'sales',
    { orders: 'count(*)', revenue: 'sum(amount)', largest: 'max(amount)' },
    { window: { everyMs: minute, overMs: null, on: 'ts', zone: null }, by: ['region'] },
  ),
  rollup(
    'by_hour',
    'sales',
    {
      orders: 'count(*)',
      mean: 'avg(amount)',
      spread: 'stddev(amount)',
      big: "count(*) filter (where size = 'big')",
    },
    { window: { everyMs: 60 * minute, overMs: null, on: 'ts', zone: null }, by: ['channel', 'status'] },
  ),
  rollup(
    'by_product',
    'sales',
    { orders: 'count(*)', items: 'sum(qty)', latest: 'last(price)' },
    { window: { everyMs: 24 * 60 * minute, overMs: null, on: 'ts', zone: null }, by: ['sku'] },
  ),
]

/** @returns records a second with and without rollups */
export async function rollupIngest(
  folder: string,
  file: string,
  records: number,
): Promise<{ withRollups: number; without: number }> {
  const plain = ordersWorkspace(folder, file, {}, records)
  const without = await ingestedPerSecond(plain, records)
  const withRollups = await ingestedPerSecond({ ...plain, rollups: orderRollups }, records)
  return { withRollups, without }
}
