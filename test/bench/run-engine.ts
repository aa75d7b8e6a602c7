/** Starts an engine for a bench, outside of any test runner, and reads its live figures. */
import { rmSync } from 'node:fs'
import path from 'node:path'
import type { LiveSnapshot } from '../../src-main/contract/live.ts'
import type { Engine } from '../../src-main/engine/engine-api.ts'
import { createEngine } from '../../src-main/engine/engine.ts'
import type { Workspace } from '../../src-main/workspace/model.ts'

const source = (file: string): URL => new URL(`../../src-main/engine/${file}`, import.meta.url)
const silent = (): void => undefined

/** @param remove whether the store is removed afterwards */
export async function withEngine<Output>(
  plan: Workspace,
  use: (engine: Engine) => Promise<Output>,
  remove = true,
): Promise<Output> {
  const engine = createEngine(plan, {
    logger: { debug: silent, info: silent, warn: silent, error: silent },
    secrets: { read: () => Promise.resolve(null) },
    entries: {
      ingestWorker: source('threads/ingest.worker.ts'),
      storeWorker: source('threads/store.worker.ts'),
      clusterWorker: source('threads/cluster.worker.ts'),
      queryProcess: source('query/query.process.ts'),
      snapshotProcess: source('snapshots/snapshot.process.ts'),
    },
    stateFolder: path.join(plan.folder, 'state'),
    host: 'bench',
    version: 'test',
  })
  try {
    await engine.start()
    return await use(engine)
  } finally {
    await engine.stop()
    if (remove) rmSync(path.dirname(engine.storeFile), { recursive: true, force: true })
  }
}

export async function until(
  engine: Engine,
  fits: (snapshot: LiveSnapshot) => boolean,
): Promise<LiveSnapshot> {
  let snapshot = await engine.live.next(null, null)
  while (!fits(snapshot)) snapshot = await engine.live.next(snapshot.epoch, snapshot.version)
  return snapshot
}

export function recordsOf(snapshot: LiveSnapshot): number {
  return snapshot.sources.reduce((sum, entry) => sum + entry.records, 0)
}

/** Rows of an ad-hoc statement, and the milliseconds from asking to having the first page. */
export async function timedQuery(engine: Engine, sql: string): Promise<{ rows: unknown[][]; ms: number }> {
  const begun = performance.now()
  const { id } = engine.queries.start({ sql, remember: false })
  let status = await engine.queries.watch(id, null)
  while (status.state === 'queued' || status.state === 'running')
    status = await engine.queries.watch(id, status.version)
  if (status.state !== 'done') throw new Error(`${sql}: ${status.error?.message ?? status.state}`)
  const { rows } = await engine.queries.page(id, 0, 500)
  const ms = performance.now() - begun
  await engine.queries.close(id)
  return { rows, ms }
}
