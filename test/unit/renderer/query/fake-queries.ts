/** Queries that a test moves on by hand, behind the fake client. */
import { AppError } from '#contract/errors.ts'
import type { QueryStatus } from '#contract/query.ts'
import { createFakeClient } from '../fake-client.ts'
import type { PenstockClient } from '../../../../src-renderer/transport/client.ts'

interface Waiter {
  after: number | null
  resolve: (status: QueryStatus) => void
  reject: (error: unknown) => void
}

export function statusOf(change: Partial<QueryStatus> = {}): QueryStatus {
  return {
    id: 'q1',
    version: 1,
    state: 'running',
    columns: [],
    rows: 0,
    bytes: 0,
    elapsedMs: 0,
    asOf: null,
    truncated: false,
    error: null,
    errorOffset: null,
    ...change,
  }
}

export class FakeQueries {
  readonly client: PenstockClient
  readonly calls: string[] = []
  #status = new Map<string, QueryStatus>()
  #waiters = new Map<string, Waiter[]>()
  #next = 1

  constructor(calls: Partial<PenstockClient['query']> = {}) {
    this.client = createFakeClient({
      query: {
        start: async ({ sql }) => {
          const id = `q${String(this.#next++)}`
          this.calls.push(`start ${sql}`)
          this.#status.set(id, statusOf({ id, state: 'queued' }))
          return { id }
        },
        watch: ({ id, after }, options) =>
          new Promise((resolve, reject) => {
            const status = this.#status.get(id)
            if (status === undefined) {
              reject(new AppError('RESULT_GONE', `There is no result ${id} any more.`))
              return
            }
            if (after === null || status.version > after) {
              resolve(status)
              return
            }
            this.#waiters.set(id, [...(this.#waiters.get(id) ?? []), { after, resolve, reject }])
            options?.signal?.addEventListener('abort', () => {
              reject(new DOMException('aborted', 'AbortError'))
            })
          }),
        cancel: async ({ id }) => {
          this.calls.push(`cancel ${id}`)
          this.set(id, { state: 'cancelled' })
          return this.#status.get(id) ?? statusOf({ id })
        },
        close: async ({ id }) => {
          this.calls.push(`close ${id}`)
          return { closed: true }
        },
        ...calls,
      },
    })
  }

  /** Changes a query and tells those who wait for it. */
  set(id: string, change: Partial<QueryStatus>): void {
    const known = this.#status.get(id) ?? statusOf({ id })
    const status = { ...known, version: known.version + 1, ...change }
    this.#status.set(id, status)
    for (const waiter of this.#waiters.get(id) ?? []) waiter.resolve(status)
    this.#waiters.delete(id)
  }

  /** The connection goes: whoever waits is rejected. */
  cut(): void {
    const error = new AppError('CONNECTION_LOST', 'The connection to the engine is cut.')
    for (const waiters of this.#waiters.values()) for (const waiter of waiters) waiter.reject(error)
    this.#waiters.clear()
  }

  /** Forgets a query, as an engine that was restarted does. */
  forget(id: string): void {
    this.#status.delete(id)
  }
}
