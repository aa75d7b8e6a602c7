/** A lookup that comes from a file, as the readers of this folder take it. */
import type { Lookup, LookupFileInput } from '../../workspace/model.ts'

export type FileLookup = Omit<Lookup, 'input'> & Omit<LookupFileInput, 'kind'>

/** Null where the lookup is a topic. */
export function fileLookup({ input, ...rest }: Lookup): FileLookup | null {
  return input.kind === 'file' ? { ...rest, file: input.file, format: input.format } : null
}
