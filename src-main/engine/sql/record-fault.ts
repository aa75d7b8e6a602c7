/** Tells faults of the data from faults of the database. */

const recordCodes = /^SQLITE_(ERROR|CONSTRAINT|MISMATCH|TOOBIG|RANGE)/

/**
 * Whether an SQLite error is about the rows (overflow, malformed JSON, a value of the wrong type) and not about the disk,
 * memory or the connection. Only the first kind makes dead letters.
 */
export function isRecordFault(error: unknown): error is Error & { code: string } {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    recordCodes.test(error.code)
  )
}
