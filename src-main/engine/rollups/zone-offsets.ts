/**
 * Offsets of a time zone, from the platform's zone data (Intl). Most quarters of an hour have one offset, which is remembered;
 * within the others each instant is looked up. Pure; store thread.
 */

const quarterMs = 900_000
/** Quarters remembered per zone; far more than a stream touches. */
const mostQuarters = 200_000
/** What dates can be. */
const mostMs = 8.64e15

export class ZoneOffsets {
  readonly #format: Intl.DateTimeFormat
  /** By quarter: its offset; NaN where it has more than one. */
  readonly #known = new Map<number, number>()
  /** By quarter: its offset, where that of the hour before is the same; else NaN. */
  readonly #steady = new Map<number, number>()
  #lastQuarter = Number.NaN
  #lastOffset = 0
  #lastSteadyQuarter = Number.NaN
  #lastSteady = Number.NaN
  #lastChange = { after: Number.NaN, offsetBefore: 0, offsetAfter: 0 }

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

  /** Local time minus UTC at an instant, milliseconds. */
  at(ms: number): number {
    const quarter = Math.floor(ms / quarterMs)
    if (quarter === this.#lastQuarter) return this.#lastOffset
    const offset = this.#known.get(quarter) ?? this.#learn(quarter)
    if (Number.isNaN(offset)) return this.#measure(ms)
    this.#lastQuarter = quarter
    this.#lastOffset = offset
    return offset
  }

  /** As {@link at}; NaN where the offset changes nearby, within the hour before or the quarter of an hour. */
  steadyAt(ms: number): number {
    const quarter = Math.floor(ms / quarterMs)
    if (quarter === this.#lastSteadyQuarter) return this.#lastSteady
    this.#lastSteady = this.#steady.get(quarter) ?? this.#learnSteady(quarter)
    this.#lastSteadyQuarter = quarter
    return this.#lastSteady
  }

  /** First instant with the later offset, of two instants whose offsets differ and between which it changes once. */
  changeIn(fromMs: number, toMs: number): number {
    const offsetBefore = this.at(fromMs)
    const offsetAfter = this.at(toMs)
    const last = this.#lastChange
    const isLast = fromMs < last.after && last.after <= toMs
    if (isLast && last.offsetBefore === offsetBefore && last.offsetAfter === offsetAfter) return last.after
    let [before, after] = [fromMs, toMs]
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2)
      if (this.at(middle) === offsetBefore) before = middle
      else after = middle
    }
    this.#lastChange = { after, offsetBefore, offsetAfter }
    return after
  }

  #learnSteady(quarter: number): number {
    const offset = this.#known.get(quarter) ?? this.#learn(quarter)
    const steady = this.at((quarter - 4) * quarterMs) === offset ? offset : Number.NaN
    if (this.#steady.size >= mostQuarters) this.#steady.clear()
    this.#steady.set(quarter, steady)
    return steady
  }

  #learn(quarter: number): number {
    const offset = this.#measure(quarter * quarterMs)
    const next = this.#measure((quarter + 1) * quarterMs)
    if (this.#known.size >= mostQuarters) this.#known.clear()
    const known = offset === next ? offset : Number.NaN
    this.#known.set(quarter, known)
    return known
  }

  #measure(ms: number): number {
    const atMs = Math.floor(Math.min(Math.max(ms, -mostMs), mostMs) / 1000) * 1000
    const parts = new Map(this.#format.formatToParts(atMs).map(({ type, value }) => [type, value]))
    const number = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type))
    const year = parts.get('era') === 'BC' ? 1 - number('year') : number('year')
    const date = new Date(0)
    date.setUTCFullYear(year, number('month') - 1, number('day'))
    date.setUTCHours(number('hour'), number('minute'), number('second'))
    return Number.isNaN(date.getTime()) ? 0 : date.getTime() - atMs
  }
}
