/**
 * Where the fields of the messages that are open lie in the bytes: lists of places by field, in one array that serves all
 * depths, so that a message costs no object.
 */

/** Numbers of one place: start, end, wire type, next. */
const placeFields = 4
/** An array larger than this is not kept for the next value. */
const mostKept = 1024 * 1024

export class FieldEntries {
  #data = new Int32Array(1024)
  #top = 0

  clear(): void {
    if (this.#data.length > mostKept) this.#data = new Int32Array(1024)
    this.#top = 0
  }

  /** Begins a message with so many fields; returns what {@link close} and the others want. */
  open(fields: number): number {
    const base = this.#top
    this.#reserve(fields * 2)
    this.#data.fill(-1, base, base + fields * 2)
    this.#top += fields * 2
    return base
  }

  close(base: number): void {
    this.#top = base
  }

  add(base: number, field: number, place: { start: number; end: number; wire: number }): void {
    this.#reserve(placeFields)
    const data = this.#data
    const entry = this.#top
    this.#top += placeFields
    data[entry] = place.start
    data[entry + 1] = place.end
    data[entry + 2] = place.wire
    data[entry + 3] = -1
    const head = base + field * 2
    const last = data[head + 1] ?? -1
    if (last < 0) data[head] = entry
    else data[last + 3] = entry
    data[head + 1] = entry
  }

  /** Forgets the places of a field. */
  drop(base: number, field: number): void {
    this.#data[base + field * 2] = -1
    this.#data[base + field * 2 + 1] = -1
  }

  /** First and last place of a field, -1 where there is none. */
  first(base: number, field: number): number {
    return this.#data[base + field * 2] ?? -1
  }

  last(base: number, field: number): number {
    return this.#data[base + field * 2 + 1] ?? -1
  }

  start(entry: number): number {
    return this.#data[entry] ?? 0
  }

  end(entry: number): number {
    return this.#data[entry + 1] ?? 0
  }

  wire(entry: number): number {
    return this.#data[entry + 2] ?? 0
  }

  next(entry: number): number {
    return this.#data[entry + 3] ?? -1
  }

  #reserve(size: number): void {
    if (this.#top + size <= this.#data.length) return
    const grown = new Int32Array(this.#data.length * 2 + size)
    grown.set(this.#data)
    this.#data = grown
  }
}
