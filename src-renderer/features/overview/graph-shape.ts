/**
 * The stages of a workspace and how records go through them: source, decode, steps, table, rollups, with lookups and dead
 * letters beside. Follows from the declaration alone; figures are added by graph-figures. Pure.
 */
import type { WorkspaceView } from '#contract/workspace.ts'
import { tableOfRollup } from '../../state/rollups.ts'
import { relationsRead } from './sql-references.ts'

export type Stage =
  | { kind: 'source'; id: string; source: string }
  | { kind: 'decode'; id: string; source: string }
  | { kind: 'step'; id: string; table: string; source: string; step: string }
  | { kind: 'table'; id: string; table: string; source: string }
  | { kind: 'rollup'; id: string; rollup: string; from: string; table: string; source: string }
  | { kind: 'lookup'; id: string; lookup: string }
  | { kind: 'dead-letters'; id: string }

/** Records flow, lookup rows are read, or failed records leave. */
export interface StageLink {
  id: string
  from: string
  to: string
  kind: 'flow' | 'lookup' | 'dead'
}

export interface GraphShape {
  stages: Stage[]
  links: StageLink[]
}

export const deadLettersId = 'dead-letters'
export const sourceId = (source: string): string => `source:${source}`
export const decodeId = (source: string): string => `decode:${source}`
export const stepId = (table: string, step: string): string => `step:${table}:${step}`
export const tableId = (table: string): string => `table:${table}`
export const rollupId = (rollup: string): string => `rollup:${rollup}`
export const lookupId = (lookup: string): string => `lookup:${lookup}`

type Table = WorkspaceView['tables'][number]

/** Every stage once, in order of data flow; links where one reads the other. */
export function graphShape(workspace: WorkspaceView): GraphShape {
  const stages: Stage[] = []
  const links: StageLink[] = []
  for (const { name } of workspace.sources) {
    stages.push({ kind: 'source', id: sourceId(name), source: name })
    stages.push({ kind: 'decode', id: decodeId(name), source: name })
    links.push(link('flow', sourceId(name), decodeId(name)))
    links.push(link('dead', decodeId(name), deadLettersId))
  }
  for (const { name } of workspace.lookups) stages.push({ kind: 'lookup', id: lookupId(name), lookup: name })
  for (const table of workspace.tables) addTable(table, stages, links)
  for (const { name, from } of workspace.rollups) addRollup({ name, from }, workspace, { stages, links })
  stages.push({ kind: 'dead-letters', id: deadLettersId })
  return { stages, links }
}

function addTable(table: Table, stages: Stage[], links: StageLink[]): void {
  const { name, source } = table
  const unread = new Set(table.lookups)
  let previous = decodeId(source)
  for (const [index, step] of table.steps.entries()) {
    const id = stepId(name, step.name)
    const read = relationsRead(step.sql)
    stages.push({ kind: 'step', id, table: name, source, step: step.name })
    for (const from of inputsOf(table, index, read, previous)) links.push(link('flow', from, id))
    for (const lookup of table.lookups.filter((lookup) => read.has(lookup.toLowerCase()))) {
      links.push(link('lookup', lookupId(lookup), id))
      unread.delete(lookup)
    }
    links.push(link('dead', id, deadLettersId))
    previous = id
  }
  const first = table.steps[0]
  if (first !== undefined)
    for (const lookup of unread) links.push(link('lookup', lookupId(lookup), stepId(name, first.name)))
  stages.push({ kind: 'table', id: tableId(name), table: name, source })
  links.push(link('flow', previous, tableId(name)))
}

function addRollup(
  { name, from }: { name: string; from: string },
  workspace: WorkspaceView,
  { stages, links }: GraphShape,
): void {
  const table = workspace.tables.find((candidate) => candidate.name === tableOfRollup(name, workspace))
  if (table === undefined) return
  const origin = from === table.name ? tableId(from) : rollupId(from)
  stages.push({
    ...{ kind: 'rollup', id: rollupId(name), rollup: name },
    ...{ from: origin, table: table.name, source: table.source },
  })
  links.push(link('flow', origin, rollupId(name)))
}

/** `input` and the earlier steps that a step names; the one before it where it names none that is known. */
function inputsOf(table: Table, index: number, read: ReadonlySet<string>, previous: string): string[] {
  const inputs = table.steps
    .slice(0, index)
    .filter((earlier) => read.has(earlier.name.toLowerCase()))
    .map((earlier) => stepId(table.name, earlier.name))
  if (read.has('input')) inputs.unshift(decodeId(table.source))
  return inputs.length > 0 ? inputs : [previous]
}

function link(kind: StageLink['kind'], from: string, to: string): StageLink {
  return { id: `${kind}:${from}>${to}`, from, to, kind }
}
