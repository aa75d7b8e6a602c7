/** The search for indexes and rollups that is under way, or was last, followed while the store is seen. Rune state. */
import type { AdviceRun, AdviceStatus } from '#contract/advice.ts'
import type { AppError } from '#contract/errors.ts'
import { StandingStatus } from '../../state/standing-status.svelte.ts'
import { keptState } from '../../state/view.ts'
import type { PenstockClient } from '../../transport/client.ts'
import { type Clock, systemClock } from '../../transport/reconnecting-link.ts'

export class AdviceState {
  readonly #client: Pick<PenstockClient, 'advice'>
  readonly #status: StandingStatus<AdviceStatus>

  constructor({ client }: { client: Pick<PenstockClient, 'advice'> }, clock: Clock = systemClock) {
    this.#client = client
    this.#status = new StandingStatus((after, signal) => client.advice.watch({ after }, { signal }), clock)
  }

  /** Null before the first of this start of the engine. */
  get run(): AdviceRun | null {
    return this.#status.current?.run ?? null
  }

  get isRunning(): boolean {
    return this.run?.state === 'running'
  }

  /** Why the last thing that was asked for could not be done. */
  get error(): AppError | null {
    return this.#status.error
  }

  /** Begins to follow; the result stops it. */
  start(): () => void {
    return this.#status.start()
  }

  async search(): Promise<void> {
    await this.#status.ask(() => this.#client.advice.start())
  }

  async cancel(): Promise<void> {
    const id = this.run?.id
    if (id !== undefined) await this.#status.ask(() => this.#client.advice.stop({ id }))
  }
}

export const adviceState = keptState((app) => new AdviceState(app))
