/** Names for columns that a file names freely: valid in SQL without quotes, and each different from the others. */
import { checkName, longestName, validName } from './names.ts'

/**
 * A column name for each original name, in the same order. Names that are valid keep their spelling; of two that differ
 * in case only, the first does.
 */
export function columnNames(originals: readonly string[]): string[] {
  const taken = new Set<string>()
  const kept = originals.map((original) => {
    if (checkName(original, 'column') !== null || taken.has(original.toLowerCase())) return null
    taken.add(original.toLowerCase())
    return original
  })
  return originals.map((original, index) => kept[index] ?? freeName(validName(original, 'column'), taken))
}

function freeName(wanted: string, taken: Set<string>): string {
  let name = wanted
  for (let number = 2; taken.has(name.toLowerCase()); number++) {
    const suffix = `_${String(number)}`
    name = `${wanted.slice(0, longestName - suffix.length)}${suffix}`
  }
  taken.add(name.toLowerCase())
  return name
}
