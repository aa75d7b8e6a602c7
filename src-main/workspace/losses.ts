/**
 * What going over from one version of a workspace to another would lose of what the store holds, or double in it, in words for
 * people. Pure. Sources go on from their positions, and tables keep their rows, so that only what is said here happens.
 */
import type { Rollup, Table, Workspace } from './model.ts'

/** Whether both have the same store, so that it can go on. */
export function hasSameStore(before: Workspace, after: Workspace): boolean {
  return before.file === after.file && before.store.mode === after.store.mode
}

/** What a store holds, by the names of its tables and rollups. */
export interface HeldByStore {
  tables: ReadonlyMap<string, HeldRelation>
  rollups: ReadonlyMap<string, HeldRelation>
  sizeBytes: number
}

/** Rows of a table, or groups of a rollup: those that are there, and how many were evicted. */
export interface HeldRelation {
  rows: number
  evicted: number
}

/**
 * @param held what is there to be lost; null where that is not known, and then all that could be lost is said
 * @returns one sentence per loss; empty where nothing is lost
 */
export function lossesOf(before: Workspace, after: Workspace, held: HeldByStore | null = null): string[] {
  if (!hasSameStore(before, after)) {
    const left =
      before.store.mode === 'memory' ? 'what it holds in memory is lost' : 'its file stays where it is'
    return [`the store goes over from ${before.store.mode} to ${after.store.mode} and begins empty; ${left}`]
  }
  return [
    ...sourceChanges(before, after, held),
    ...rollupLosses(before, after, held),
    ...retentionLosses(before, after, held),
    ...budgetLosses(before, after, held),
  ]
}

/** A source with another name begins anew, so that appended tables get what both read twice. */
function sourceChanges(before: Workspace, after: Workspace, held: HeldByStore | null): string[] {
  return after.tables.flatMap(({ name, source, key }) => {
    const earlier = before.tables.find((table) => table.name === name)
    if (earlier === undefined || earlier.source === source || key !== null) return []
    if (held !== null && rowsOf(held.tables, name) === 0) return []
    const [from, to] = [earlier.source, source]
    return [`table ${name} goes over from source ${from} to ${to}; records that both read are in it twice`]
  })
}

function rollupLosses(before: Workspace, after: Workspace, held: HeldByStore | null): string[] {
  const anew = new Set<string>()
  return before.rollups.flatMap((rollup) => {
    const { name, from } = rollup
    const next = after.rollups.find((candidate) => candidate.name === name)
    const isEmpty = held !== null && rowsOf(held.rollups, name) === 0
    if (next === undefined) return isEmpty ? [] : [`rollup ${name} is removed with all its windows`]
    // A rollup stands after the one that it is made from.
    if (isSameRollup(rollup, next) && !anew.has(from)) return []
    anew.add(name)
    if (isEmpty || (held !== null && isWhole(before, from, held))) return []
    const isOfRollup = after.rollups.some((other) => other.name === next.from)
    const rest = isOfRollup ? `what ${next.from} still holds` : 'the rows that its table still holds'
    return [`rollup ${name} is made anew, from ${rest}`]
  })
}

/** Positions in the file and names of measures do not count, and neither does how long windows are kept. */
function isSameRollup(one: Rollup, other: Rollup): boolean {
  const facts = ({ from, window, by, measures }: Rollup): string =>
    JSON.stringify([from, window, by, measures.map(({ sql }) => sql)])
  return facts(one) === facts(other)
}

/** Whether what a rollup was made from has evicted nothing, so that it can be made again as it was. */
function isWhole(before: Workspace, from: string, held: HeldByStore): boolean {
  const below = before.rollups.find(({ name }) => name === from)
  const relation = below === undefined ? held.tables.get(from) : held.rollups.get(from)
  return relation?.evicted === 0 && (below === undefined || isWhole(before, below.from, held))
}

function rowsOf(relations: ReadonlyMap<string, HeldRelation>, name: string): number {
  return relations.get(name)?.rows ?? 0
}

function retentionLosses(before: Workspace, after: Workspace, held: HeldByStore | null): string[] {
  const tables = after.tables.flatMap((table) => {
    const earlier = before.tables.find(({ name }) => name === table.name)
    const rows = held === null ? Infinity : rowsOf(held.tables, table.name)
    return earlier !== undefined && keepsLess(earlier, table, rows)
      ? [`table ${table.name} keeps less; its oldest rows go`]
      : []
  })
  const rollups = after.rollups.flatMap((rollup) => {
    const earlier = before.rollups.find(({ name }) => name === rollup.name)
    const isShorter = earlier !== undefined && isLess(earlier.retainAgeMs, rollup.retainAgeMs)
    return isShorter && (held === null || rowsOf(held.rollups, rollup.name) > 0)
      ? [`rollup ${rollup.name} keeps less; its oldest windows go`]
      : []
  })
  return [...tables, ...rollups]
}

/** @param rows that the table holds; how many bytes they take, and how old they are, is not looked at */
function keepsLess(before: Table, after: Table, rows: number): boolean {
  if (rows === 0) return false
  return (
    (isLess(before.retainRows, after.retainRows) && isLess(rows, after.retainRows)) ||
    isLess(before.retainBytes, after.retainBytes) ||
    isLess(before.retainAgeMs, after.retainAgeMs)
  )
}

function budgetLosses(before: Workspace, after: Workspace, held: HeldByStore | null): string[] {
  if (!isLess(before.store.budgetBytes, after.store.budgetBytes)) return []
  if (held !== null && !isLess(held.sizeBytes, after.store.budgetBytes)) return []
  return ['the budget of the store is smaller; the oldest rows of its largest table may go']
}

/** Null is without bound. */
function isLess(before: number | null, after: number | null): boolean {
  return after !== null && (before === null || after < before)
}
