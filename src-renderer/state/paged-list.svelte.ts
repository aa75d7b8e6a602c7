/**
 * A long list of which the engine gives pages: only the rows in sight, and some around them, are asked for, again and again.
 * Rows that move while a person points at them cannot be clicked, so that the order stands still meanwhile.
 */
import type { AppError } from '#contract/errors.ts'
import type { Clock } from '../transport/reconnecting-link.ts'
import { Polled } from './polled.svelte.ts'

/** One page: rows from `start`, how many there are in all, and what the engine says about the list itself. */
export interface ListPage<Row, About> {
  total: number
  rows: readonly Row[]
  about: About
}

export interface PageWindow {
  start: number
  count: number
}

interface Options<Request, Row, About> {
  load: (request: Request, window: PageWindow, signal: AbortSignal) => Promise<ListPage<Row, About>>
  /** Name of a row, the same in every page. */
  nameOf: (row: Row) => string
  everyMs?: number
  clock?: Clock
}

/** Rows asked for around those in sight, at each end. */
const around = 40
/** Most rows of one page; the contract's own bound. */
const mostRows = 500

interface Known<Row, About> extends Pick<ListPage<Row, About>, 'total' | 'about'> {
  rows: ReadonlyMap<number, Row>
}

/** The rows known so far, as rune state. */
export class PagedList<Request, Row, About> {
  readonly #options: Options<Request, Row, About>
  readonly #polled: Polled<true>
  #known = $state.raw<Known<Row, About> | null>(null)
  #request: Request | null = null
  #subject = ''
  #requestKey = ''
  #window: PageWindow = { start: 0, count: 2 * around }
  #isHeld = false
  /** Where the list was scrolled to, pixels; kept while it is not on screen. */
  scrollTop = $state(0)

  constructor(options: Options<Request, Row, About>) {
    this.#options = options
    this.#polled = new Polled({
      everyMs: options.everyMs ?? 1000,
      ...(options.clock === undefined ? {} : { clock: options.clock }),
      load: (signal) => this.#load(signal),
    })
  }

  /** Rows that match; null before the first answer. */
  get total(): number | null {
    return this.#known?.total ?? null
  }

  get about(): About | null {
    return this.#known?.about ?? null
  }

  /** Why the last call failed; rows that are known stay. */
  get error(): AppError | null {
    return this.#polled.error
  }

  /** The row at an index of the whole list; null where it is not known yet. */
  row(index: number): Row | null {
    return this.#known?.rows.get(index) ?? null
  }

  /**
   * Says what is listed. Rows of another subject are forgotten; those of another request stay until the first answer.
   * @param subject what the list is about, for example the name of the connection
   */
  open(subject: string, request: Request): void {
    const requestKey = JSON.stringify(request)
    if (subject === this.#subject && requestKey === this.#requestKey) return
    const isOther = subject !== this.#subject
    this.#subject = subject
    this.#request = request
    this.#requestKey = requestKey
    this.scrollTop = 0
    this.#window = { start: 0, count: 2 * around }
    if (!isOther) {
      this.#polled.refresh()
      return
    }
    this.#known = null
    this.#polled.reset()
  }

  start(): () => void {
    return this.#polled.start()
  }

  refresh(): void {
    this.#polled.refresh()
  }

  /** Says which rows are in sight; asks at once where some are not known. */
  show(first: number, count: number): void {
    const start = Math.max(0, first - around)
    this.#window = { start, count: Math.min(mostRows, first + count + around - start) }
    const known = this.#known
    if (known === null) return
    const end = Math.min(first + count, known.total)
    for (let index = first; index < end; index += 1) {
      if (known.rows.has(index)) continue
      this.#polled.refresh()
      return
    }
  }

  /** Pointer came into the list (true) or left it: rows keep their places meanwhile, their figures go on. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld
  }

  async #load(signal: AbortSignal): Promise<true> {
    const request = this.#request
    if (request === null) return true
    const window = this.#window
    const key = this.#requestKey
    const page = await this.#options.load(request, window, signal)
    if (!signal.aborted) this.#receive(page, window, key)
    return true
  }

  #receivedKey = ''

  #receive({ total, rows, about }: ListPage<Row, About>, { start }: PageWindow, key: string): void {
    const isSame = key === this.#receivedKey && this.#known !== null && this.#known.total === total
    this.#receivedKey = key
    const before = isSame ? (this.#known?.rows ?? new Map<number, Row>()) : new Map<number, Row>()
    const isKept = this.#isHeld && isSame && rows.some((_, index) => before.has(start + index))
    this.#known = {
      total,
      about,
      rows: isKept ? this.#renewed(before, rows, start) : merged(before, rows, start),
    }
  }

  /** New figures in the old places; places not known yet are filled. */
  #renewed(before: ReadonlyMap<number, Row>, rows: readonly Row[], start: number): Map<number, Row> {
    const { nameOf } = this.#options
    const newest = new Map(rows.map((row) => [nameOf(row), row]))
    const after = new Map<number, Row>()
    for (const [index, row] of before) after.set(index, newest.get(nameOf(row)) ?? row)
    for (const [offset, row] of rows.entries()) if (!after.has(start + offset)) after.set(start + offset, row)
    return after
  }
}

/** The page over what was known near it; what is far away is forgotten, so that it is never shown old. */
function merged<Row>(
  before: ReadonlyMap<number, Row>,
  rows: readonly Row[],
  start: number,
): Map<number, Row> {
  const after = new Map<number, Row>()
  for (const [index, row] of before) {
    if (index >= start - mostRows && index < start + rows.length + mostRows) after.set(index, row)
  }
  for (const [offset, row] of rows.entries()) after.set(start + offset, row)
  return after
}
