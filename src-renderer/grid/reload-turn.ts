/**
 * When the grid may read its blocks again: it drops the answer of a read that another one has overtaken, so that rows which
 * move faster than they can be read would never be there. A reload waits for the reads under way, and many become one.
 */
export class ReloadTurn {
  readonly #reload: () => void
  #reading = 0
  #isAsked = false

  constructor(reload: () => void) {
    this.#reload = reload
  }

  /** Reloads now, or once nothing is being read. */
  ask(): void {
    this.#isAsked = true
    this.#settle()
  }

  /** Does a read; settles as it does. */
  async during<T>(read: () => Promise<T>): Promise<T> {
    this.#reading += 1
    try {
      return await read()
    } finally {
      this.#reading -= 1
      this.#settle()
    }
  }

  #settle(): void {
    if (!this.#isAsked || this.#reading > 0) return
    this.#isAsked = false
    this.#reload()
  }
}
