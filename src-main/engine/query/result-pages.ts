/** Reads pages of one result from its spool file, never the whole of it. Lives in the main process; never blocks. */
import type { Cell } from '#contract/cells.ts'
import { AppError } from '#contract/errors.ts'
import type { Page } from '#contract/query.ts'
import { open, rm } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import type { PageEntry } from './process-messages.ts'

interface IndexedPage extends PageEntry {
  /** Number of its first row. */
  start: number
}

/** The index of a spool file, which grows while the statement runs. */
export class ResultPages {
  readonly #file: string
  readonly #pages: IndexedPage[] = []
  rows = 0
  bytes = 0

  constructor(file: string) {
    this.#file = file
  }

  /** Pages that were written since. */
  append(pages: readonly PageEntry[]): void {
    for (const page of pages) {
      this.#pages.push({ ...page, start: this.rows })
      this.rows += page.rows
      this.bytes += page.bytes
    }
  }

  /**
   * Rows from `start`, at most `count`, and at least one where there is one; fewer where they exceed `mostBytes`.
   * @throws AppError RESULT_GONE where the file was removed
   */
  async read(start: number, count: number, mostBytes: number): Promise<Page> {
    const end = Math.min(start + count, this.rows)
    const rows: Cell[][] = []
    if (start >= end) return { start, rows }
    const file = await this.#open()
    try {
      let bytes = 0
      for (let index = this.#indexOf(start); start + rows.length < end; index += 1) {
        const page = this.#pages[index]
        if (page === undefined) break
        const lines = await readLines(file, page)
        for (const line of lines.slice(Math.max(0, start - page.start), end - page.start)) {
          bytes += Buffer.byteLength(line) + 1
          if (rows.length > 0 && bytes > mostBytes) return { start, rows }
          rows.push(parseCells(line))
        }
      }
      return { start, rows }
    } finally {
      await file.close()
    }
  }

  /** Removes the file. */
  async remove(): Promise<void> {
    await rm(this.#file, { force: true })
  }

  async #open(): Promise<FileHandle> {
    try {
      return await open(this.#file)
    } catch (error) {
      throw new AppError('RESULT_GONE', `The rows of this result were removed from ${this.#file}.`, {
        cause: error,
      })
    }
  }

  /** Index of the page that holds a row. */
  #indexOf(row: number): number {
    let low = 0
    let high = this.#pages.length - 1
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((this.#pages[middle]?.start ?? 0) <= row) low = middle
      else high = middle - 1
    }
    return low
  }
}

async function readLines(file: FileHandle, page: PageEntry): Promise<string[]> {
  const buffer = Buffer.allocUnsafe(page.bytes)
  const { bytesRead } = await file.read(buffer, 0, page.bytes, page.offset)
  if (bytesRead < page.bytes) throw new AppError('RESULT_GONE', 'The file of this result was cut.')
  return buffer.toString('utf8', 0, page.bytes - 1).split('\n')
}

/** A line that encode-cell.ts made. */
function parseCells(line: string): Cell[] {
  return JSON.parse(line) as Cell[]
}
