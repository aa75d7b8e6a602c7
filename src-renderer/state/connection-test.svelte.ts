/** One test of a connection: started, followed step by step, stopped. Rune state; never rejects. */
import type { ConnectionDraft, ConnectionTest } from '#contract/connections.ts'
import { type AppError, fromErrorShape, toErrorShape } from '#contract/errors.ts'
import type { PenstockClient } from '../transport/client.ts'

export class ConnectionTestRun {
  readonly #client: Pick<PenstockClient, 'connections'>
  #abort = new AbortController()
  #test = $state.raw<ConnectionTest | null>(null)
  #error = $state.raw<AppError | null>(null)
  #isRunning = $state(false)
  #isStopped = $state(false)

  constructor(client: Pick<PenstockClient, 'connections'>) {
    this.#client = client
  }

  /** The steps as they are; null before the first test. */
  get test(): ConnectionTest | null {
    return this.#test
  }

  /** Why the test could not be run. */
  get error(): AppError | null {
    return this.#error
  }

  get isRunning(): boolean {
    return this.#isRunning
  }

  /** True where the person stopped it before its end. */
  get isStopped(): boolean {
    return this.#isStopped
  }

  /** True after a test in which every step passed or was not needed. */
  get hasPassed(): boolean {
    const { steps = [], done = false } = this.#test ?? {}
    return (
      done &&
      !this.#isStopped &&
      steps.length > 0 &&
      steps.every(({ state }) => state === 'passed' || state === 'skipped')
    )
  }

  /** Tests a connection of the workspace, or one that is only in a form; the test before is let go. */
  async run(target: { name: string } | { draft: ConnectionDraft }): Promise<void> {
    this.forget()
    const { signal } = this.#abort
    const isGone = (): boolean => signal.aborted
    this.#isRunning = true
    try {
      let test = await this.#client.connections.test(target, { signal })
      if (!isGone()) this.#test = test
      while (!test.done && !isGone()) {
        test = await this.#client.connections.watchTest({ id: test.id, after: test.version }, { signal })
        if (!isGone()) this.#test = test
      }
    } catch (error) {
      if (!isGone()) this.#error = fromErrorShape(toErrorShape(error))
    }
    if (!isGone()) this.#isRunning = false
  }

  /** Ends a test at once; what was found stays. */
  async stop(): Promise<void> {
    const id = this.#test?.id
    this.#abort.abort()
    this.#isRunning = false
    this.#isStopped = true
    if (id === undefined) return
    try {
      await this.#client.connections.stopTest({ id })
    } catch (error) {
      this.#error = fromErrorShape(toErrorShape(error))
    }
  }

  /** Shows no test, as before the first one. */
  forget(): void {
    this.#abort.abort()
    this.#abort = new AbortController()
    this.#test = null
    this.#error = null
    this.#isRunning = false
    this.#isStopped = false
  }
}
