/**
 * The same group-by in DuckDB, on the same capture, for comparison. Its package is fetched when this bench first runs: 70 MB
 * that nothing else needs.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

const version = '1.5.6-r.1'
const folder = path.resolve(import.meta.dirname, '../../../node_modules/.cache/penstock-duckdb')
const runs = 3

interface DuckDbConnection {
  run(sql: string): Promise<unknown>
  runAndReadAll(sql: string): Promise<{ getRows(): unknown[][] }>
}

/** Milliseconds of each run over a table that holds the capture's records. */
export async function duckDbGroupBy(capture: string, sql: string): Promise<number[]> {
  const connection = await connect()
  await connection.run(
    `CREATE TABLE sales AS SELECT *, qty * price AS amount FROM read_json('${capture}', format = 'newline_delimited',
       columns = {order_id: 'BIGINT', customer: 'VARCHAR', sku: 'VARCHAR', qty: 'BIGINT', price: 'DOUBLE', region: 'VARCHAR',
       status: 'VARCHAR', ts: 'BIGINT', channel: 'VARCHAR', note: 'VARCHAR'})`,
  )
  const times: number[] = []
  for (let run = 0; run < runs; run++) {
    const begun = performance.now()
    await connection.runAndReadAll(sql)
    times.push(performance.now() - begun)
  }
  return times
}

async function connect(): Promise<DuckDbConnection> {
  const installed = path.join(folder, 'node_modules', '@duckdb', 'node-api', 'package.json')
  if (!existsSync(installed)) {
    mkdirSync(folder, { recursive: true })
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
    execFileSync(npm, ['install', '--no-save', '--prefix', folder, `@duckdb/node-api@${version}`], {
      stdio: 'ignore',
    })
  }
  // The package has types of its own, which nothing else of this project needs.
  const { DuckDBInstance } = createRequire(installed)('@duckdb/node-api') as {
    DuckDBInstance: { create(path: string): Promise<{ connect(): Promise<DuckDbConnection> }> }
  }
  return (await DuckDBInstance.create(':memory:')).connect()
}
