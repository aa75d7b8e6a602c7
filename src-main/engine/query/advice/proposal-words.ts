/** What an index is called in penstock.yaml, and why it may serve more than was measured. Pure. */
import type { AdvisedTable, AdvisedWorkspace } from './advised-workspace.ts'

/** A line for the table in penstock.yaml: the indexes that it has, and the one that is proposed. */
export function indexesYaml({ indexes }: Pick<AdvisedTable, 'indexes'>, columns: readonly string[]): string {
  const list = [...indexes, columns].map((names) =>
    names.length === 1 ? yamlName(names[0] ?? '') : `[${names.map(yamlName).join(', ')}]`,
  )
  return `indexes: [${list.join(', ')}]`
}

/** Words that YAML reads as something else than text. */
const yamlWords = new Set(['null', 'true', 'false', 'yes', 'no', 'on', 'off', '~'])

function yamlName(name: string): string {
  const isPlain = /^[A-Za-z_][\w-]*$/u.test(name) && !yamlWords.has(name.toLowerCase())
  return isPlain ? name : JSON.stringify(name)
}

/** A sentence where the index holds the event time; else empty. */
export function reasonFor(
  { name, eventTime, retainAgeMs }: AdvisedTable,
  { rollups }: AdvisedWorkspace,
  columns: readonly string[],
): string {
  const over = rollups.filter(({ from, window }) => from === name && window !== null)
  const time = columns.find(
    (column) => column === eventTime || over.some(({ window }) => window?.on === column),
  )
  if (time === undefined) return ''
  const by = over.filter(({ window }) => window?.on === time).map((rollup) => rollup.name)
  const uses = [
    ...(by.length === 0 ? [] : [`${by.join(', ')} ${by.length === 1 ? 'has' : 'have'} windows over it`]),
    ...(retainAgeMs === null ? [] : [`${name} keeps rows by their age`]),
  ]
  const why = uses.length === 0 ? '' : ` (${uses.join(', ')})`
  return `It also serves other ranges of the event time ${time}${why}.`
}
