/** The workspace as declared: sources, lookups, tables. Read with each connection and each time that it was opened or changed. */
import type { WorkspaceView } from '#contract/workspace.ts'
import { type AppError, fromErrorShape, toErrorShape } from '#contract/errors.ts'
import type { PenstockClient } from '../transport/client.ts'
import type { ConnectionState } from './connection.svelte.ts'
import { endHistoryAt } from './history-now.ts'

/** The view and why there is none, as rune state. */
export class WorkspaceState {
  readonly #client: Pick<PenstockClient, 'workspace'>
  readonly #connection: ConnectionState
  #view = $state.raw<WorkspaceView | null>(null)
  #error = $state.raw<AppError | null>(null)
  /** What {@link view} was made from, and the newest question; an older answer has no say. */
  #known = ''
  #asked = 0

  constructor(client: Pick<PenstockClient, 'workspace'>, connection: ConnectionState) {
    this.#client = client
    this.#connection = connection
  }

  /** Null until it was read; kept while the connection is cut. The same object as long as it says the same. */
  get view(): WorkspaceView | null {
    return this.#view
  }

  get error(): AppError | null {
    return this.#error
  }

  /** Reads now and with every new connection; the result stops that. */
  start(): () => void {
    if (this.#connection.isOpen) void this.load()
    return this.#connection.onOpen(() => void this.load())
  }

  async load(): Promise<void> {
    const asked = ++this.#asked
    try {
      const view = await this.#client.workspace.get()
      if (asked !== this.#asked) return
      const text = JSON.stringify(view)
      if (text !== this.#known) this.#view = view
      this.#known = text
      endHistoryAt(view.snapshot?.takenAt ?? null)
      this.#error = null
    } catch (error) {
      if (asked === this.#asked) this.#error = fromErrorShape(toErrorShape(error))
    }
  }
}
