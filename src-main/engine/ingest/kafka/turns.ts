/** Work of several loops, one after the other in the order of asking. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve()

  /** Resolves or rejects as the work does; a failure does not stop those who come after. */
  run<Output>(work: () => Promise<Output>): Promise<Output> {
    const turn = this.#last.then(work, work)
    this.#last = turn.catch(() => undefined)
    return turn
  }
}
