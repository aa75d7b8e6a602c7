/**
 * The batches of one source, newest first. The list follows what is committed, and stands still while a person reads in
 * it: rows that run away cannot be clicked.
 */
import { type AppError, fromErrorShape, toErrorShape } from '#contract/errors.ts'
import type { BatchRow, BatchStepRow } from '#contract/statistics.ts'
import type { PenstockClient } from '../../transport/client.ts'
import { Polled } from '../../state/polled.svelte.ts'

const pageSize = 50
const everyMs = 1000

type Client = Pick<PenstockClient, 'statistics'>

export class BatchesState {
  readonly #client: Client
  readonly newest: Polled<BatchRow[]>
  #source = ''
  #held = $state.raw<readonly BatchRow[] | null>(null)
  #isTouched = $state(false)
  #isLoadingOlder = $state(false)
  #olderError = $state.raw<AppError | null>(null)
  #isAtEnd = $state(false)
  #expanded = $state.raw<ExpandedBatch | null>(null)

  constructor(client: Client) {
    this.#client = client
    this.newest = new Polled({ everyMs, load: (signal) => this.#loadNewest(signal) })
  }

  /** Rows to show; null before the first answer. */
  get rows(): readonly BatchRow[] | null {
    return this.#held ?? this.newest.data
  }

  get isHeld(): boolean {
    return this.#held !== null
  }

  /** Batches committed since the list stands still, by their ids. */
  get newerCount(): number {
    const shown = this.#held?.[0]?.id
    const newest = this.newest.data?.[0]?.id
    return shown === undefined || newest === undefined ? 0 : Math.max(0, newest - shown)
  }

  get isLoadingOlder(): boolean {
    return this.#isLoadingOlder
  }

  get olderError(): AppError | null {
    return this.#olderError
  }

  /** True when there is nothing older. */
  get isAtEnd(): boolean {
    return this.#isAtEnd
  }

  get expanded(): ExpandedBatch | null {
    return this.#expanded
  }

  /** Forgets what is shown and turns to another source. */
  open(source: string): void {
    this.#source = source
    this.newest.reset()
    this.follow()
  }

  start(): () => void {
    return this.newest.start()
  }

  /** Pointer or focus came into the list (true) or left it; it goes on by itself when nothing is opened in it. */
  touch(isTouched: boolean): void {
    this.#isTouched = isTouched
    if (isTouched) this.#hold()
    else this.#release()
  }

  /** Shows the newest again and goes on with them. */
  follow(): void {
    this.#expanded = null
    this.#held = null
    this.#isAtEnd = false
    this.#olderError = null
    if (this.#isTouched) this.#hold()
  }

  /** Opens a batch's steps, or closes them. */
  toggle(batchId: number): void {
    if (this.#expanded?.batchId === batchId) {
      this.#expanded = null
      return
    }
    this.#hold()
    const expanded = new ExpandedBatch(this.#client, batchId)
    this.#expanded = expanded
    void expanded.load()
  }

  /** Adds the batches before the last one shown. */
  async loadOlder(): Promise<void> {
    this.#hold()
    const rows = this.#held
    const last = rows?.at(-1)
    if (rows === null || last === undefined || this.#isLoadingOlder) return
    this.#isLoadingOlder = true
    this.#olderError = null
    try {
      const { batches } = await this.#client.statistics.batches({
        source: this.#source,
        before: last.id,
        limit: pageSize,
      })
      if (this.#held === rows) this.#held = [...rows, ...batches]
      this.#isAtEnd = batches.length < pageSize
    } catch (error) {
      this.#olderError = fromErrorShape(toErrorShape(error))
    }
    this.#isLoadingOlder = false
  }

  #hold(): void {
    this.#held ??= this.newest.data
  }

  #release(): void {
    const isPaged = (this.#held?.length ?? 0) > pageSize
    if (this.#expanded === null && !isPaged) this.#held = null
  }

  async #loadNewest(signal: AbortSignal): Promise<BatchRow[]> {
    const { batches } = await this.#client.statistics.batches(
      { source: this.#source, limit: pageSize },
      { signal },
    )
    return batches
  }
}

/** The steps of one batch. */
export class ExpandedBatch {
  readonly batchId: number
  readonly #client: Client
  #steps = $state.raw<readonly BatchStepRow[] | null>(null)
  #error = $state.raw<AppError | null>(null)

  constructor(client: Client, batchId: number) {
    this.#client = client
    this.batchId = batchId
  }

  get steps(): readonly BatchStepRow[] | null {
    return this.#steps
  }

  get error(): AppError | null {
    return this.#error
  }

  async load(): Promise<void> {
    this.#error = null
    try {
      const { steps } = await this.#client.statistics.batchSteps({ batchId: this.batchId })
      this.#steps = steps
    } catch (error) {
      this.#error = fromErrorShape(toErrorShape(error))
    }
  }
}
