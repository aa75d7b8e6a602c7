/**
 * A link that outlives its connections: each one has a transport and an oRPC link of its own, so nothing of a dead
 * connection is used again. Reads wait for the next connection and are sent again; anything else is rejected when cut.
 */
import type { ClientContext, ClientLink, ClientOptions } from '@orpc/client'
import type { AppError } from '#contract/errors.ts'
import type { ConnectionStatus } from './connection-status.ts'
import { accessRefused, connectionLost, isAbort, toAppError } from './errors.ts'

/** One live connection. `closed` resolves when it has ended, for whatever reason. */
export interface Connection {
  link: ClientLink<ClientContext>
  closed: Promise<void>
  /** True from the moment that nothing can be sent any more, which may be before `closed` resolves. */
  isClosed(): boolean
  close(): void
}

/** Result of one try to connect; `refused` ends all tries, `unreachable` is tried again. */
export type ConnectResult =
  { kind: 'open'; connection: Connection } | { kind: 'refused' } | { kind: 'unreachable' }

/** Time as this class needs it; tests pass their own. */
export interface Clock {
  now(): number
  /** Calls back once after `delayMs`; the result cancels it. */
  after(delayMs: number, callback: () => void): () => void
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs)
    return () => {
      clearTimeout(timer)
    }
  },
}

interface Options {
  connect: () => Promise<ConnectResult>
  clock?: Clock
  /** Procedures (dotted paths) that change something when sent twice. They are never sent again by themselves. */
  sendOnce: ReadonlySet<string>
}

const backoffMs = [250, 500, 1000, 2000, 4000]
/** A read that finds no connection waits this long for one, milliseconds. */
const waitForConnectionMs = 15_000

interface Waiter {
  resolve: (connection: Connection) => void
  reject: (error: AppError) => void
}

/** Keeps one connection open, tells its state, and carries calls over whichever connection there is. */
export class ReconnectingLink implements ClientLink<ClientContext> {
  readonly #options: Options
  readonly #clock: Clock
  readonly #listeners = new Set<(status: ConnectionStatus) => void>()
  readonly #waiters = new Set<Waiter>()
  #status: ConnectionStatus
  #connection: Connection | null = null
  #attempts = 0
  #disposed = false
  #cancelRetry: (() => void) | null = null

  constructor(options: Options) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#status = { kind: 'connecting', sinceMs: this.#clock.now() }
    void this.#connect()
  }

  get status(): ConnectionStatus {
    return this.#status
  }

  /** Calls `listener` with each new status; the result stops that. */
  onStatus(listener: (status: ConnectionStatus) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Tries at once instead of waiting for the back-off to end. */
  retryNow(): void {
    if (this.#cancelRetry === null) return
    this.#cancelRetry()
    this.#cancelRetry = null
    void this.#connect()
  }

  /** Ends the connection and all tries; calls are rejected from then on. */
  dispose(): void {
    this.#disposed = true
    this.#cancelRetry?.()
    this.#cancelRetry = null
    this.#connection?.close()
    this.#connection = null
    this.#rejectWaiters(connectionLost())
  }

  async call(
    path: readonly string[],
    input: unknown,
    options: ClientOptions<ClientContext>,
  ): Promise<unknown> {
    const mayResend = !this.#options.sendOnce.has(path.join('.'))
    for (let tries = 0; ; tries += 1) {
      const connection = await this.#connected(mayResend, options.signal)
      try {
        return await connection.link.call(path, input, options)
      } catch (error) {
        if (options.signal?.aborted === true || isAbort(error)) throw error
        if (!connection.isClosed()) throw toAppError(error, path)
        // It failed because the connection went, whatever words it failed with.
        this.#closed(connection)
        if (!mayResend || tries >= 2) throw connectionLost(error)
      }
    }
  }

  async #connected(mayWait: boolean, signal: AbortSignal | undefined): Promise<Connection> {
    if (this.#connection !== null) return this.#connection
    try {
      return await this.#whenConnected(mayWait, signal)
    } catch (error) {
      // Whoever aborted gets the reason that was given.
      signal?.throwIfAborted()
      throw error
    }
  }

  async #connect(): Promise<void> {
    this.#attempts += 1
    const result = await this.#options.connect()
    if (this.#disposed) {
      if (result.kind === 'open') result.connection.close()
      return
    }
    if (result.kind === 'open') this.#opened(result.connection)
    else if (result.kind === 'refused') this.#refused()
    else this.#lost()
  }

  #opened(connection: Connection): void {
    this.#attempts = 0
    this.#connection = connection
    this.#setStatus({ kind: 'open', sinceMs: this.#clock.now() })
    for (const waiter of this.#waiters) waiter.resolve(connection)
    this.#waiters.clear()
    void connection.closed.then(() => {
      this.#closed(connection)
    })
  }

  #closed(connection: Connection): void {
    if (this.#connection === connection) this.#lost()
  }

  #refused(): void {
    this.#setStatus({ kind: 'refused', sinceMs: this.#clock.now() })
    this.#rejectWaiters(accessRefused())
  }

  #lost(): void {
    this.#connection = null
    if (this.#disposed) return
    const delayMs = backoffMs[Math.min(this.#attempts, backoffMs.length - 1)] ?? 4000
    const now = this.#clock.now()
    const sinceMs = this.#status.kind === 'cut' ? this.#status.sinceMs : now
    this.#setStatus({ kind: 'cut', sinceMs, retryAtMs: now + delayMs, attempts: this.#attempts })
    this.#cancelRetry = this.#clock.after(delayMs, () => {
      this.#cancelRetry = null
      void this.#connect()
    })
  }

  #whenConnected(mayWait: boolean, signal: AbortSignal | undefined): Promise<Connection> {
    if (this.#disposed) return Promise.reject(connectionLost())
    if (this.#status.kind === 'refused') return Promise.reject(accessRefused())
    if (!mayWait && this.#status.kind === 'cut') return Promise.reject(connectionLost())
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        this.#waiters.delete(waiter)
        cancelTimer()
        signal?.removeEventListener('abort', onAbort)
      }
      const waiter: Waiter = {
        resolve: (connection) => {
          settle()
          resolve(connection)
        },
        reject: (error) => {
          settle()
          reject(error)
        },
      }
      const onAbort = (): void => {
        waiter.reject(connectionLost())
      }
      const cancelTimer = this.#clock.after(waitForConnectionMs, () => {
        waiter.reject(connectionLost())
      })
      this.#waiters.add(waiter)
      signal?.addEventListener('abort', onAbort, { once: true })
    })
  }

  #rejectWaiters(error: AppError): void {
    for (const waiter of [...this.#waiters]) waiter.reject(error)
  }

  #setStatus(status: ConnectionStatus): void {
    this.#status = status
    for (const listener of this.#listeners) listener(status)
  }
}
