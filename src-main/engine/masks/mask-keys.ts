/** Keys of hashes as the threads are given them. They hold secrets and are neither logged nor shown. */
import type { ErrorShape } from '#contract/errors.ts'

/** By source; a source that hashes nothing is in neither. */
export interface ResolvedMaskKeys {
  keys: ReadonlyMap<string, string>
  /** Why the others cannot be had. */
  faults: ReadonlyMap<string, ErrorShape>
}
