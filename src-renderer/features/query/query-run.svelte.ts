/**
 * One run of one statement, from start to its end: followed by long polls, also over a lost connection, cancelled at
 * once, closed when nobody looks at it any more. Made by the workbench, shown by RunBar and ResultPane.
 */
import type { RollupHint } from '#contract/advice.ts'
import type { AppError } from '#contract/errors.ts'
import type { Page, QueryStatus } from '#contract/query.ts'
import type { SqlStatement } from '../../editor/sql-statements.ts'
import { Followed, type FollowPorts } from '../../state/followed.svelte.ts'
import type { PenstockClient } from '../../transport/client.ts'

export interface RunPorts extends FollowPorts {
  client: Pick<PenstockClient, 'query' | 'advice'>
}

/** What a run was asked to do. */
export interface RunRequest {
  statement: SqlStatement
  timeLimitMs: number
  /** Local time of the start, milliseconds. */
  startedAt: number
}

/** - `starting`: sent, not confirmed · `lost`: it cannot be followed any more, see `fault` */
export type RunState = 'starting' | 'queued' | 'running' | 'done' | 'failed' | 'cancelled' | 'lost'

/** A run as rune state. */
export class QueryRun {
  readonly request: RunRequest
  readonly #client: PenstockClient['query']
  readonly #advice: PenstockClient['advice']
  readonly #followed: Followed<QueryStatus>
  #id = $state.raw<string | null>(null)
  #isCancelling = $state(false)
  #hint = $state.raw<RollupHint | null>(null)

  constructor(request: RunRequest, ports: RunPorts) {
    this.request = request
    this.#client = ports.client.query
    this.#advice = ports.client.advice
    this.#followed = new Followed(ports)
  }

  /** Id of the query at the engine; null until it is confirmed. */
  get id(): string | null {
    return this.#id
  }

  /** The engine's last word; null until the first. */
  get status(): QueryStatus | null {
    return this.#followed.status
  }

  /** Why it was not started or cannot be followed; a statement's own fault is in `status.error`. */
  get fault(): AppError | null {
    return this.#followed.fault
  }

  /** A rollup that holds what it computed; null while none is known, and once it was put away. */
  get hint(): RollupHint | null {
    return this.#hint
  }

  get isCancelling(): boolean {
    return this.#isCancelling && this.isActive
  }

  get state(): RunState {
    if (this.fault !== null) return 'lost'
    return this.status?.state ?? 'starting'
  }

  /** True while the engine may still be at work. */
  get isActive(): boolean {
    return this.state === 'starting' || this.state === 'queued' || this.state === 'running'
  }

  /** True while it is at work and nothing can be heard of it. */
  get isCut(): boolean {
    return this.isActive && this.#followed.isCut
  }

  /** Starts the statement; resolves when it has an id, or a fault. Never rejects. */
  async start(): Promise<void> {
    const { statement, timeLimitMs } = this.request
    try {
      const { id } = await this.#client.start({ sql: statement.text, timeLimitMs })
      this.#id = id
    } catch (error) {
      this.#followed.fail(error)
      return
    }
    if (this.#followed.isClosed) await this.#letGo(this.#id)
  }

  /** Follows a started statement to its end; resolves then. Never rejects. */
  async follow(): Promise<void> {
    if (this.#id === null) return
    if (this.#isCancelling) void this.#cancel(this.#id)
    await this.#watch(this.#id)
  }

  /** Picks up a query that was started before, for example before the page was loaded again. Never rejects. */
  async resume(id: string): Promise<void> {
    this.#id = id
    await this.#watch(id)
  }

  /** Looks for a rollup that holds its result, once it has ended well. Never rejects. */
  async lookForRollup(): Promise<void> {
    const { state, status } = this
    if (state !== 'done' || status === null || this.#followed.isClosed) return
    try {
      const sql = this.request.statement.text
      this.#hint = (await this.#advice.rollupFor({ sql, elapsedMs: status.elapsedMs })).hint
    } catch {
      // The result is there; without a hint nothing is missing.
      this.#hint = null
    }
  }

  putHintAway(): void {
    this.#hint = null
  }

  /** Asks the engine to stop; a run that is not confirmed yet is stopped as soon as it is. */
  async cancel(): Promise<void> {
    if (!this.isActive || this.#isCancelling) return
    this.#isCancelling = true
    if (this.#id !== null) await this.#cancel(this.#id)
  }

  /** Lets go of the result, here and at the engine. Never rejects. */
  async close(): Promise<void> {
    if (this.#followed.close() && this.#id !== null) await this.#letGo(this.#id)
  }

  /** Rows of the result. Rejects as the contract does. */
  async page(start: number, count: number): Promise<Page> {
    if (this.#id === null) return { start, rows: [] }
    return this.#client.page({ id: this.#id, start, count })
  }

  #watch(id: string): Promise<void> {
    return this.#followed.follow(
      (after, signal) => this.#client.watch({ id, after }, { signal }),
      () => this.isActive,
    )
  }

  async #cancel(id: string): Promise<void> {
    const isHeard = await this.#followed.tell(() => this.#client.cancel({ id }))
    // It can be pressed again.
    if (!isHeard) this.#isCancelling = false
  }

  async #letGo(id: string): Promise<void> {
    try {
      await this.#client.close({ id })
    } catch (error) {
      // A result that cannot be closed ends with the engine's own bound.
      this.#followed.fail(error)
    }
  }
}
