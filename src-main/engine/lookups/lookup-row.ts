/** One row of a lookup file before it is typed, whatever the file's format. */
import type { Column } from '../../workspace/model.ts'
import { convertJson } from '../../columns/convert-json.ts'
import { convertText } from '../../columns/convert-text.ts'
import { isJsonObject } from '../../columns/exact-json.ts'
import type { Misfit, SqlValue } from '../../columns/values.ts'

/** A row of a lookup file is refused where it is larger; mostly it is a quote or bracket that is not closed. */
export const largestRowBytes = 8 * 1024 * 1024
/** A JSON array is held whole while it is read; CSV and NDJSON are streamed and have no bound. */
export const largestJsonBytes = 256 * 1024 * 1024

/** A row with the means to take typed values out of it. */
export interface LookupRow {
  /** Line of the file where the row begins, from 1. */
  readonly line: number
  /** Top-level names with their values; null for NULL. */
  entries(): Iterable<readonly [string, unknown]>
  /** The value for a column, or null where it is absent or NULL. */
  value(column: Column): unknown
  /** @param value of this row, not null */
  convert(column: Column, value: unknown): SqlValue | Misfit
  /** The value as the file has it, for messages. */
  show(value: unknown): string
}

/** A row of a CSV file; cells stand in the order of the header. */
export class CsvRow implements LookupRow {
  readonly line: number
  readonly #header: readonly string[]
  readonly #cells: readonly (string | null)[]

  constructor(line: number, header: readonly string[], cells: readonly (string | null)[]) {
    this.line = line
    this.#header = header
    this.#cells = cells
  }

  entries(): Iterable<readonly [string, unknown]> {
    return this.#header.map((name, index) => [name, this.#cells[index] ?? null] as const)
  }

  value(column: Column): unknown {
    const index = this.#header.indexOf(String(column.path[0]))
    return this.#cells[index] ?? null
  }

  convert(column: Column, value: unknown): SqlValue | Misfit {
    return convertText(column, String(value))
  }

  show(value: unknown): string {
    return String(value)
  }
}

/** An object of a JSON or NDJSON file. */
export class JsonRow implements LookupRow {
  readonly line: number
  readonly #record: Readonly<Record<string, unknown>>

  constructor(line: number, record: Readonly<Record<string, unknown>>) {
    this.line = line
    this.#record = record
  }

  entries(): Iterable<readonly [string, unknown]> {
    return Object.entries(this.#record)
  }

  value(column: Column): unknown {
    let value: unknown = this.#record
    for (const segment of column.path) {
      if (typeof segment === 'number') value = Array.isArray(value) ? value[segment] : null
      else value = isJsonObject(value) && Object.hasOwn(value, segment) ? value[segment] : null
    }
    return value ?? null
  }

  convert(column: Column, value: unknown): SqlValue | Misfit {
    return convertJson(column, value)
  }

  show(value: unknown): string {
    return JSON.stringify(value)
  }
}
