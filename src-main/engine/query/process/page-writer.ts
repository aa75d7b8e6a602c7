/**
 * Writes the rows of one result to its spool file, in pages. Blocks on purpose: a query process does nothing else.
 * A page counts only once it is reported, so that a process may die at any time.
 */
import type { Cell } from '#contract/cells.ts'
import fs from 'node:fs'
import path from 'node:path'
import { encodeCell } from '../encode-cell.ts'
import type { SqlValue } from '../../../columns/values.ts'
import type { PageEntry } from '../process-messages.ts'
import type { ProcessLimits } from '../query-limits.ts'
import { QueryFault } from './query-fault.ts'

/** One open spool file. */
export class PageWriter {
  /** Rows and encoded bytes so far, with those of the page that is being filled. */
  rows = 0
  bytes = 0

  readonly #limits: ProcessLimits
  readonly #file: string
  readonly #descriptor: number
  #written: PageEntry[] = []
  #fileBytes = 0
  #lines: string[] = []
  #lineBytes = 0
  #pages = 0

  /** @throws QueryFault where the file cannot be made */
  constructor(file: string, limits: ProcessLimits) {
    this.#limits = limits
    this.#file = file
    try {
      // The folder is there from the start of the pool; somebody who cleared the state folder has removed it.
      fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
      this.#descriptor = fs.openSync(file, 'wx', 0o600)
    } catch (error) {
      throw spoolFault(file, error)
    }
  }

  /**
   * Adds a row, and writes the page that is full with it.
   * @returns false where the row would exceed the bytes of a result; it is then left out
   */
  add(values: readonly SqlValue[]): boolean {
    const line = this.#encode(values)
    const bytes = Buffer.byteLength(line) + 1
    if (this.bytes + bytes > this.#limits.resultBytes) return false
    if (this.#lineBytes + bytes > this.#limits.pageBytes) this.flush()
    this.#lines.push(line)
    this.#lineBytes += bytes
    this.rows += 1
    this.bytes += bytes
    const pageRows = this.#pages === 0 ? this.#limits.firstPageRows : this.#limits.pageRows
    if (this.#lines.length >= pageRows) this.flush()
    return true
  }

  /** Writes the rows at hand as a page, however few. */
  flush(): void {
    if (this.#lines.length === 0) return
    const buffer = Buffer.from(`${this.#lines.join('\n')}\n`)
    try {
      for (let done = 0; done < buffer.length;) done += fs.writeSync(this.#descriptor, buffer, done)
    } catch (error) {
      throw spoolFault(this.#file, error)
    }
    this.#written.push({ rows: this.#lines.length, offset: this.#fileBytes, bytes: buffer.length })
    this.#fileBytes += buffer.length
    this.#lines = []
    this.#lineBytes = 0
    this.#pages += 1
  }

  /** Pages written since the last call. */
  takePages(): PageEntry[] {
    const pages = this.#written
    this.#written = []
    return pages
  }

  /** Closes the file. Rows that were not flushed are lost. */
  close(): void {
    fs.closeSync(this.#descriptor)
  }

  /** One row as a line of JSON that fits a page: where it does not, its cells are cut shorter, all alike. */
  #encode(values: readonly SqlValue[]): string {
    for (let mostBytes = this.#limits.cellBytes; ; mostBytes = Math.floor(mostBytes / 4)) {
      const cells: Cell[] = values.map((value) => encodeCell(value, mostBytes))
      const line = JSON.stringify(cells)
      if (mostBytes === 0 || Buffer.byteLength(line) < this.#limits.pageBytes) return line
    }
  }
}

function spoolFault(file: string, error: unknown): QueryFault {
  const folder = path.dirname(file)
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new QueryFault('QUERY_SIZE_LIMIT', `No space is left in ${folder} for the rows of this result.`)
  }
  const reason = error instanceof Error ? error.message : String(error)
  return new QueryFault('QUERY_SIZE_LIMIT', `The rows of this result cannot be kept in ${folder}: ${reason}.`)
}
