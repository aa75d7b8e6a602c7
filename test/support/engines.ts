/** Real engines on real files for tests: folders, captures, starting, waiting for a state of the store, and stopping. */
import Database from 'better-sqlite3'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach } from 'vitest'
import type { LiveSnapshot } from '../../src-main/contract/live.ts'
import type { Engine, EngineEntries, EnginePorts } from '../../src-main/engine/engine-api.ts'
import { createEngine, type EngineHooks } from '../../src-main/engine/engine.ts'
import type { Workspace } from '../../src-main/workspace/model.ts'

const source = (file: string): URL => new URL(`../../src-main/engine/${file}`, import.meta.url)

export const entries: EngineEntries = {
  ingestWorker: source('threads/ingest.worker.ts'),
  storeWorker: source('threads/store.worker.ts'),
  clusterWorker: source('threads/cluster.worker.ts'),
  queryProcess: source('query/query.process.ts'),
  snapshotProcess: source('snapshots/snapshot.process.ts'),
}

const silent = (): void => undefined

/** @param secrets what the host keeps, by name */
export function ports(folder: string, secrets: Readonly<Record<string, string>> = {}): EnginePorts {
  const logger = { debug: silent, info: silent, warn: silent, error: silent }
  return {
    logger,
    entries,
    secrets: { read: (name) => Promise.resolve(secrets[name] ?? null) },
    stateFolder: path.join(folder, 'state'),
    host: 'test',
    version: 'test',
  }
}

/** Folders and engines of one test file; everything is stopped and removed after each test. */
export function testBench() {
  const folders: string[] = []
  const engines: Engine[] = []
  afterEach(async () => {
    for (const engine of engines.splice(0)) await engine.stop()
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
  })
  return {
    folder(): string {
      const folder = mkdtempSync(path.join(tmpdir(), 'penstock-test-'))
      folders.push(folder)
      return folder
    },
    /** An engine that is not started; it is stopped and a memory store removed after the test. */
    engine(workspace: Workspace, hooks: EngineHooks = {}, stateIn = workspace.folder): Engine {
      const engine = createEngine(workspace, ports(stateIn), hooks)
      engines.push(engine)
      if (workspace.store.mode === 'memory') folders.push(path.dirname(engine.storeFile))
      return engine
    },
    async started(workspace: Workspace, hooks: EngineHooks = {}): Promise<Engine> {
      const engine = this.engine(workspace, hooks)
      await engine.start()
      return engine
    },
  }
}

/** Writes a file of lines into a folder and gives its path. */
export function capture(folder: string, lines: readonly string[], name = 'capture.ndjson'): string {
  const file = path.join(folder, name)
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''))
  return file
}

/** Snapshots as they come, until one fits. */
export async function untilLive(
  engine: Engine,
  fits: (snapshot: LiveSnapshot) => boolean,
): Promise<LiveSnapshot> {
  let snapshot = await engine.live.next(null, null)
  while (!fits(snapshot)) snapshot = await engine.live.next(snapshot.epoch, snapshot.version)
  return snapshot
}

/** Waits until every source has read its capture to the end and all of it has been published. */
export async function untilEnded(engine: Engine, records: number): Promise<LiveSnapshot> {
  return untilLive(engine, (snapshot) => {
    const committed = snapshot.sources.reduce((sum, entry) => sum + entry.records, 0)
    return committed >= records && snapshot.sources.every((entry) => entry.state === 'ended')
  })
}

/** Rows of the store as another process would read them. */
export function readStore(file: string, sql: string): Record<string, unknown>[] {
  const database = new Database(file, { readonly: true })
  try {
    return database.prepare<[], Record<string, unknown>>(sql).all()
  } finally {
    database.close()
  }
}

/** Rows of an ad-hoc query, through the engine. */
export async function query(engine: Engine, sql: string): Promise<unknown[][]> {
  const { id } = engine.queries.start({ sql, remember: false })
  let status = await engine.queries.watch(id, null)
  while (status.state === 'queued' || status.state === 'running')
    status = await engine.queries.watch(id, status.version)
  if (status.state !== 'done') throw new Error(`${status.state}: ${status.error?.message ?? ''}`)
  const { rows } = await engine.queries.page(id, 0, 500)
  await engine.queries.close(id)
  return rows
}
