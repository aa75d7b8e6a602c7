/** The records that the benches replay: orders of 165 bytes and 10 columns, the same at every run. */
import { createWriteStream, existsSync, mkdtempSync } from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { ReplayInput, Step, Workspace } from '../../src-main/workspace/model.ts'
import { column, source, step, table, workspace } from '../support/workspaces.ts'

const regions = ['emea', 'apac', 'amer', 'latam']
const states = ['new', 'paid', 'shipped', 'returned']

export const orderColumns = [
  column('order_id', 'integer'),
  column('customer', 'text'),
  column('sku', 'text'),
  column('qty', 'integer'),
  column('price', 'real'),
  column('region', 'text'),
  column('status', 'text'),
  column('ts', 'timestamp'),
  column('channel', 'text'),
  column('note', 'text'),
]

/** Enrich, filter, reshape. */
export const orderSteps: Step[] = [
  step('paid', "SELECT *, qty * price AS amount FROM input WHERE status <> 'returned'"),
  step('sized', "SELECT *, CASE WHEN amount > 200 THEN 'big' ELSE 'small' END AS size FROM paid"),
  step('sold', 'SELECT * FROM sized WHERE qty > 0'),
]

/** One order as JSON, about 165 bytes. @param spacingMs event time between two orders */
export function order(index: number, spacingMs = 1): string {
  const customer = (index * 7919) % 50_000
  return JSON.stringify({
    order_id: index,
    customer: `customer-${String(customer)}`,
    sku: `SKU-${String((index * 31) % 2000)}`,
    qty: 1 + (index % 7),
    price: ((index * 37) % 10_000) / 100,
    region: regions[index % 4],
    status: states[(index >> 2) % 4],
    ts: 1_760_000_000_000 + index * spacingMs,
    channel: 'web',
    note: `n${String(index % 97)}`,
  })
}

export async function writeOrders(folder: string, count: number, spacingMs = 1): Promise<string> {
  const file = path.join(folder, `orders-${String(count)}.ndjson`)
  const stream = createWriteStream(file)
  for (let from = 0; from < count; from += 10_000) {
    const lines = Array.from(
      { length: Math.min(10_000, count - from) },
      (_, index) => `${order(from + index, spacingMs)}\n`,
    )
    if (!stream.write(lines.join(''))) await once(stream, 'drain')
  }
  stream.end()
  await once(stream, 'finish')
  return file
}

/** @param inMemory whether a disk store in it is to lie in memory too, where the system has such a folder */
export function benchFolder(inMemory = false): string {
  const base = inMemory && existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
  return mkdtempSync(path.join(base, 'penstock-bench-'))
}

export function ordersWorkspace(
  folder: string,
  file: string,
  input: Partial<ReplayInput>,
  retainRows: number | null,
): Workspace {
  return workspace(folder, {
    sources: [{ ...source('orders', file, orderColumns, input), eventTime: 'ts' }],
    tables: [table('sales', 'orders', orderSteps, { retainRows })],
  })
}
