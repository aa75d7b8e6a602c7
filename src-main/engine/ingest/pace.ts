/** How fast a capture is replayed. Runs in the ingest thread; the clock is passed in. */

/** After a stall longer than this the pace does not try to make up for it. */
const longestCatchUpMs = 250

/** Clocks of producers may run so far ahead; times beyond are no times, as for the watermark. */
const aheadMs = 60_000

/** Spreads records evenly: `rate` records per second, handed out in portions as time passes. */
export class SteadyPace {
  readonly #rate: number
  /** Slow paces wait longer than a stall may last between two records. */
  readonly #longestMs: number
  #lastMs: number
  #credit = 0

  /** @param rate records per second, above 0 */
  constructor(rate: number, nowMs: number) {
    this.#rate = rate
    this.#longestMs = Math.max(longestCatchUpMs, 1000 / rate)
    this.#lastMs = nowMs
  }

  /** Records that may go now, at most `wanted`; they are taken. */
  take(wanted: number, nowMs: number): number {
    const elapsedMs = Math.min(this.#longestMs, Math.max(0, nowMs - this.#lastMs))
    this.#lastMs = nowMs
    const most = (this.#rate * this.#longestMs) / 1000
    this.#credit = Math.min(most, this.#credit + (elapsedMs * this.#rate) / 1000)
    const taken = Math.min(wanted, Math.floor(this.#credit))
    this.#credit -= taken
    return taken
  }

  /** Milliseconds until at least one more record may go. */
  waitMs(): number {
    return Math.max(1, ((1 - this.#credit) * 1000) / this.#rate)
  }
}

/** Keeps the distances of event times, divided by `factor`. */
export class OriginalPace {
  readonly #factor: number
  #startWallMs = Number.NaN
  #startEventMs = Number.NaN

  /** @param factor how many times faster than the original, above 0 */
  constructor(factor: number) {
    this.#factor = factor
  }

  /** Whether a record has said when it happened since the axis began. */
  get hasBegun(): boolean {
    return !Number.isNaN(this.#startEventMs)
  }

  /** Milliseconds to wait before a record of this event time; 0 for one without, one of the future, or one that is late. */
  waitMs(eventMs: number, nowMs: number): number {
    if (Number.isNaN(eventMs) || eventMs > nowMs + aheadMs) return 0
    if (Number.isNaN(this.#startEventMs)) {
      this.#startEventMs = eventMs
      this.#startWallMs = nowMs
    }
    return Math.max(0, this.#startWallMs + (eventMs - this.#startEventMs) / this.#factor - nowMs)
  }

  /** Starts the axis anew, as at the beginning of each pass. */
  restart(): void {
    this.#startEventMs = Number.NaN
  }

  /** Moves the axis by the length of a pause. */
  shift(ms: number): void {
    this.#startWallMs += ms
  }
}
