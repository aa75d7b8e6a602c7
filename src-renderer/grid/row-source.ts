/**
 * Rows of one result, pulled in blocks and kept while they are near. The grid asks here; a block that was whole is never
 * asked for twice while it is kept, so a result that still grows only costs its last block.
 */
import type { Cell } from '#contract/cells.ts'
import type { Page } from '#contract/query.ts'

/** Gives rows from `start` on, at most `count`; fewer where bytes bound a page. */
export type FetchPage = (start: number, count: number) => Promise<Page>

/** Rows of a block: what the grid asks for at once. */
export const blockRows = 100
const keptBlocks = 80

/** Blocks of rows, the newest used kept. */
export class RowSource {
  readonly #fetchPage: FetchPage
  readonly #blocks = new Map<number, Promise<Cell[][]>>()

  constructor(fetchPage: FetchPage) {
    this.#fetchPage = fetchPage
  }

  /** Forgets every row: they have moved, or changed. */
  clear(): void {
    this.#blocks.clear()
  }

  /** Rows `start` to `end` (exclusive), or as many as there are. Rejects as the pages do. */
  async rows(start: number, end: number): Promise<Cell[][]> {
    const rows: Cell[][] = []
    for (let at = start; at < end;) {
      const block = Math.floor(at / blockRows)
      const held = await this.#block(block)
      const from = at - block * blockRows
      const part = held.slice(from, from + end - at)
      if (part.length === 0) break
      rows.push(...part)
      at += part.length
      if (held.length < blockRows) break
    }
    return rows
  }

  #block(index: number): Promise<Cell[][]> {
    const known = this.#blocks.get(index)
    this.#blocks.delete(index)
    const block = known ?? this.#load(index)
    this.#blocks.set(index, block)
    const [oldest] = this.#blocks.keys()
    if (this.#blocks.size > keptBlocks && oldest !== undefined) this.#blocks.delete(oldest)
    return block
  }

  #load(index: number): Promise<Cell[][]> {
    const drop = (): void => {
      // A newer reading of the same block stays.
      if (this.#blocks.get(index) === block) this.#blocks.delete(index)
    }
    const block = this.#fill(index * blockRows)
    block.then((rows) => {
      if (rows.length < blockRows) drop()
    }, drop)
    return block
  }

  async #fill(start: number): Promise<Cell[][]> {
    const rows: Cell[][] = []
    while (rows.length < blockRows) {
      const page = await this.#fetchPage(start + rows.length, blockRows - rows.length)
      if (page.rows.length === 0) break
      rows.push(...page.rows)
    }
    return rows
  }
}
