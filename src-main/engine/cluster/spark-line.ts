/** Values of the last 60 slots of time as a ring: what small charts show. A slot without a value is a gap. Pure. */

const slots = 60

export class SparkLine {
  readonly #values = new Float64Array(slots).fill(Number.NaN)
  readonly #slotMs: number
  /** Newest slot that was written; -1 before the first one. */
  #newest = -1

  constructor(slotMs: number) {
    this.#slotMs = slotMs
  }

  /** Sets the slots from after `fromMs` until `toMs` to a value, NaN for a gap; at least the one of `toMs`. */
  add(fromMs: number, toMs: number, value: number): void {
    const last = Math.floor(toMs / this.#slotMs)
    const first = Math.min(last, Math.floor(fromMs / this.#slotMs) + 1)
    this.#forgetUntil(Math.max(first, last - slots + 1))
    for (let slot = Math.max(first, last - slots + 1); slot <= last; slot++)
      this.#values[slot % slots] = value
    this.#newest = Math.max(this.#newest, last)
  }

  /** Oldest first, up to the slot that holds `nowMs`, or the newest one where it has not been written yet. */
  read(nowMs: number): (number | null)[] {
    const current = Math.floor(nowMs / this.#slotMs)
    const end = current - this.#newest === 1 ? this.#newest : current
    return Array.from({ length: slots }, (_, index) => {
      const slot = end - slots + 1 + index
      const isKept = slot <= this.#newest && slot > this.#newest - slots && slot >= 0
      const value = isKept ? (this.#values[slot % slots] ?? Number.NaN) : Number.NaN
      return Number.isNaN(value) ? null : value
    })
  }

  /** Slots between the newest one and `slot` were not measured. */
  #forgetUntil(slot: number): void {
    const from = Math.max(this.#newest + 1, slot - slots)
    for (let gap = from; gap < slot; gap++) this.#values[gap % slots] = Number.NaN
  }
}
