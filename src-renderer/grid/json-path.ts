/** Paths into JSON documents, as the engine reads them: `$.a['b c'][0]`. Pure. */

const plainName = /^[\p{L}_$][\p{L}\p{N}_$-]*$/u

/** The path one level further in; `name` is a member's name or an item's index. */
export function childPath(path: string, name: string | number): string {
  if (typeof name === 'number') return `${path}[${String(name)}]`
  if (plainName.test(name)) return `${path}.${name}`
  const escaped = name.replaceAll('\\', '\\\\').replaceAll("'", "\\'")
  return `${path}['${escaped}']`
}

/** The path of a child as JsonTree names it: a key with its quotes, or null for items. */
export function pathOfChild(path: string, key: string | null, index: number): string {
  if (key === null) return childPath(path, index)
  const name: unknown = JSON.parse(key)
  return childPath(path, typeof name === 'string' ? name : key)
}
