/**
 * What the engine says of work that it does one of at a time, such as snapshots: followed by long polls while somebody looks,
 * also over lost connections and new starts of the engine. Rune state. For work that ends and is let go see followed.svelte.ts.
 */
import { type AppError, fromErrorShape, toErrorShape } from '#contract/errors.ts'
import type { Clock } from '../transport/reconnecting-link.ts'

const retryMs = 1000

export class StandingStatus<Status extends { version: number }> {
  readonly #watch: (after: number | null, signal: AbortSignal) => Promise<Status>
  readonly #clock: Clock
  #status = $state.raw<Status | null>(null)
  #error = $state.raw<AppError | null>(null)
  /** Of the newest status; no rune, so that whoever starts to follow does not depend on it. */
  #version: number | null = null

  /** @param watch answers once there is a status of a later version than `after` */
  constructor(watch: (after: number | null, signal: AbortSignal) => Promise<Status>, clock: Clock) {
    this.#watch = watch
    this.#clock = clock
  }

  /** The engine's last word; null until the first. */
  get current(): Status | null {
    return this.#status
  }

  /** Why the last thing that was asked for could not be done. */
  get error(): AppError | null {
    return this.#error
  }

  forgetError(): void {
    this.#error = null
  }

  /** Begins to follow; the result stops it. */
  start(): () => void {
    const controller = new AbortController()
    void this.#follow(controller.signal)
    return () => {
      controller.abort()
    }
  }

  /** Asks for something that is answered with the status. Never rejects. */
  async ask(call: () => Promise<Status>): Promise<void> {
    this.#error = null
    try {
      this.#receive(await call())
    } catch (error) {
      this.#error = fromErrorShape(toErrorShape(error))
    }
  }

  #receive(status: Status): void {
    this.#status = status
    this.#version = status.version
  }

  async #follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        this.#receive(await this.#watch(this.#version, signal))
      } catch {
        // A connection that is cut says so elsewhere; what was known stays until it is back.
        this.#version = null
        await this.#pause(signal)
      }
    }
  }

  #pause(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const stop = this.#clock.after(retryMs, resolve)
      signal.addEventListener('abort', () => {
        stop()
        resolve()
      })
    })
  }
}
