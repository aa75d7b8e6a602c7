/** The snapshot that is being taken, or was last, followed by long polls while the store is seen. Rune state. */
import type { SnapshotRun, SnapshotStatus } from '#contract/snapshots.ts'
import { type AppError, fromErrorShape, toErrorShape } from '#contract/errors.ts'
import type { PenstockClient } from '../../transport/client.ts'
import { type Clock, systemClock } from '../../transport/reconnecting-link.ts'
import { keptState } from '../../state/view.ts'

const retryMs = 1000

export class SnapshotsState {
  readonly #client: Pick<PenstockClient, 'snapshots'>
  readonly #clock: Clock
  #status = $state.raw<SnapshotStatus | null>(null)
  #error = $state.raw<AppError | null>(null)
  #seenId = $state('')
  /** Of the newest status; no rune, so that whoever starts to follow does not depend on it. */
  #version: number | null = null
  /** Whether the person is asked for a file. */
  isAsking = $state(false)
  file = $state('')

  constructor({ client }: { client: Pick<PenstockClient, 'snapshots'> }, clock: Clock = systemClock) {
    this.#client = client
    this.#clock = clock
  }

  /** The one under way, or the last one until it was put away; null where there is nothing to say. */
  get run(): SnapshotRun | null {
    const run = this.#status?.run ?? null
    return run === null || run.id === this.#seenId ? null : run
  }

  get isRunning(): boolean {
    return this.run !== null && this.run.endedAt === null
  }

  /** When the next one is taken by itself; null where none are. */
  get nextAt(): number | null {
    return this.#status?.nextAt ?? null
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

  /** Asks for a file, with a name that says when. */
  ask(now: number): void {
    const time = new Date(now).toISOString().slice(0, 19).replaceAll(':', '-')
    this.file = `snapshots/${time}.db`
    this.#error = null
    this.isAsking = true
  }

  async take(): Promise<void> {
    await this.#call(() => this.#client.snapshots.start({ file: this.file.trim() }))
    if (this.#error === null) this.isAsking = false
  }

  async cancel(): Promise<void> {
    const id = this.run?.id
    if (id !== undefined) await this.#call(() => this.#client.snapshots.cancel({ id }))
  }

  /** What came of the last one has been read. */
  putAway(): void {
    this.#seenId = this.run?.id ?? this.#seenId
    this.#error = null
  }

  async #call(call: () => Promise<SnapshotStatus>): Promise<void> {
    this.#error = null
    try {
      this.#receive(await call())
    } catch (error) {
      this.#error = fromErrorShape(toErrorShape(error))
    }
  }

  #receive(status: SnapshotStatus): void {
    this.#status = status
    this.#version = status.version
  }

  async #follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        this.#receive(await this.#client.snapshots.watch({ after: this.#version }, { signal }))
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

export const snapshotsState = keptState((app) => new SnapshotsState(app))
