/** Windows in a time zone: where they begin although days have 23 or 25 hours. Pure; store thread. */
import { originMs } from './window-sql.ts'
import { ZoneOffsets } from './zone-offsets.ts'

const hourMs = 3_600_000
const dayMs = 86_400_000

export class ZoneTime {
  readonly #offsets: ZoneOffsets

  /** @param zone IANA name. @throws RangeError where it is unknown */
  constructor(zone: string) {
    this.#offsets = new ZoneOffsets(zone)
  }

  /**
   * Start of the window of `everyMs` that holds an instant. Windows that divide an hour are cut at the offset of the
   * instant, so that the hour that comes twice has windows of its own each time, and end where the offset changes; longer
   * ones begin at local times.
   */
  windowStart(atMs: number, everyMs: number): number {
    if (hourMs % everyMs === 0) return this.#startOfShort(atMs, everyMs)
    const local = atMs + this.#offsets.at(atMs)
    return this.#instant(local - modulo(local - originMs(everyMs), everyMs))
  }

  /** Start of the window that begins `steps` windows after the one that begins at `startMs`. */
  shift(startMs: number, steps: number, everyMs: number): number {
    if (hourMs % everyMs === 0) return this.#shiftShort(startMs, steps, everyMs)
    const local = startMs + this.#offsets.at(startMs)
    // A window may begin later than its local time where that does not exist; its label is the time before.
    const label = local - modulo(local - originMs(everyMs), everyMs)
    return this.#instant(label + steps * everyMs)
  }

  /**
   * Start of the window that begins `steps` windows before the one that begins at `startMs`; null where the clock leaves out
   * all of it, as where a zone crosses the date line.
   */
  earlier(startMs: number, steps: number, everyMs: number): number | null {
    const start = this.shift(startMs, -steps, everyMs)
    if (steps === 0 || hourMs % everyMs === 0) return start
    return this.shift(startMs, 1 - steps, everyMs) === start ? null : start
  }

  #startOfShort(atMs: number, everyMs: number): number {
    const steady = this.#offsets.steadyAt(atMs)
    if (!Number.isNaN(steady)) return atMs - modulo(atMs + steady, everyMs)
    const offset = this.#offsets.at(atMs)
    const start = atMs - modulo(atMs + offset, everyMs)
    return this.#offsets.at(start) === offset ? start : this.#offsets.changeIn(start, atMs)
  }

  /** Arithmetic, unless a window on the way is cut short because the offset changes inside of it. */
  #shiftShort(startMs: number, steps: number, everyMs: number): number {
    const offset = this.#offsets.at(startMs)
    const isWhole = modulo(startMs + offset, everyMs) === 0
    const target = startMs + steps * everyMs
    if (isWhole) {
      const other = this.#offsets.at(target)
      if (other === offset) return target
      const change = this.#offsets.changeIn(Math.min(startMs, target), Math.max(startMs, target))
      if (modulo(change + offset, everyMs) === 0 && modulo(change + other, everyMs) === 0) return target
    }
    let start = startMs
    for (let step = 0; step < Math.abs(steps); step++) {
      start = steps < 0 ? this.windowStart(start - 1, everyMs) : this.#endOfShort(start, everyMs)
    }
    return start
  }

  #endOfShort(startMs: number, everyMs: number): number {
    const offset = this.#offsets.at(startMs)
    const end = startMs + everyMs - modulo(startMs + offset, everyMs)
    return this.#offsets.at(end) === offset ? end : this.#offsets.changeIn(startMs, end)
  }

  /** First instant at which the local clock shows this time or, where it skips it, a later one: when it goes on. */
  #instant(localMs: number): number {
    const before = this.#offsets.at(localMs - dayMs)
    const after = this.#offsets.at(localMs + dayMs)
    for (const offset of before >= after ? [before, after] : [after, before]) {
      const candidate = localMs - offset
      if (this.#offsets.at(candidate) === offset) return candidate
    }
    return this.#offsets.changeIn(localMs - Math.max(before, after), localMs - Math.min(before, after))
  }
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by
}
