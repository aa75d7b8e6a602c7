/** What was run before, newest first, searched by the engine. Rune state of the history panel. */
import { type AppError, fromErrorShape, toErrorShape } from '#contract/errors.ts'
import type { HistoryEntry } from '#contract/query.ts'
import type { PenstockClient } from '../../transport/client.ts'
import type { Clock } from '../../transport/reconnecting-link.ts'

const searchAfterMs = 150
const shownEntries = 200

interface HistoryPorts {
  client: Pick<PenstockClient, 'query'>
  clock: Clock
}

export class QueryHistory {
  readonly #ports: HistoryPorts
  #search = $state('')
  #entries = $state.raw<readonly HistoryEntry[] | null>(null)
  #error = $state.raw<AppError | null>(null)
  #abort = new AbortController()
  #cancelTimer = (): void => undefined

  constructor(ports: HistoryPorts) {
    this.#ports = ports
  }

  /** Null until they were read; kept while a later reading fails. */
  get entries(): readonly HistoryEntry[] | null {
    return this.#entries
  }

  get error(): AppError | null {
    return this.#error
  }

  get search(): string {
    return this.#search
  }

  /** Searches in a moment, so that not every key asks. */
  set search(search: string) {
    this.#search = search
    this.#cancelTimer()
    this.#cancelTimer = this.#ports.clock.after(searchAfterMs, () => void this.load())
  }

  /** True where there may be older entries than those shown. */
  get isCut(): boolean {
    return this.#entries?.length === shownEntries
  }

  /** Reads now; an answer to an earlier question is dropped. Never rejects. */
  async load(): Promise<void> {
    this.#abort.abort()
    const abort = new AbortController()
    this.#abort = abort
    try {
      const request = { search: this.#search.trim(), limit: shownEntries }
      const { entries } = await this.#ports.client.query.history(request, { signal: abort.signal })
      if (abort.signal.aborted) return
      this.#entries = entries
      this.#error = null
    } catch (error) {
      if (!abort.signal.aborted) this.#error = fromErrorShape(toErrorShape(error))
    }
  }
}
