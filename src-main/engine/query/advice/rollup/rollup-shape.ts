/** A rollup told over the table that it comes from, also where it is made from another rollup. Pure. */
import type { Rollup } from '../../../../workspace/model.ts'
import { canonical, type NamedTable, type Word, wordsOf } from './sql-words.ts'

/** A column of a table with its declared type. */
export interface AnsweredColumn {
  name: string
  sqlType: string
}

/** A table of the workspace. */
export interface AnsweredTable {
  name: string
  columns: readonly AnsweredColumn[]
  /** How long rows are kept; null where age does not matter. */
  retainAgeMs: number | null
}

export interface RollupShape {
  name: string
  table: string
  /** Columns that groups are told apart by, as the table has them. */
  by: readonly string[]
  /** Null without windows. In zones other than UTC, expressions over the time cannot tell windows. */
  window: { on: string; everyMs: number; isUtc: boolean } | null
  /** Names of measures by what they are over rows of the table. */
  measures: ReadonlyMap<string, string>
  /** What people can select from it. */
  columns: readonly string[]
  /** It and the rollups that it is made from, the nearest to the table last. */
  chain: readonly string[]
  retainAgeMs: number | null
}

/** Shapes of all rollups over a table that hold each of its rows once: none with windows that overlap. */
export function rollupShapes(table: AnsweredTable, rollups: readonly Rollup[]): RollupShape[] {
  const shapes = new Map<string, RollupShape>()
  const named = { names: [table.name], columns: table.columns.map(({ name }) => name) }
  // In an order in which each one comes after what it is made from.
  for (const rollup of rollups) {
    const below = shapes.get(rollup.from) ?? null
    const isOver = rollup.from === table.name || below !== null
    if (!isOver || (rollup.window !== null && rollup.window.overMs !== null)) continue
    shapes.set(rollup.name, shapeOf(rollup, named, below))
  }
  return [...shapes.values()]
}

function shapeOf(rollup: Rollup, table: NamedTable, below: RollupShape | null): RollupShape {
  const { name, by, window, retainAgeMs, measures } = rollup
  const known = new Map(table.columns.map((column) => [column.toLowerCase(), column]))
  const on = below === null ? (window?.on ?? '') : (below.window?.on ?? '')
  return {
    name,
    table: table.names[0] ?? '',
    by: by.map((column) => known.get(column.toLowerCase()) ?? column),
    window:
      window === null
        ? null
        : { on: known.get(on.toLowerCase()) ?? on, everyMs: window.everyMs, isUtc: isUtc(window.zone) },
    measures: new Map(
      measures.flatMap((measure) => {
        const text =
          below === null ? canonicalMeasure(wordsOf(measure.sql, table)) : textBelow(measure.sql, below)
        return text === null ? [] : [[text, measure.name]]
      }),
    ),
    columns: [
      ...(window === null ? [] : ['window_start', 'window_end']),
      ...by,
      ...measures.map((measure) => measure.name),
    ],
    chain: [name, ...(below?.chain ?? [])],
    retainAgeMs: shortest(retainAgeMs, below?.retainAgeMs ?? null),
  }
}

function isUtc(zone: string | null): boolean {
  return zone === null || ['UTC', 'ETC/UTC', 'GMT', 'ETC/GMT'].includes(zone.toUpperCase())
}

/** What it is made from keeps it from holding what was gone when it was made. */
function shortest(own: number | null, below: number | null): number | null {
  if (own === null || below === null) return own ?? below
  return Math.min(own, below)
}

const combines: Readonly<Record<string, readonly string[]>> = {
  SUM: ['COUNT', 'SUM'],
  MIN: ['MIN'],
  MAX: ['MAX'],
}

/** A measure of a rollup of rollups names one of those below, or merges it by the aggregate that is the same. */
function textBelow(sql: string, below: RollupShape): string | null {
  const words = wordsOf(sql, { names: [], columns: [...below.measures.values()] })
  const textOfMeasure = (name: string): string | null =>
    [...below.measures].find(([, measure]) => measure === name)?.[0] ?? null
  const [first, , third] = words
  if (words.length === 1 && first?.kind === 'column') return textOfMeasure(first.text)
  if (words.length !== 4 || third?.kind !== 'column') return null
  const text = textOfMeasure(third.text)
  const isSame =
    text !== null && (combines[first?.text ?? ''] ?? []).some((name) => text.startsWith(`${name} (`))
  return isSame ? text : null
}

/** Text of an aggregate with its filter. Every row counts, whatever number is counted. */
export function canonicalMeasure(words: readonly Word[]): string {
  return canonical(words).replace(/^COUNT \( \d+ \)/u, 'COUNT ( * )')
}
