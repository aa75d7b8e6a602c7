import Database from 'better-sqlite3'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { BatchBuilder } from '../../../../src-main/engine/ingest/batch-builder.ts'
import { emptyPlace } from '../../../../src-main/engine/ingest/record-place.ts'
import { StoreThread } from '../../../../src-main/engine/threads/store-thread.ts'
import { hasKind, type ThreadPort } from '../../../../src-main/engine/threads/thread-calls.ts'
import type { Workspace } from '../../../../src-main/workspace/model.ts'
import { column, source, step, table, workspace } from '../../../support/workspaces.ts'

/** One end of a connection between threads, in this thread: delivers at once and remembers what was posted. */
class FakePort implements ThreadPort {
  readonly posted: unknown[] = []
  #listener: (message: unknown) => void = () => undefined
  #nextId = 1

  postMessage(message: unknown): void {
    this.posted.push(message)
  }

  on(_event: 'message', listener: (message: unknown) => void): void {
    this.#listener = listener
  }

  close(): void {
    this.#listener = () => undefined
  }

  deliver(message: unknown): void {
    this.#listener(message)
  }

  /** Calls the thread and waits for its answer. */
  async call(name: string, input: unknown): Promise<void> {
    const id = this.#nextId++
    this.deliver({ kind: 'call', id, name, input })
    for (;;) {
      await nextTurn()
      const answer = this.posted.find((message) => hasKind(message, 'answer') && isAnswerTo(message, id))
      if (answer !== undefined) {
        expect(answer).toMatchObject({ error: null })
        return
      }
    }
  }

  count(kind: string): number {
    return this.posted.filter((message) => hasKind(message, kind)).length
  }
}

function isAnswerTo(message: unknown, id: number): boolean {
  return typeof message === 'object' && message !== null && 'id' in message && message.id === id
}

const columns = [column('n', 'integer')]
const folders: string[] = []
const threads: FakePort[] = []

afterEach(async () => {
  for (const main of threads.splice(0)) await main.call('stop', { discard: true })
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

async function startedThread(limitBytes: number | null = null): Promise<{
  main: FakePort
  ingest: FakePort
  plan: Workspace
}> {
  const folder = mkdtempSync(path.join(tmpdir(), 'penstock-store-thread-'))
  folders.push(folder)
  const plan = workspace(folder, {
    sources: [source('s', `${folder}/s.ndjson`, columns)],
    tables: [table('t', 's', [step('all', 'SELECT * FROM input')])],
    store: { mode: 'memory', limitBytes, budgetBytes: null },
  })
  const main = new FakePort()
  const ingest = new FakePort()
  new StoreThread(main)
  threads.push(main)
  const location = { folder, file: path.join(folder, 'store.db') }
  await main.call('open', { location, settings: plan.store, host: 'test', resume: false })
  await main.call('attach', { port: ingest })
  await main.call('plan', { workspace: plan, sourceColumns: new Map([['s', columns]]), lookups: [] })
  return { main, ingest, plan }
}

/** A batch of one record. */
function batchAt(offset: number): unknown {
  const builder = new BatchBuilder('s', 's', 'json')
  const bytes = new TextEncoder().encode('{"n":1}')
  const place = { ...emptyPlace(), offset, lineEnd: bytes.length, valueEnd: bytes.length }
  builder.openBlock(bytes)
  builder.arrive(place, bytes.length, 1)
  builder.writer.beginRow()
  builder.writer.integer(offset)
  builder.addRow(place)
  return builder.take({ place: '{}', decodeMs: 0, progress: null })
}

it('lands one batch a turn, so that batches without a pause keep neither figures nor housekeeping from running', async () => {
  const { ingest } = await startedThread()
  for (let offset = 0; offset < 4; offset++) ingest.deliver(batchAt(offset))
  const receipts = [ingest.count('receipt')]
  for (let turn = 0; turn < 5; turn++) {
    await nextTurn()
    receipts.push(ingest.count('receipt'))
  }
  expect(receipts).toEqual([0, 1, 2, 3, 4, 4])
})

it('what a backfill waits for is told as soon as there is room for it', async () => {
  const { main, ingest, plan } = await startedThread(1_000_000)
  ingest.deliver(batchAt(0))
  await nextTurn()
  const tables = [...plan.tables, table('copy', 's', [step('all', 'SELECT * FROM input')])]
  const sourceColumns = new Map([['s', columns]])
  await main.call('change', { workspace: { ...plan, tables }, sourceColumns, lookups: [] })
  for (const problem of ['x'.repeat(2_000_000), 'the broker is away'])
    ingest.deliver({ kind: 'backfill-problem', run: 's/1', problem })
  await main.call('event', { level: 'info', event: 'seen', subject: 's', message: 'seen' })
  const other = new Database(path.join(folders.at(-1) ?? '', 'store.db'), { readonly: true })
  const told = other.prepare('SELECT problem FROM sys_backfills').pluck().all()
  other.close()
  expect(told).toEqual(['the broker is away'])
})

it('publishes figures before the first batch, which may take long', async () => {
  const { main } = await startedThread()
  expect(main.count('figures')).toBe(1)
})

it('tells the size of all that has committed, also before it has left the log', async () => {
  const { main } = await startedThread()
  const folder = folders.at(-1) ?? ''
  const other = new Database(path.join(folder, 'store.db'), { readonly: true })
  const pages = Number(other.pragma('page_count', { simple: true }))
  const pageBytes = Number(other.pragma('page_size', { simple: true }))
  other.close()
  const figures = main.posted.find((message) => hasKind(message, 'figures'))
  expect(figures).toMatchObject({ bytes: pages * pageBytes })
  expect(statSync(path.join(folder, 'store.db')).size).toBeLessThan(pages * pageBytes)
})

it('lands what is queued before it stops', async () => {
  const { main, ingest } = await startedThread()
  for (let offset = 0; offset < 4; offset++) ingest.deliver(batchAt(offset))
  threads.length = 0
  await main.call('stop', { discard: false })
  expect(ingest.count('receipt')).toBe(4)
  const last = main.posted.findLast((message) => hasKind(message, 'figures'))
  expect(last).toMatchObject({ topics: [{ source: 's', records: 4 }], tables: [{ name: 't', rows: 4 }] })
})
