/** Maps of the rows that columns are filled into, made between batches before the first row is filled. Store thread only. */
import type { Database } from 'better-sqlite3'
import type { Offsets } from '../store/backfills.ts'
import type { BatchWriter } from '../store/batch-writer.ts'
import { dropOtherPlaces, RowPlaces } from '../store/row-places.ts'
import { isStoreFull } from '../store/store-full.ts'

/** While batches come, the maps take one turn in so many milliseconds. */
const betweenMs = 20
/** A piece is made as long as this, more or less. */
const pieceMs = 15
const leastRows = 1000
const mostRows = 100_000

export class BackfillPlaces {
  readonly #maps: ReadonlyMap<string, RowPlaces>
  readonly #waiting = new Set<() => void>()
  #rows = leastRows
  #timer: NodeJS.Timeout | null = null

  /** @param tables those that columns are filled into; see {@link RowPlaces} for `isKept` */
  constructor(database: Database, tables: readonly { name: string; isKept: boolean }[]) {
    dropOtherPlaces(database, new Set(tables.map(({ name }) => name)))
    this.#maps = new Map(tables.map(({ name, isKept }) => [name, new RowPlaces(database, name, isKept)]))
  }

  /** @param grown told when all maps are whole, where some were not */
  begin(writer: BatchWriter, grown: () => void): void {
    if (this.#unmade() !== undefined) this.#growSoon(writer, grown)
  }

  /** Whether all of these tables that have a map have a whole one. */
  areWhole(tables: readonly string[]): boolean {
    return tables.every((table) => this.#maps.get(table)?.isWhole !== false)
  }

  /** Resolves at once where these are whole, or else when all maps are, or when this has been stopped. */
  async whenWhole(tables: readonly string[]): Promise<void> {
    if (this.areWhole(tables)) return
    await new Promise<void>((resolve) => this.#waiting.add(resolve))
  }

  /** The first offset of each partition that rows of these tables came from. */
  firsts(tables: readonly string[]): Offsets {
    const firsts: Offsets = new Map()
    for (const table of tables) {
      for (const [topic, offsets] of this.#maps.get(table)?.firsts() ?? []) {
        const known = firsts.get(topic) ?? new Map<number, bigint>()
        for (const [partition, offset] of offsets) {
          const other = known.get(partition)
          known.set(partition, other === undefined || offset < other ? offset : other)
        }
        firsts.set(topic, known)
      }
    }
    return firsts
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#wake()
  }

  #unmade(): RowPlaces | undefined {
    return [...this.#maps.values()].find(({ isWhole }) => !isWhole)
  }

  #growSoon(writer: BatchWriter, grown: () => void): void {
    this.#timer = setTimeout(() => {
      this.#timer = null
      this.#grow(writer)
      if (this.#unmade() !== undefined) this.#growSoon(writer, grown)
      else {
        this.#wake()
        grown()
      }
    }, betweenMs)
  }

  #grow(writer: BatchWriter): void {
    const map = this.#unmade()
    if (map === undefined) return
    const begun = performance.now()
    try {
      const committed = writer.apart(() => map.grow(this.#rows))
      committed()
    } catch (error) {
      if (!isStoreFull(error)) throw error
      // The next batch meets the same and reports it; this goes on when there is room.
      return
    }
    const wanted = (this.#rows * pieceMs) / Math.max(1, performance.now() - begun)
    this.#rows = Math.round(Math.min(mostRows, 2 * this.#rows, Math.max(leastRows, wanted)))
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
  }
}
