/** How many rows the bounds on rows and on bytes leave a table. Pure. */
import type { TableShape } from '../batch/relations.ts'

/** @param rowBytes estimated bytes of a row; 0 while unknown. @returns null where there is no bound */
export function rowsWithin({ retainRows, retainBytes }: TableShape, rowBytes: number): number | null {
  const byBytes = retainBytes === null || rowBytes === 0 ? null : Math.floor(retainBytes / rowBytes)
  if (retainRows === null || byBytes === null) return retainRows ?? byBytes
  return Math.min(retainRows, byBytes)
}
