/**
 * Reading penstock.yaml's values before they are known to have the right form, so that checks across entries can speak
 * although some entry has a fault of its own. Used by checks.ts.
 */
import { valueAt } from './issues.ts'
import type { FilePath } from './problem-draft.ts'

/** An entry of a map or list, with its path. */
export interface RawEntry {
  name: string
  value: unknown
  path: FilePath
}

/** The entries of the map at a path, in the order of the file; none where there is no map. */
export function rawEntries(data: unknown, path: FilePath): RawEntry[] {
  const value = valueAt(data, path)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return []
  return Object.entries(value).map(([name, inner]: [string, unknown]) => ({
    name,
    value: inner,
    path: [...path, name],
  }))
}

/** The entries of the list at a path; `name` is their own key `name`, or empty. */
export function rawList(data: unknown, path: FilePath): RawEntry[] {
  const value = valueAt(data, path)
  if (!Array.isArray(value)) return []
  return value.map((inner: unknown, index) => ({
    name: rawText(inner, 'name') ?? '',
    value: inner,
    path: [...path, index],
  }))
}

/** The text under a key of a map, or null where it is absent or something else. */
export function rawText(value: unknown, key: string): string | null {
  const text = valueAt(value, [key])
  return typeof text === 'string' ? text : null
}
