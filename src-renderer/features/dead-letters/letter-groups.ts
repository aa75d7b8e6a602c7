/** Groups of dead letters: what tells one from another, how it is asked for and written into an address. Pure. */
import type { DeadLetterGroup } from '#contract/dead-letters.ts'

/** What a group's letters share and an address can hold; the reason tells kinds apart within it. */
export interface GroupChoice {
  source: string
  table: string
  step: string
  column: string
  /** A reason of the group when it was chosen. */
  reason: string
}

/** Unique among the groups of one answer, and the same in the next. */
export function groupKey({ source, table, step, column, firstAt }: DeadLetterGroup): string {
  return JSON.stringify([source, table, step, column, firstAt])
}

/** Groups in the order in which they stand already, new ones at the end: what is being read or aimed at stays in its place. */
export function inKnownOrder(
  groups: readonly DeadLetterGroup[],
  shown: readonly DeadLetterGroup[],
): DeadLetterGroup[] {
  const places = new Map(shown.map((group, index) => [groupKey(group), index]))
  const placeOf = (group: DeadLetterGroup): number => places.get(groupKey(group)) ?? shown.length
  return groups.toSorted((left, right) => placeOf(left) - placeOf(right))
}

export function choiceOf({ source, table, step, column, reason }: DeadLetterGroup): GroupChoice {
  return { source, table, step, column, reason }
}

function isSamePlace(group: DeadLetterGroup, choice: GroupChoice): boolean {
  return (
    group.source === choice.source &&
    group.table === choice.table &&
    group.step === choice.step &&
    group.column === choice.column
  )
}

/** Letters and digits that two reasons of one kind share at their beginning or end: values differ, words do not. */
function likeness(left: string, right: string): number {
  const most = Math.min(left.length, right.length)
  let head = 0
  while (head < most && left[head] === right[head]) head++
  let tail = 0
  while (tail < most - head && left[left.length - 1 - tail] === right[right.length - 1 - tail]) tail++
  return head + tail
}

/** The group that was chosen, although its newest reason may be another by now; null where it is gone. */
export function findChosen(groups: readonly DeadLetterGroup[], choice: GroupChoice): DeadLetterGroup | null {
  const near = groups.filter((group) => isSamePlace(group, choice))
  return (
    near.find(({ reason }) => reason === choice.reason) ??
    near.toSorted((a, b) => likeness(b.reason, choice.reason) - likeness(a.reason, choice.reason))[0] ??
    null
  )
}

/** Where it failed, in words: "decode", or the table and its step. */
export function placeWords({ table, step }: { table: string; step: string }): string {
  return table === '' ? step : `${table} · ${step}`
}

/** The choice as parameters of an address; empty for all letters. */
export function choiceParams(choice: GroupChoice | null): Record<string, string> {
  return choice === null ? {} : { ...choice }
}

/** The choice that an address holds; null for all letters. */
export function choiceFrom(params: Readonly<Record<string, string>>): GroupChoice | null {
  const { source, step, table = '', column = '', reason = '' } = params
  return source === undefined || step === undefined ? null : { source, table, step, column, reason }
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** A statement over the same letters. */
export function lettersSql(choice: GroupChoice | null): string {
  const where =
    choice === null
      ? ''
      : `\nWHERE source = ${literal(choice.source)} AND table_name = ${literal(choice.table)}` +
        ` AND step = ${literal(choice.step)} AND column_name = ${literal(choice.column)}`
  return `SELECT at, topic, partition, "offset", step, column_name, reason, CAST(value AS TEXT) AS value\nFROM sys_dead_letters${where}\nORDER BY id DESC\nLIMIT 1000`
}
