/** Replay -> decode -> 3 steps -> store, beside the bare `INSERT ... SELECT FROM jsonb_each` of the same machine and run. */
import Database from 'better-sqlite3'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { storeLocation } from '../../src-main/engine/store/store-location.ts'
import { type Bench, figure } from './figures.ts'
import { ingestedPerSecond } from './ingested.ts'
import { benchFolder, orderColumns, ordersWorkspace, writeOrders } from './orders.ts'

const records = 1_500_000
const bareRecords = 500_000
const runs = 5

export const benchIngest: Bench = async (progress) => {
  const folder = benchFolder()
  try {
    const file = await writeOrders(folder, records)
    const lines = readFileSync(file)
      .subarray(0, bareRecords * 165)
      .toString('utf8')
      .split('\n')
      .slice(0, -1)
    const penstock: number[] = []
    const bare: number[] = []
    const ratios: number[] = []
    for (let run = 1; run <= runs; run++) {
      progress(`ingest, run ${String(run)} of ${String(runs)}`)
      const bareRate = bareInsert(folder, lines)
      const rate = await ingestedPerSecond(ordersWorkspace(folder, file, {}, 2_000_000), records)
      bare.push(bareRate)
      penstock.push(rate)
      ratios.push(rate / bareRate)
    }
    return [
      figure('ingest.records_per_s', 'records/s', penstock),
      figure('ingest.bare_insert_per_s', 'records/s', bare),
      figure('ingest.ratio', 'ratio', ratios),
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The least that SQLite can do with the same JSON: one INSERT ... SELECT per 10,000 records, nothing checked, nothing kept. */
function bareInsert(folder: string, lines: readonly string[]): number {
  const beside = storeLocation({
    file: path.join(folder, 'bare'),
    folder,
    store: { mode: 'memory', limitBytes: null, budgetBytes: null },
  })
  mkdirSync(beside.folder, { recursive: true })
  const database = new Database(beside.file)
  try {
    for (const pragma of [
      'journal_mode = WAL',
      'synchronous = OFF',
      'temp_store = MEMORY',
      'cache_size = -65536',
    ])
      database.pragma(pragma)
    const sqlTypes = {
      text: 'TEXT',
      real: 'REAL',
      integer: 'INTEGER',
      timestamp: 'INTEGER',
      boolean: 'INTEGER',
      json: 'TEXT',
      bytes: 'BLOB',
    }
    database.exec(
      `CREATE TABLE orders (${orderColumns.map((entry) => `${entry.name} ${sqlTypes[entry.type]}`).join(', ')}) STRICT`,
    )
    const values = orderColumns.map((entry) => `value ->> '$.${entry.name}'`).join(', ')
    const insert = database.prepare(`INSERT INTO orders SELECT ${values} FROM jsonb_each(CAST(? AS TEXT))`)
    const batches: Buffer[] = []
    for (let from = 0; from < lines.length; from += 10_000)
      batches.push(Buffer.from(`[${lines.slice(from, from + 10_000).join(',')}]`))
    const begun = performance.now()
    for (const batch of batches) database.transaction(() => insert.run(batch))()
    return (lines.length * 1000) / (performance.now() - begun)
  } finally {
    database.close()
    rmSync(beside.folder, { recursive: true, force: true })
  }
}
