/**
 * What going over from one version of a workspace to another would lose of what the store holds, in words for people. Pure.
 * Sources go on from their positions, and tables keep their rows, so that only what is said here is lost.
 */
import type { Rollup, Table, Workspace } from './model.ts'

/** Whether both have the same store, so that it can go on. */
export function hasSameStore(before: Workspace, after: Workspace): boolean {
  return before.file === after.file && before.store.mode === after.store.mode
}

/** @returns one sentence per loss; empty where nothing is lost */
export function lossesOf(before: Workspace, after: Workspace): string[] {
  if (!hasSameStore(before, after)) {
    const held =
      before.store.mode === 'memory' ? 'what it holds in memory is lost' : 'its file stays where it is'
    return [`the store goes over from ${before.store.mode} to ${after.store.mode} and begins empty; ${held}`]
  }
  return [...rollupLosses(before, after), ...retentionLosses(before, after), ...budgetLosses(before, after)]
}

function rollupLosses(before: Workspace, after: Workspace): string[] {
  const anew = new Set<string>()
  return before.rollups.flatMap((rollup) => {
    const { name, from } = rollup
    const next = after.rollups.find((candidate) => candidate.name === name)
    if (next === undefined) return [`rollup ${name} is removed with all its windows`]
    // A rollup stands after the one that it is made from.
    if (isSameRollup(rollup, next) && !anew.has(from)) return []
    anew.add(name)
    const isOfRollup = after.rollups.some((other) => other.name === next.from)
    const held = isOfRollup ? `what ${next.from} still holds` : 'the rows that its table still holds'
    return [`rollup ${name} is made anew, from ${held}`]
  })
}

/** Positions in the file do not count, and neither does how long windows are kept. */
function isSameRollup(one: Rollup, other: Rollup): boolean {
  const facts = ({ from, window, by, measures }: Rollup): string =>
    JSON.stringify([from, window, by, measures.map(({ name, sql }) => [name, sql])])
  return facts(one) === facts(other)
}

function retentionLosses(before: Workspace, after: Workspace): string[] {
  const tables = after.tables.flatMap((table) => {
    const earlier = before.tables.find(({ name }) => name === table.name)
    return earlier !== undefined && keepsLess(earlier, table)
      ? [`table ${table.name} keeps less; its oldest rows go`]
      : []
  })
  const rollups = after.rollups.flatMap((rollup) => {
    const earlier = before.rollups.find(({ name }) => name === rollup.name)
    const isShorter = earlier !== undefined && isLess(earlier.retainAgeMs, rollup.retainAgeMs)
    return isShorter ? [`rollup ${rollup.name} keeps less; its oldest windows go`] : []
  })
  return [...tables, ...rollups]
}

function keepsLess(before: Table, after: Table): boolean {
  return (
    isLess(before.retainRows, after.retainRows) ||
    isLess(before.retainBytes, after.retainBytes) ||
    isLess(before.retainAgeMs, after.retainAgeMs)
  )
}

function budgetLosses(before: Workspace, after: Workspace): string[] {
  if (!isLess(before.store.budgetBytes, after.store.budgetBytes)) return []
  return ['the budget of the store is smaller; the oldest rows of its largest table may go']
}

/** Null is without bound. */
function isLess(before: number | null, after: number | null): boolean {
  return after !== null && (before === null || after < before)
}
