/** What planning a rollup gives: plain data, with all SQL that keeps it up to date. Types only. */
import type { ColumnType } from '#contract/workspace.ts'

/** A stored column that can be merged, and how. */
export interface StateColumn {
  column: string
  /** What is kept and how it is written, as a word with a version that grows when either changes. */
  kind: string
  /** SQLite type in a STRICT table. */
  sqlType: string
  /** Aggregate over rows of the table below. */
  fromRows: string
  /** Aggregate over states of finer groups; the column has its own name there. */
  fromStates: string
  /** What is stored (`s.`) and what comes (`excluded.`) as one. */
  merge: string
}

/** A value that no plain SQL can take from a sketch: stored beside it, renewed when the sketch was. */
export interface DerivedColumn {
  column: string
  sqlType: string
  /** Over state columns, by their bare names. */
  expression: string
}

export interface PlannedMeasure {
  name: string
  type: ColumnType | null
  /** Over state and derived columns, with SQLite's own functions only: any tool can read the view. */
  value: string
  /** Names of the state and derived columns that it needs. */
  columns: readonly string[]
  /** Aggregate of finer groups that is the same as merging them; null where only the measure itself can be merged. */
  combines: 'sum' | 'min' | 'max' | null
  /** How far off it may be, for people; null where it is exact. */
  errorBound: string | null
}

/** A column that groups are told apart by. */
export interface KeyColumn {
  /** In the state table. */
  column: string
  /** In the view. */
  name: string
  type: ColumnType | null
  /** SQL literal that stands for NULL, of a type that the column never has; null where there is no NULL. */
  absent: string | null
}

export interface RollupPlan {
  name: string
  /** Table or rollup that it is made from. */
  from: string
  /** Table that all of it comes from in the end. */
  table: string
  source: string
  isFromTable: boolean
  /** Milliseconds that a window covers; null without windows. */
  widthMs: number | null
  retainAgeMs: number | null
  keys: readonly KeyColumn[]
  states: readonly StateColumn[]
  derived: readonly DerivedColumn[]
  measures: readonly PlannedMeasure[]
  /** Columns of the table of states, in its order. */
  columns: readonly { name: string; sqlType: string }[]
  /** Changes when what is stored would have another meaning: see rollup-definition.ts. */
  definition: string
  /** The same in the form that stores of earlier versions have. */
  earlierDefinition: string
  sql: RollupSql
}

/** Names of tables are quoted and complete. Parameters: @first, @last (row numbers), @horizon (start of a window), @now. */
export interface RollupSql {
  createState: string
  /** Also where they are there already. */
  createDelta: readonly string[]
  createView: string
  clear: readonly string[]
  /** Rows of the table, or the delta of the rollup below, into the own delta; one after the other. */
  fill: readonly string[]
  /** All that the rollup below holds into the own delta; empty where it is made from a table. */
  fillFromStored: readonly string[]
  /** Groups of the delta that are not stored yet. */
  countNew: string
  merge: string
  /** Renews derived columns of the groups of the delta; null where there are none. */
  derive: string | null
  /** Rows that cannot be in a window; null where all can. */
  countUntimed: string | null
  /** Rows that belong to windows before @horizon; null without retention. */
  countMissed: string | null
  /** Removes windows before @horizon; null without retention. */
  evict: string | null
  /** Start of the window that the group after the first @groups is in. */
  nextStarts: string | null
  /** Newest start of a window that is not after @now; null without retention. */
  newestUntil: string | null
  /** Oldest and newest start of a window; null without windows. */
  bounds: string | null
}
