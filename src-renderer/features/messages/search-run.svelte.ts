/**
 * One search from its start to its end: followed by long polls, also over a lost connection; paused, stopped at once, and
 * closed when nobody looks at it any more. Made by MessagesState.
 */
import { type AppError, fromErrorShape, toErrorShape } from '#contract/errors.ts'
import type { MessagePage, MessageSearch, SearchStatus } from '#contract/messages.ts'
import type { PenstockClient } from '../../transport/client.ts'
import type { Clock } from '../../transport/reconnecting-link.ts'

/** The slice of the connection's state that a search needs. */
export interface RunConnection {
  readonly isOpen: boolean
  onOpen(listener: () => void): () => void
}

export interface RunPorts {
  client: Pick<PenstockClient, 'messages'>
  connection: RunConnection
  clock: Clock
}

/** - `starting`: sent, not confirmed · `lost`: it was not started or cannot be followed any more, see `fault` */
export type RunState = 'starting' | 'lost' | SearchStatus['state']

type Order = 'pause' | 'resume' | 'stop'

const retryMs = 1000

/** A search as rune state. */
export class SearchRun {
  readonly request: MessageSearch
  readonly #ports: RunPorts
  readonly #abort = new AbortController()
  #id = $state.raw<string | null>(null)
  #status = $state.raw<SearchStatus | null>(null)
  #fault = $state.raw<AppError | null>(null)
  #isStopping = $state(false)

  constructor(request: MessageSearch, ports: RunPorts) {
    this.request = request
    this.#ports = ports
  }

  /** The engine's last word; null until the first. */
  get status(): SearchStatus | null {
    return this.#status
  }

  /** Why it was not started or cannot be followed; what went wrong inside it is in `status.error`. */
  get fault(): AppError | null {
    return this.#fault
  }

  get state(): RunState {
    if (this.#fault !== null) return 'lost'
    return this.#status?.state ?? 'starting'
  }

  /** True while the engine may still be at work. */
  get isActive(): boolean {
    return this.state === 'starting' || this.state === 'running' || this.state === 'paused'
  }

  get isStopping(): boolean {
    return this.#isStopping && this.isActive
  }

  /** True while it is at work and nothing can be heard of it. */
  get isCut(): boolean {
    return this.isActive && !this.#ports.connection.isOpen
  }

  /** True where matches stand newest first, so that new ones move those that are there. */
  get isNewestFirst(): boolean {
    return this.request.start.at === 'newest'
  }

  /** Starts the search and follows it to its end. Never rejects. */
  async run(): Promise<void> {
    try {
      this.#id = (await this.#ports.client.messages.start(this.request)).id
    } catch (error) {
      this.#fault = fromErrorShape(toErrorShape(error))
      return
    }
    if (this.#isClosed()) await this.#letGo(this.#id)
    else {
      if (this.#isStopping) void this.#tell('stop')
      await this.#follow(this.#id)
    }
  }

  /** Stops looking; what was found stays. */
  async stop(): Promise<void> {
    if (!this.isActive || this.#isStopping) return
    this.#isStopping = true
    await this.#tell('stop')
  }

  pause(): Promise<void> {
    return this.#tell('pause')
  }

  resume(): Promise<void> {
    return this.#tell('resume')
  }

  /** Lets go of the search and its matches, here and at the engine. Never rejects. */
  async close(): Promise<void> {
    if (this.#isClosed()) return
    this.#abort.abort()
    if (this.#id !== null) await this.#letGo(this.#id)
  }

  /** Matches from `start` on. Rejects as the contract does. */
  async page(start: number, count: number): Promise<MessagePage> {
    if (this.#id === null) return { start, rows: [] }
    return this.#ports.client.messages.page({ id: this.#id, start, count })
  }

  #isClosed(): boolean {
    return this.#abort.signal.aborted
  }

  async #follow(id: string): Promise<void> {
    const { signal } = this.#abort
    while (this.isActive && !this.#isClosed()) {
      try {
        const after = this.#status?.version ?? null
        this.#receive(await this.#ports.client.messages.watch({ id, after }, { signal }))
      } catch (error) {
        if (!this.#isClosed()) await this.#endure(fromErrorShape(toErrorShape(error)))
      }
    }
  }

  #receive(status: SearchStatus): void {
    const known = this.#status
    if (known === null || status.version >= known.version) this.#status = status
  }

  /** A lost connection and a busy engine are waited out; anything else ends the following. */
  async #endure(error: AppError): Promise<void> {
    if (error.code === 'CONNECTION_LOST' || error.code === 'TOO_MANY_CALLS') await this.#pause()
    else this.#fault = error
  }

  async #tell(order: Order): Promise<void> {
    const id = this.#id
    if (id === null) return
    try {
      this.#receive(await this.#ports.client.messages[order]({ id }))
    } catch (error) {
      // It can be pressed again.
      if (order === 'stop') this.#isStopping = false
      await this.#endure(fromErrorShape(toErrorShape(error)))
    }
  }

  async #letGo(id: string): Promise<void> {
    try {
      await this.#ports.client.messages.close({ id })
    } catch (error) {
      // The engine keeps a bounded number of searches and lets go of the oldest by itself.
      this.#fault ??= fromErrorShape(toErrorShape(error))
    }
  }

  /** A moment, or until there is a connection again, or until nobody wants to know. */
  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const { signal } = this.#abort
      const done = (): void => {
        cancelTimer()
        stopListening()
        signal.removeEventListener('abort', done)
        resolve()
      }
      const cancelTimer = this.#ports.clock.after(retryMs, done)
      const stopListening = this.#ports.connection.onOpen(done)
      signal.addEventListener('abort', done)
      if (signal.aborted) done()
    })
  }
}
