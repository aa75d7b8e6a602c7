/**
 * Messages of a topic of 10M orders: how long the first page of the newest ones takes, and how fast a search goes through all
 * of them by text, by JSON path and by SQL expression. Nothing matches, so that each search reads to the end.
 */
import { rmSync } from 'node:fs'
import { obtainKafka } from '../../build/testing/kafka-files.js'
import type { MessageFilter, MessageSearch, SearchStatus } from '../../src-main/contract/messages.ts'
import type { Engine } from '../../src-main/engine/engine-api.ts'
import { startCluster } from '../kafka/support/cluster.ts'
import { startTools } from '../kafka/support/tools.ts'
import { connection, workspace } from '../support/workspaces.ts'
import { type Bench, figure } from './figures.ts'
import { kcatProduce } from './kcat.ts'
import { benchFolder, writeOrders } from './orders.ts'
import { withEngine } from './run-engine.ts'

const mostRecords = 10_000_000
const partitions = 4
const runs = 3
const pageRows = 50
const topic = 'orders'

const filters = {
  text: { text: 'customer-unknown' },
  path: { json: { path: '$.status', operator: '=', value: 'lost' } },
  sql: { sql: `value ->> '$.status' = 'lost' AND value ->> '$.price' > 99` },
} as const satisfies Record<string, MessageFilter>

type Kind = keyof typeof filters

export const benchMessages: Bench = async (progress, options) => {
  const { files, reason } = await obtainKafka()
  if (files === null) throw new Error(reason)
  const records = options.records ?? mostRecords
  const tools = await startTools()
  const cluster = await startCluster({ toolsUrl: tools.url })
  const folder = benchFolder()
  try {
    progress(`messages, producing ${String(records)} orders`)
    await cluster.tools.createTopics({ name: topic, partitions })
    const times = Math.max(1, Math.floor(records / 1_000_000))
    const lines = await writeOrders(folder, Math.ceil(records / times))
    await kcatProduce({ file: files.kcat, cluster }, topic, lines, times)
    const plan = workspace(folder, { connections: [connection('local', cluster.brokers('plaintext'))] })
    return await withEngine(plan, async (engine) => {
      const firstPage: number[] = []
      const rates: Record<Kind, number[]> = { text: [], path: [], sql: [] }
      for (let run = 1; run <= runs; run++) {
        progress(`messages, run ${String(run)} of ${String(runs)}`)
        firstPage.push(await newestPage(engine))
        for (const kind of ['text', 'path', 'sql'] as const)
          rates[kind].push(await scanAll(engine, filters[kind], records))
      }
      return [
        figure('messages.first_page_ms', 'ms', firstPage),
        figure('messages.scan_text_records_per_s', 'records/s', rates.text),
        figure('messages.scan_path_records_per_s', 'records/s', rates.path),
        figure('messages.scan_sql_records_per_s', 'records/s', rates.sql),
      ]
    })
  } finally {
    await cluster.close()
    await tools.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Milliseconds from asking to having the rows. */
async function newestPage(engine: Engine): Promise<number> {
  const begun = performance.now()
  const { status, rows } = await search(engine, { start: { at: 'newest' }, limit: pageRows })
  const ms = performance.now() - begun
  if (rows !== pageRows) throw new Error(`the page has ${String(rows)} rows: ${status.notLookedAt.join()}`)
  return ms
}

/** Records per second of a search that reads everything. */
async function scanAll(engine: Engine, filter: MessageFilter, records: number): Promise<number> {
  const begun = performance.now()
  const { status } = await search(engine, { filter })
  const seconds = (performance.now() - begun) / 1000
  if (status.scanned < records || status.matches !== 0 || status.notLookedAt.length > 0)
    throw new Error(`scanned ${String(status.scanned)}, ${status.notLookedAt.join()}`)
  return status.scanned / seconds
}

async function search(
  engine: Engine,
  request: Partial<MessageSearch>,
): Promise<{ status: SearchStatus; rows: number }> {
  const { messages } = engine.clusters
  const { id } = await messages.start({
    ...{ connection: 'local', topic, start: { at: 'oldest' }, live: false, filter: {}, limit: 1000 },
    ...{ keyFormat: 'auto', valueFormat: 'auto', isolation: 'read_committed' },
    ...request,
  })
  let status = await messages.watch(id, null)
  while (status.state === 'running') status = await messages.watch(id, status.version)
  if (status.state !== 'done') throw new Error(status.error?.message ?? status.state)
  const { rows } = await messages.page(id, 0, pageRows)
  await messages.close(id)
  return { status, rows: rows.length }
}
