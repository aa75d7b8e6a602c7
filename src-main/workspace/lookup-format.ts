/** The format of a lookup file: as declared, or by its extension. A leaf. */
import type { LookupFileInput } from './model.ts'

type LookupFormat = LookupFileInput['format']

const byExtension: ReadonlyMap<string, LookupFormat> = new Map<string, LookupFormat>([
  ['csv', 'csv'],
  ['json', 'json'],
  ['ndjson', 'ndjson'],
  ['jsonl', 'ndjson'],
])

/** The declared format where it is one; otherwise the one that the extension says, or null. */
export function lookupFormat(file: string, declared: unknown): LookupFormat | null {
  for (const format of byExtension.values()) {
    if (declared === format) return format
  }
  const extension = /\.([A-Za-z0-9]+)$/.exec(file)?.[1]?.toLowerCase()
  return declared === undefined ? (byExtension.get(extension ?? '') ?? null) : null
}
