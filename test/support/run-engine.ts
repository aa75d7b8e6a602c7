/**
 * Runs an engine in a process of its own and prints how many records have committed, a line each time that is known.
 * Usage: node run-engine.ts WORKSPACE_AS_JSON
 */
import { createEngine } from '../../src-main/engine/engine.ts'
import type { Workspace } from '../../src-main/workspace/model.ts'

const source = (file: string): URL => new URL(`../../src-main/engine/${file}`, import.meta.url)
const written = JSON.parse(process.argv[2] ?? '{}') as Workspace
// A map does not survive JSON: brokers are reached under the addresses that they give.
const connections = written.connections.map((one) => ({ ...one, addresses: new Map<string, string>() }))
const workspace = { ...written, connections }
const silent = (): void => undefined
const engine = createEngine(workspace, {
  logger: { debug: silent, info: silent, warn: silent, error: silent },
  secrets: { read: () => Promise.resolve(null) },
  entries: {
    ingestWorker: source('threads/ingest.worker.ts'),
    storeWorker: source('threads/store.worker.ts'),
    clusterWorker: source('threads/cluster.worker.ts'),
    queryProcess: source('query/query.process.ts'),
    snapshotProcess: source('snapshots/snapshot.process.ts'),
  },
  stateFolder: `${workspace.folder}/state`,
  host: 'test',
  version: 'test',
})
await engine.start()
let snapshot = await engine.live.next(null, null)
for (;;) {
  const records = snapshot.sources.reduce((sum, entry) => sum + entry.records, 0)
  process.stdout.write(`${String(records)}\n`)
  snapshot = await engine.live.next(snapshot.epoch, snapshot.version)
}
