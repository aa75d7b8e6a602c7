/** The search for indexes and rollups that is under way, or was last, followed by long polls while the store is seen. Rune state. */
import type { AdviceRun, AdviceStatus } from '#contract/advice.ts'
import { type AppError, fromErrorShape, toErrorShape } from '#contract/errors.ts'
import { keptState } from '../../state/view.ts'
import type { PenstockClient } from '../../transport/client.ts'
import { type Clock, systemClock } from '../../transport/reconnecting-link.ts'

const retryMs = 1000

export class AdviceState {
  readonly #client: Pick<PenstockClient, 'advice'>
  readonly #clock: Clock
  #run = $state.raw<AdviceRun | null>(null)
  #error = $state.raw<AppError | null>(null)
  /** Of the newest status; no rune, so that whoever starts to follow does not depend on it. */
  #version: number | null = null

  constructor({ client }: { client: Pick<PenstockClient, 'advice'> }, clock: Clock = systemClock) {
    this.#client = client
    this.#clock = clock
  }

  /** Null before the first of this start of the engine. */
  get run(): AdviceRun | null {
    return this.#run
  }

  get isRunning(): boolean {
    return this.#run?.state === 'running'
  }

  /** Why the last thing that was asked for could not be done. */
  get error(): AppError | null {
    return this.#error
  }

  /** Begins to follow; the result stops it. */
  start(): () => void {
    const controller = new AbortController()
    void this.#follow(controller.signal)
    return () => {
      controller.abort()
    }
  }

  async search(): Promise<void> {
    await this.#call(() => this.#client.advice.start())
  }

  async cancel(): Promise<void> {
    const id = this.#run?.id
    if (id !== undefined) await this.#call(() => this.#client.advice.stop({ id }))
  }

  async #call(call: () => Promise<AdviceStatus>): Promise<void> {
    this.#error = null
    try {
      this.#receive(await call())
    } catch (error) {
      this.#error = fromErrorShape(toErrorShape(error))
    }
  }

  #receive({ run, version }: AdviceStatus): void {
    this.#run = run
    this.#version = version
  }

  async #follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        this.#receive(await this.#client.advice.watch({ after: this.#version }, { signal }))
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

export const adviceState = keptState((app) => new AdviceState(app))
