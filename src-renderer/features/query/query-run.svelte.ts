/**
 * One run of one statement, from start to its end: followed by long polls, also over a lost connection, cancelled at
 * once, closed when nobody looks at it any more. Made by the workbench, shown by RunBar and ResultPane.
 */
import { type AppError, fromErrorShape, toErrorShape } from '#contract/errors.ts'
import type { Page, QueryStatus } from '#contract/query.ts'
import type { SqlStatement } from '../../editor/sql-statements.ts'
import type { PenstockClient } from '../../transport/client.ts'
import type { Clock } from '../../transport/reconnecting-link.ts'

/** The slice of the connection's state that a run needs. */
export interface RunConnection {
  readonly isOpen: boolean
  onOpen(listener: () => void): () => void
}

export interface RunPorts {
  client: Pick<PenstockClient, 'query'>
  connection: RunConnection
  clock: Clock
}

/** What a run was asked to do. */
export interface RunRequest {
  statement: SqlStatement
  timeLimitMs: number
  /** Local time of the start, milliseconds. */
  startedAt: number
}

/** - `starting`: sent, not confirmed · `lost`: it cannot be followed any more, see `fault` */
export type RunState = 'starting' | 'queued' | 'running' | 'done' | 'failed' | 'cancelled' | 'lost'

const retryMs = 1000

/** A run as rune state. */
export class QueryRun {
  readonly request: RunRequest
  readonly #ports: RunPorts
  readonly #abort = new AbortController()
  #id = $state.raw<string | null>(null)
  #status = $state.raw<QueryStatus | null>(null)
  #fault = $state.raw<AppError | null>(null)
  #isCancelling = $state(false)

  constructor(request: RunRequest, ports: RunPorts) {
    this.request = request
    this.#ports = ports
  }

  /** Id of the query at the engine; null until it is confirmed. */
  get id(): string | null {
    return this.#id
  }

  /** The engine's last word; null until the first. */
  get status(): QueryStatus | null {
    return this.#status
  }

  /** Why it was not started or cannot be followed; a statement's own fault is in `status.error`. */
  get fault(): AppError | null {
    return this.#fault
  }

  get isCancelling(): boolean {
    return this.#isCancelling && this.isActive
  }

  get state(): RunState {
    if (this.#fault !== null) return 'lost'
    return this.#status?.state ?? 'starting'
  }

  /** True while the engine may still be at work. */
  get isActive(): boolean {
    return this.state === 'starting' || this.state === 'queued' || this.state === 'running'
  }

  /** True while it is at work and nothing can be heard of it. */
  get isCut(): boolean {
    return this.isActive && !this.#ports.connection.isOpen
  }

  /** Starts the statement; resolves when it has an id, or a fault. Never rejects. */
  async start(): Promise<void> {
    const { statement, timeLimitMs } = this.request
    try {
      const { id } = await this.#ports.client.query.start({ sql: statement.text, timeLimitMs })
      this.#id = id
    } catch (error) {
      this.#fault = fromErrorShape(toErrorShape(error))
      return
    }
    if (this.#isClosed()) await this.#tell('close')
  }

  /** Follows a started statement to its end; resolves then. Never rejects. */
  async follow(): Promise<void> {
    if (this.#isCancelling) void this.#tell('cancel')
    if (this.#id !== null) await this.#watch(this.#id)
  }

  /** Picks up a query that was started before, for example before the page was loaded again. Never rejects. */
  async resume(id: string): Promise<void> {
    this.#id = id
    await this.#watch(id)
  }

  /** Asks the engine to stop; a run that is not confirmed yet is stopped as soon as it is. */
  async cancel(): Promise<void> {
    if (!this.isActive || this.#isCancelling) return
    this.#isCancelling = true
    if (this.#id !== null) await this.#tell('cancel')
  }

  /** Lets go of the result, here and at the engine. */
  async close(): Promise<void> {
    if (this.#isClosed()) return
    this.#abort.abort()
    if (this.#id !== null) await this.#tell('close')
  }

  /** Rows of the result. Rejects as the contract does. */
  async page(start: number, count: number): Promise<Page> {
    if (this.#id === null) return { start, rows: [] }
    return this.#ports.client.query.page({ id: this.#id, start, count })
  }

  async #watch(id: string): Promise<void> {
    const { signal } = this.#abort
    while (this.isActive && !this.#isClosed()) {
      try {
        const after = this.#status?.version ?? null
        this.#receive(await this.#ports.client.query.watch({ id, after }, { signal }))
      } catch (error) {
        if (!this.#isClosed()) await this.#endure(fromErrorShape(toErrorShape(error)))
      }
    }
  }

  #isClosed(): boolean {
    return this.#abort.signal.aborted
  }

  #receive(status: QueryStatus): void {
    const known = this.#status
    if (known === null || status.version >= known.version) this.#status = status
  }

  /** A lost connection and a busy engine are waited out; anything else ends the following. */
  async #endure(error: AppError): Promise<void> {
    if (error.code === 'CONNECTION_LOST' || error.code === 'TOO_MANY_CALLS') await this.#pause()
    else this.#fault = error
  }

  async #tell(what: 'cancel' | 'close'): Promise<void> {
    const id = this.#id
    if (id === null) return
    try {
      if (what === 'close') await this.#ports.client.query.close({ id })
      else this.#receive(await this.#ports.client.query.cancel({ id }))
    } catch (error) {
      // A result that cannot be closed ends with the engine's own bound; a cancel that failed can be pressed again.
      this.#isCancelling = false
      if (what === 'cancel') await this.#endure(fromErrorShape(toErrorShape(error)))
    }
  }

  /** A moment, or until there is a connection again, or until nobody wants to know. */
  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const { signal } = this.#abort
      const done = (): void => {
        cancelTimer()
        stopListening()
        signal.removeEventListener('abort', done)
        resolve()
      }
      const cancelTimer = this.#ports.clock.after(retryMs, done)
      const stopListening = this.#ports.connection.onOpen(done)
      signal.addEventListener('abort', done)
    })
  }
}
