/**
 * Bounds the calls that one client has running at once, so that a page that loops cannot bury the engine. Policy: refuse.
 * Main thread; one per connection, made by the transports, asked by the contract interceptor.
 */
import { AppError } from '#contract/errors.ts'

/** Counts calls in flight of one client. */
export class CallLimit {
  readonly #max: number
  #running = 0

  /** @param max calls that may run at once, at least 1 */
  constructor(max: number) {
    this.#max = max
  }

  /** Calls running now. */
  get running(): number {
    return this.#running
  }

  /**
   * Runs one call within the limit.
   * @throws AppError TOO_MANY_CALLS when the limit is reached; `call` is then not started
   */
  async run<Result>(call: () => Promise<Result>): Promise<Result> {
    if (this.#running >= this.#max) {
      throw new AppError(
        'TOO_MANY_CALLS',
        `This client already has ${String(this.#max)} calls running; the call was not started.`,
        { details: { limit: this.#max } },
      )
    }
    this.#running += 1
    try {
      return await call()
    } finally {
      this.#running -= 1
    }
  }
}
