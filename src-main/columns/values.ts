/** Values of typed columns as the store takes them. A leaf: used by ingest, lookups and the store. */

/** A value that SQLite can bind. 64-bit integers are bigint; booleans are 0n and 1n; timestamps are milliseconds. */
export type SqlValue = null | bigint | number | string | Uint8Array

/** A value that does not fit its column; `misfit` says why, for people. */
export interface Misfit {
  misfit: string
}

/** Whether a conversion failed. */
export function isMisfit(value: SqlValue | Misfit): value is Misfit {
  return typeof value === 'object' && value !== null && 'misfit' in value
}

/** A value as a reason may quote it: as JSON text, cut where it is long. */
export function quoteValue(value: string): string {
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value)
}
