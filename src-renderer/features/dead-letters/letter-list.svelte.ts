/**
 * Dead letters of one choice, newest first, read in pages. What is shown stays where it is: newer letters are counted and
 * come in when the person asks. Rune state of the Dead letters view.
 */
import type { DeadLetterSummary } from '#contract/dead-letters.ts'
import { type AppError, fromErrorShape, toErrorShape } from '#contract/errors.ts'
import type { PenstockClient } from '../../transport/client.ts'
import type { GroupChoice } from './letter-groups.ts'

/** Letters of a page, and the most that are counted as new. */
export const pageLetters = 100

type Client = Pick<PenstockClient, 'deadLetters'>

export class LetterList {
  readonly #client: Client
  #choice: GroupChoice | null = null
  #letters = $state.raw<readonly DeadLetterSummary[] | null>(null)
  #error = $state.raw<AppError | null>(null)
  #hasMore = $state(false)
  #isReading = $state(false)
  #newLetters = $state.raw<readonly DeadLetterSummary[]>([])
  #isNewCut = $state(false)
  #abort = new AbortController()

  constructor(client: Client) {
    this.#client = client
  }

  /** Null until the first page came. */
  get letters(): readonly DeadLetterSummary[] | null {
    return this.#letters
  }

  /** Why the last reading failed; what is shown stays. */
  get error(): AppError | null {
    return this.#error
  }

  /** True where there are older letters than those shown. */
  get hasMore(): boolean {
    return this.#hasMore
  }

  get isReading(): boolean {
    return this.#isReading
  }

  /** Newer letters than those shown; at most {@link pageLetters}, see {@link isNewCut}. */
  get newCount(): number {
    return this.#newLetters.length
  }

  /** True where there may be more new ones than were counted. */
  get isNewCut(): boolean {
    return this.#isNewCut
  }

  /** Shows the letters of another choice from the top. Never rejects. */
  async show(choice: GroupChoice | null): Promise<void> {
    this.#choice = choice
    this.#letters = null
    await this.reload()
  }

  /** Reads the newest page; the letters shown stay until it is here. Never rejects. */
  async reload(): Promise<void> {
    this.#abort.abort()
    this.#abort = new AbortController()
    await this.#read(null, (page) => {
      this.#letters = page
      this.#forgetNew()
    })
  }

  /** Reads older letters below those shown; does nothing while a page is under way. Never rejects. */
  async readMore(): Promise<void> {
    const last = this.#letters?.at(-1)
    if (last === undefined || !this.#hasMore || this.#isReading) return
    await this.#read(last.id, (page) => {
      this.#letters = [...(this.#letters ?? []), ...page]
    })
  }

  /** Looks for newer letters without moving anything; an empty list takes them in. Never rejects. */
  async look(): Promise<void> {
    if (this.#letters === null) return
    const { signal } = this.#abort
    const first = this.#letters[0]?.id ?? 0
    try {
      const page = await this.#page(null, signal)
      if (signal.aborted) return
      this.#error = null
      this.#newLetters = page.filter(({ id }) => id > first)
      this.#isNewCut = this.#newLetters.length === pageLetters
      if (this.#letters.length === 0) this.takeNew(page)
    } catch (error) {
      if (!signal.aborted) this.#error = fromErrorShape(toErrorShape(error))
    }
  }

  /** Puts the new letters on top; where they may not be all, the list begins anew with them. */
  takeNew(page: readonly DeadLetterSummary[] = this.#newLetters): void {
    const isWhole = !this.#isNewCut && this.#letters !== null
    if (!isWhole) this.#hasMore = page.length === pageLetters
    this.#letters = isWhole ? [...page, ...(this.#letters ?? [])] : page
    this.#forgetNew()
  }

  #forgetNew(): void {
    this.#newLetters = []
    this.#isNewCut = false
  }

  async #page(before: number | null, signal: AbortSignal): Promise<DeadLetterSummary[]> {
    const filter = this.#choice ?? {}
    const request = { ...filter, limit: pageLetters, ...(before === null ? {} : { before }) }
    return (await this.#client.deadLetters.list(request, { signal })).letters
  }

  async #read(before: number | null, take: (page: DeadLetterSummary[]) => void): Promise<void> {
    const { signal } = this.#abort
    this.#isReading = true
    try {
      const page = await this.#page(before, signal)
      if (signal.aborted) return
      take(page)
      this.#hasMore = page.length === pageLetters
      this.#error = null
    } catch (error) {
      if (signal.aborted) return
      this.#error = fromErrorShape(toErrorShape(error))
    }
    this.#isReading = false
  }
}
