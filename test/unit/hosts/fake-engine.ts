/**
 * An engine in memory for tests of the hosts: live feed, queries and dead letters behave as the interface says; calls
 * that no test needs reject by name. No threads, no store, no clock.
 */
import { AppError } from '#contract/errors.ts'
import type { LiveSnapshot } from '#contract/live.ts'
import type { Page, QueryStatus } from '#contract/query.ts'
import type { Engine } from '../../../src-main/engine/engine-api.ts'

interface FakeQuery {
  status: QueryStatus
  rows: Page['rows']
}

/** The engine, and what a test does to it. */
export interface FakeEngine extends Engine {
  /** Names of the calls that reached the engine, in order. */
  readonly calls: string[]
  /** Long polls that wait now. */
  readonly waiting: number
  /** Publishes the next snapshot. */
  publish(change: Partial<LiveSnapshot>): void
  /** Ends a query with these rows. */
  finish(id: string, rows: Page['rows']): void
  /** Makes `queries.schema` throw this. */
  failSchema(error: unknown): void
}

/** Snapshot of an engine with nothing in it. */
export function emptySnapshot(): LiveSnapshot {
  return {
    version: 1,
    epoch: 'first',
    at: 1_700_000_000_000,
    state: 'starting',
    reason: '',
    sources: [],
    steps: [],
    tables: [],
    rollups: [],
    backfills: [],
    lookups: [],
    connections: [],
    latency: { p50: null, p99: null, max: null },
    deadLetters: { total: 0, kept: 0, lastMinute: 0 },
    store: {
      mode: 'memory',
      bytes: 0,
      walBytes: 0,
      limitBytes: null,
      usedBytes: 0,
      budgetBytes: null,
      rows: 0,
      batches: 0,
    },
    events: [],
  }
}

function notHandled(name: string): () => Promise<never> {
  return () => Promise.reject(new Error(`fake engine: ${name} is not handled`))
}

/** Wakes all who wait, whenever something changed. */
function createChanges(): { wait(signal?: AbortSignal): Promise<void>; wake(): void; waiting(): number } {
  let waiters = new Set<() => void>()
  return {
    wait: (signal) =>
      new Promise((resolve, reject) => {
        const leave = (): void => {
          waiters.delete(wake)
          reject(signal?.reason instanceof Error ? signal.reason : new Error('aborted'))
        }
        const wake = (): void => {
          signal?.removeEventListener('abort', leave)
          resolve()
        }
        if (signal?.aborted === true) {
          leave()
          return
        }
        waiters.add(wake)
        signal?.addEventListener('abort', leave, { once: true })
      }),
    wake() {
      const all = waiters
      waiters = new Set()
      for (const wake of all) wake()
    },
    waiting: () => waiters.size,
  }
}

/** Makes an engine that holds nothing and has not started. */
export function createFakeEngine(): FakeEngine {
  const changes = createChanges()
  const queries = new Map<string, FakeQuery>()
  const calls: string[] = []
  let snapshot = emptySnapshot()
  let schemaFault: unknown = new Error('fake engine: queries.schema is not handled')

  const publish = (change: Partial<LiveSnapshot>): void => {
    snapshot = { ...snapshot, ...change, version: snapshot.version + 1 }
    changes.wake()
  }
  const find = (id: string): FakeQuery => {
    const query = queries.get(id)
    if (query === undefined)
      throw new AppError('RESULT_GONE', `There is no result ${id}.`, { details: { id } })
    return query
  }
  const change = (id: string, status: Partial<QueryStatus>): QueryStatus => {
    const query = find(id)
    query.status = { ...query.status, ...status, version: query.status.version + 1 }
    changes.wake()
    return query.status
  }

  return {
    calls,
    get waiting() {
      return changes.waiting()
    },
    publish,
    finish(id, rows) {
      find(id).rows = rows
      change(id, { state: 'done', rows: rows.length })
    },
    failSchema(error) {
      schemaFault = error
    },
    storeFile: '/dev/shm/penstock/fake.db',
    startedAt: 1_700_000_000_000,
    sourceColumns: new Map(),
    start() {
      calls.push('start')
      publish({ state: 'running' })
      return Promise.resolve()
    },
    stop() {
      calls.push('stop')
      publish({ state: 'stopped' })
      return Promise.resolve()
    },
    check() {
      return Promise.resolve([])
    },
    change() {
      calls.push('change')
      return Promise.resolve(false)
    },
    pause() {
      calls.push('pause')
      publish({ state: 'paused' })
      return Promise.resolve()
    },
    resume() {
      calls.push('resume')
      publish({ state: 'running' })
      return Promise.resolve()
    },
    live: {
      async next(epoch, after, signal) {
        calls.push('live.next')
        while (epoch === snapshot.epoch && after !== null && after >= snapshot.version) {
          await changes.wait(signal)
        }
        return snapshot
      },
    },
    queries: {
      start({ sql }) {
        calls.push(`query.start ${sql}`)
        const id = `query-${String(queries.size + 1)}`
        queries.set(id, { rows: [], status: runningStatus(id) })
        return { id }
      },
      async watch(id, after, signal) {
        while (after !== null && find(id).status.version <= after) await changes.wait(signal)
        return find(id).status
      },
      page: async (id, start, count) =>
        Promise.resolve({ start, rows: find(id).rows.slice(start, start + count) }),
      cancel: async (id) => Promise.resolve(change(id, { state: 'cancelled' })),
      close: async (id) => Promise.resolve(queries.delete(id)),
      history: notHandled('queries.history'),
      schema: () =>
        Promise.reject(schemaFault instanceof Error ? schemaFault : new Error(String(schemaFault))),
    },
    statistics: {
      throughput: (range) => Promise.resolve({ bucketMs: range.bucketMs, at: [range.fromMs], lines: [] }),
      latency: notHandled('statistics.latency'),
      storeSize: notHandled('statistics.storeSize'),
      pipeline: notHandled('statistics.pipeline'),
      batches: notHandled('statistics.batches'),
      batchSteps: notHandled('statistics.batchSteps'),
    },
    deadLetters: {
      list: (filter, { limit }) => {
        calls.push(`deadLetters.list ${JSON.stringify(filter)} ${String(limit)}`)
        return Promise.resolve([])
      },
      groups: () => Promise.resolve([]),
      get: (id) => Promise.reject(new AppError('NOT_FOUND', `There is no dead letter ${String(id)}.`)),
    },
    clusters: {
      connections: () => Promise.resolve([]),
      view: notHandled('clusters.view'),
      brokerConfig: notHandled('clusters.brokerConfig'),
      topics: {
        list: notHandled('clusters.topics.list'),
        get: notHandled('clusters.topics.get'),
        history: notHandled('clusters.topics.history'),
      },
      groups: {
        list: notHandled('clusters.groups.list'),
        get: notHandled('clusters.groups.get'),
        history: notHandled('clusters.groups.history'),
      },
      messages: {
        start: notHandled('clusters.messages.start'),
        watch: notHandled('clusters.messages.watch'),
        page: notHandled('clusters.messages.page'),
        pause: notHandled('clusters.messages.pause'),
        resume: notHandled('clusters.messages.resume'),
        stop: notHandled('clusters.messages.stop'),
        close: notHandled('clusters.messages.close'),
        record: notHandled('clusters.messages.record'),
        part: notHandled('clusters.messages.part'),
        produce: notHandled('clusters.messages.produce'),
      },
    },
    snapshots: {
      start: () => {
        throw new Error('fake engine: snapshots.start is not handled')
      },
      watch: notHandled('snapshots.watch'),
      cancel: notHandled('snapshots.cancel'),
    },
    advisor: {
      start: () => {
        throw new Error('fake engine: advisor.start is not handled')
      },
      watch: notHandled('advisor.watch'),
      stop: notHandled('advisor.stop'),
      rollupFor: notHandled('advisor.rollupFor'),
    },
    listEvents: notHandled('listEvents'),
  }
}

function runningStatus(id: string): QueryStatus {
  return {
    id,
    version: 1,
    state: 'running',
    columns: [{ name: 'value', type: 'integer' }],
    rows: 0,
    bytes: 0,
    elapsedMs: 0,
    asOf: null,
    truncated: false,
    error: null,
    errorOffset: null,
  }
}
