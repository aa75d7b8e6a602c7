/** What only the whole file can tell about rollups: what they are made from, circles, names of their columns. */
import type { ProblemDraft } from './problem-draft.ts'
import { valueAt } from './issues.ts'
import { rawEntries, rawText, type RawEntry } from './raw-file.ts'
import { suggest } from './suggest.ts'

/** Columns that each rollup with windows has. */
const windowColumns = ['window_start', 'window_end']

/** Problems of all rollups, in the order of the file. */
export function checkRollups(data: unknown): ProblemDraft[] {
  const rollups = rawEntries(data, ['rollups'])
  return rollups.flatMap((rollup) => [...checkFrom(data, rollups, rollup), ...checkColumns(rollup)])
}

function checkFrom(data: unknown, rollups: readonly RawEntry[], rollup: RawEntry): ProblemDraft[] {
  const from = rawText(rollup.value, 'from')
  if (from === null) return []
  const place = { path: [...rollup.path, 'from'], at: 'value' } as const
  const tables = rawEntries(data, ['tables']).map(({ name }) => name)
  const names = [...tables, ...rollups.map(({ name }) => name)]
  if (!names.includes(from)) {
    const others = names.filter((name) => name !== rollup.name)
    const near = suggest(from, others)
    const known =
      others.length === 0 ? 'declare a table first' : `there are ${others.slice(0, 20).join(', ')}`
    const message = `there is no table or rollup ${JSON.stringify(from)}`
    return [{ ...place, message, hint: near === null ? known : `write "${near}"` }]
  }
  if (!isCircle(rollup.name, rollups)) return []
  return [{ ...place, message: `${rollup.name} is made from itself`, hint: 'begin with a table' }]
}

function isCircle(name: string, rollups: readonly RawEntry[]): boolean {
  const seen = new Set<string>()
  let at: string | null = name
  while (at !== null && !seen.has(at)) {
    seen.add(at)
    const next: RawEntry | undefined = rollups.find((rollup) => rollup.name === at)
    at = next === undefined ? null : rawText(next.value, 'from')
  }
  return at === name
}

/** Group columns, measures and the window's own columns must not have the same names. */
function checkColumns({ value, path }: RawEntry): ProblemDraft[] {
  const taken = new Map<string, string>()
  if (valueAt(value, ['window']) !== undefined)
    for (const name of windowColumns) taken.set(name, 'window column')
  const problems: ProblemDraft[] = []
  const given = valueAt(value, ['by'])
  const by: unknown[] = Array.isArray(given) ? given : typeof given === 'string' ? [given] : []
  by.forEach((name, index) => {
    if (typeof name !== 'string') return
    const place = Array.isArray(given) ? [...path, 'by', index] : [...path, 'by']
    problems.push(...checkTaken(name, 'column', taken, { path: place, at: 'value' }))
  })
  for (const measure of rawEntries(value, ['measures'])) {
    const place = [...path, 'measures', measure.name]
    problems.push(...checkTaken(measure.name, 'measure', taken, { path: place, at: 'key' }))
  }
  return problems
}

function checkTaken(
  name: string,
  what: string,
  taken: Map<string, string>,
  place: Pick<ProblemDraft, 'path' | 'at'>,
): ProblemDraft[] {
  const owner = taken.get(name.toLowerCase())
  taken.set(name.toLowerCase(), what)
  if (owner === undefined) return []
  const message = `${JSON.stringify(name)} is already the name of a ${owner} of this rollup`
  return [{ ...place, message, hint: 'choose another name' }]
}
