/** The snapshot that is being taken, or was last, followed while the store is seen. Rune state. */
import type { SnapshotRun, SnapshotStatus } from '#contract/snapshots.ts'
import type { AppError } from '#contract/errors.ts'
import type { PenstockClient } from '../../transport/client.ts'
import { type Clock, systemClock } from '../../transport/reconnecting-link.ts'
import { StandingStatus } from '../../state/standing-status.svelte.ts'
import { keptState } from '../../state/view.ts'

export class SnapshotsState {
  readonly #client: Pick<PenstockClient, 'snapshots'>
  readonly #status: StandingStatus<SnapshotStatus>
  #seenId = $state('')
  /** Whether the person is asked for a file. */
  isAsking = $state(false)
  file = $state('')

  constructor({ client }: { client: Pick<PenstockClient, 'snapshots'> }, clock: Clock = systemClock) {
    this.#client = client
    this.#status = new StandingStatus((after, signal) => client.snapshots.watch({ after }, { signal }), clock)
  }

  /** The one under way, or the last one until it was put away; null where there is nothing to say. */
  get run(): SnapshotRun | null {
    const run = this.#status.current?.run ?? null
    return run === null || run.id === this.#seenId ? null : run
  }

  get isRunning(): boolean {
    return this.run !== null && this.run.endedAt === null
  }

  /** When the next one is taken by itself; null where none are. */
  get nextAt(): number | null {
    return this.#status.current?.nextAt ?? null
  }

  /** Why the last thing that was asked for could not be done. */
  get error(): AppError | null {
    return this.#status.error
  }

  /** Begins to follow; the result stops it. */
  start(): () => void {
    return this.#status.start()
  }

  /** Asks for a file, with a name that says when. */
  ask(now: number): void {
    const time = new Date(now).toISOString().slice(0, 19).replaceAll(':', '-')
    this.file = `snapshots/${time}.db`
    this.#status.forgetError()
    this.isAsking = true
  }

  async take(): Promise<void> {
    await this.#status.ask(() => this.#client.snapshots.start({ file: this.file.trim() }))
    if (this.#status.error === null) this.isAsking = false
  }

  async cancel(): Promise<void> {
    const id = this.run?.id
    if (id !== undefined) await this.#status.ask(() => this.#client.snapshots.cancel({ id }))
  }

  /** What came of the last one has been read. */
  putAway(): void {
    this.#seenId = this.run?.id ?? this.#seenId
    this.#status.forgetError()
  }
}

export const snapshotsState = keptState((app) => new SnapshotsState(app))
