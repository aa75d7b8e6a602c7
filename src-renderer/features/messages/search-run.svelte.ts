/**
 * One search from its start to its end: followed by long polls, also over a lost connection; paused, stopped at once, and
 * closed when nobody looks at it any more. A live tail stands still while it is out of sight. Made by MessagesState.
 */
import type { AppError } from '#contract/errors.ts'
import type { MessagePage, MessageSearch, SearchStatus } from '#contract/messages.ts'
import { Followed, type FollowPorts } from '../../state/followed.svelte.ts'
import type { PenstockClient } from '../../transport/client.ts'

export interface RunPorts extends FollowPorts {
  client: Pick<PenstockClient, 'messages'>
}

/** - `starting`: sent, not confirmed · `lost`: it was not started or cannot be followed any more, see `fault` */
export type RunState = 'starting' | 'lost' | SearchStatus['state']

/** Times in milliseconds since 1970 UTC. */
export interface Span {
  fromMs: number
  toMs: number
}

type Order = 'pause' | 'resume' | 'stop'

/** A search as rune state. */
export class SearchRun {
  readonly request: MessageSearch
  readonly #ports: RunPorts
  readonly #followed: Followed<SearchStatus>
  #id = $state.raw<string | null>(null)
  #isStopping = $state(false)
  #isSeen = true
  /** Since when a live tail stands still because nobody saw it. */
  #unseenSince: number | null = null
  #isAttending = false
  #unseen = $state.raw<Span | null>(null)

  constructor(request: MessageSearch, ports: RunPorts) {
    this.request = request
    this.#ports = ports
    this.#followed = new Followed(ports)
  }

  /** The engine's last word; null until the first. */
  get status(): SearchStatus | null {
    return this.#followed.status
  }

  /** Why it was not started or cannot be followed; what went wrong inside it is in `status.error`. */
  get fault(): AppError | null {
    return this.#followed.fault
  }

  get state(): RunState {
    if (this.fault !== null) return 'lost'
    return this.status?.state ?? 'starting'
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
    return this.isActive && this.#followed.isCut
  }

  /** True where matches stand newest first, so that new ones move those that are there. */
  get isNewestFirst(): boolean {
    return this.request.start.at === 'newest'
  }

  /** When a live tail last stood still because nobody saw it; null where it never did. */
  get unseen(): Span | null {
    return this.#unseen
  }

  /** Starts the search and follows it to its end. Never rejects. */
  async run(): Promise<void> {
    try {
      this.#id = (await this.#ports.client.messages.start(this.request)).id
    } catch (error) {
      this.#followed.fail(error)
      return
    }
    if (this.#followed.isClosed) await this.#letGo(this.#id)
    else {
      if (this.#isStopping) void this.#tell('stop')
      await this.#follow(this.#id)
    }
  }

  /** Stops looking; what was found stays. */
  async stop(): Promise<void> {
    if (!this.isActive || this.#isStopping) return
    this.#isStopping = true
    // It can be pressed again.
    if (!(await this.#tell('stop'))) this.#isStopping = false
  }

  async pause(): Promise<void> {
    await this.#tell('pause')
  }

  async resume(): Promise<void> {
    await this.#tell('resume')
  }

  /** Says whether the view is in sight: a live tail stands still while it is not, and then goes on where it was. */
  see(isSeen: boolean): void {
    this.#isSeen = isSeen
    void this.#attend()
  }

  /** Lets go of the search and its matches, here and at the engine. Never rejects. */
  async close(): Promise<void> {
    if (this.#followed.close() && this.#id !== null) await this.#letGo(this.#id)
  }

  /** Matches from `start` on. Rejects as the contract does. */
  async page(start: number, count: number): Promise<MessagePage> {
    if (this.#id === null) return { start, rows: [] }
    return this.#ports.client.messages.page({ id: this.#id, start, count })
  }

  #follow(id: string): Promise<void> {
    return this.#followed.follow(
      (after, signal) => {
        void this.#attend()
        return this.#ports.client.messages.watch({ id, after }, { signal })
      },
      () => this.isActive,
    )
  }

  /** Brings a live tail in line with whether it is seen. What a person has paused stays so. */
  async #attend(): Promise<void> {
    if (this.#isAttending) return
    this.#isAttending = true
    const isSeen = this.#isSeen
    if (!isSeen && this.request.live && this.state === 'running') {
      this.#unseenSince = this.#ports.clock.now()
      await this.#tell('pause')
    } else if (isSeen && this.#unseenSince !== null) await this.#goOn(this.#unseenSince)
    this.#isAttending = false
    if (this.#isSeen !== isSeen) void this.#attend()
  }

  async #goOn(fromMs: number): Promise<void> {
    const isPaused = this.state === 'paused'
    if (isPaused && !(await this.#tell('resume'))) return
    this.#unseenSince = null
    if (isPaused) this.#unseen = { fromMs, toMs: this.#ports.clock.now() }
  }

  /** @returns whether it was heard */
  async #tell(order: Order): Promise<boolean> {
    const id = this.#id
    return id !== null && (await this.#followed.tell(() => this.#ports.client.messages[order]({ id })))
  }

  async #letGo(id: string): Promise<void> {
    try {
      await this.#ports.client.messages.close({ id })
    } catch (error) {
      // The engine keeps a bounded number of searches and lets go of the oldest by itself.
      this.#followed.fail(error)
    }
  }
}
