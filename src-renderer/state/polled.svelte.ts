/**
 * Data that is asked for again and again while someone looks at it: charts, lists, batches. The next call starts only
 * when the last has ended; nothing is asked while the view or the page is hidden.
 */
import { type AppError, fromErrorShape, toErrorShape } from '#contract/errors.ts'
import { type Clock, systemClock } from '../transport/reconnecting-link.ts'

interface Options<T> {
  load: (signal: AbortSignal) => Promise<T>
  /** Pause between the end of one call and the start of the next, milliseconds. */
  everyMs: number
  clock?: Clock
}

/** The newest answer, and why there is no newer one, as rune state. */
export class Polled<T> {
  readonly #options: Options<T>
  readonly #clock: Clock
  #data = $state.raw<T | null>(null)
  #error = $state.raw<AppError | null>(null)
  #loading = $state(false)
  #controller: AbortController | null = null

  constructor(options: Options<T>) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
  }

  /** The newest answer; kept when a later call fails. */
  get data(): T | null {
    return this.#data
  }

  /** Why the last call failed; null when it did not. */
  get error(): AppError | null {
    return this.#error
  }

  /** True while the first answer is under way. */
  get isLoading(): boolean {
    return this.#loading && this.#data === null
  }

  /** Asks now and goes on; the result stops it. Starting again drops the call under way. */
  start(): () => void {
    this.stop()
    const controller = new AbortController()
    this.#controller = controller
    void this.#run(controller.signal)
    return () => {
      if (this.#controller === controller) this.stop()
    }
  }

  stop(): void {
    this.#controller?.abort()
    this.#controller = null
    this.#loading = false
  }

  /** Forgets the answer, for example because it is about something else now, and asks again if started. */
  reset(): void {
    this.#data = null
    this.#error = null
    if (this.#controller !== null) this.start()
  }

  /** Asks again at once without forgetting the answer. */
  refresh(): void {
    if (this.#controller !== null) this.start()
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#once(signal)
      await this.#pause(signal)
    }
  }

  async #once(signal: AbortSignal): Promise<void> {
    this.#loading = true
    try {
      const data = await this.#options.load(signal)
      if (signal.aborted) return
      this.#data = data
      this.#error = null
    } catch (error) {
      if (signal.aborted) return
      this.#error = fromErrorShape(toErrorShape(error))
    }
    this.#loading = false
  }

  #pause(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        cancel()
        signal.removeEventListener('abort', done)
        resolve()
      }
      const cancel = this.#clock.after(this.#options.everyMs, done)
      signal.addEventListener('abort', done)
      if (signal.aborted) done()
    })
  }
}
