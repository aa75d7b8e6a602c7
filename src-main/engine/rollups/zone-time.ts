/**
 * Windows in a time zone: where they begin although days have 23 or 25 hours. Offsets come from the platform's zone data
 * (Intl) and are remembered by quarter of an hour, on which all changes fall. Pure; store thread.
 */
import { originMs } from './window-sql.ts'

const quarterMs = 900_000
const hourMs = 3_600_000
const dayMs = 86_400_000
/** Quarters remembered per zone; far more than a stream touches. */
const mostQuarters = 200_000

export class ZoneTime {
  readonly #format: Intl.DateTimeFormat
  readonly #offsets = new Map<number, number>()
  #lastQuarter = Number.NaN
  #lastOffset = 0

  /** @param zone IANA name. @throws RangeError where it is unknown */
  constructor(zone: string) {
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'gregory',
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    })
  }

  /**
   * Start of the window of `everyMs` that holds an instant. Windows that divide an hour are cut at the offset of the
   * instant, so that the hour that comes twice has windows of its own each time; longer ones begin at local times.
   */
  windowStart(atMs: number, everyMs: number): number {
    const local = atMs + this.#offset(atMs)
    if (hourMs % everyMs === 0) return atMs - modulo(local, everyMs)
    return this.#instant(local - modulo(local - originMs(everyMs), everyMs))
  }

  /** Start of the window that begins `steps` windows after the one that begins at `startMs`. */
  shift(startMs: number, steps: number, everyMs: number): number {
    if (hourMs % everyMs === 0) return startMs + steps * everyMs
    const local = startMs + this.#offset(startMs)
    // A window may begin later than its local time where that does not exist; its label is the time before.
    const label = local - modulo(local - originMs(everyMs), everyMs)
    return this.#instant(label + steps * everyMs)
  }

  /** First instant at which the local clock shows this time or, where it skips it, a later one. */
  #instant(localMs: number): number {
    const before = this.#offset(localMs - dayMs)
    const after = this.#offset(localMs + dayMs)
    for (const offset of before >= after ? [before, after] : [after, before]) {
      const candidate = localMs - offset
      if (this.#offset(candidate) === offset) return candidate
    }
    return localMs - before
  }

  /** Local time minus UTC, milliseconds. */
  #offset(atMs: number): number {
    const quarter = Math.floor(atMs / quarterMs)
    if (quarter === this.#lastQuarter) return this.#lastOffset
    const offset = this.#offsets.get(quarter) ?? this.#measure(quarter)
    this.#lastQuarter = quarter
    this.#lastOffset = offset
    return offset
  }

  #measure(quarter: number): number {
    const atMs = Math.min(Math.max(quarter * quarterMs, -8.64e15), 8.64e15)
    const parts = new Map(this.#format.formatToParts(atMs).map(({ type, value }) => [type, value]))
    const number = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type))
    const year = parts.get('era') === 'BC' ? 1 - number('year') : number('year')
    const date = new Date(0)
    date.setUTCFullYear(year, number('month') - 1, number('day'))
    date.setUTCHours(number('hour'), number('minute'), number('second'))
    const offset = Number.isNaN(date.getTime()) ? 0 : date.getTime() - atMs
    if (this.#offsets.size >= mostQuarters) this.#offsets.clear()
    this.#offsets.set(quarter, offset)
    return offset
  }
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by
}
