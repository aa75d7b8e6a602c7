/** What steps are compiled to: for each step the statement that fills its temporary table. Plain data. */
import type { Column } from '../../workspace/model.ts'
import type { EventTimeRule } from '../batch/event-time.ts'
import type { PlannedColumn, TableShape } from '../batch/relations.ts'

export interface StepPlan {
  name: string
  /** The step's SQL as the workspace has it. */
  sql: string
  /** Relation whose rows count as rows in. */
  rowsFrom: string
  /** Whether rows that do not come out were filtered; false where the step groups. */
  filters: boolean
  columns: PlannedColumn[]
  /** Temporary table that holds the result; null for the last step where it lands straight. */
  temporary: string | null
  /** `INSERT ... SELECT`; parameters @topic and @ingestedAt. */
  insert: string
  /** The same into a temporary table, also where the step lands straight. */
  apart: { temporary: string; insert: string }
}

export interface TablePlan extends TableShape {
  steps: StepPlan[]
  /** Whether each row of the last step carries the place of the one record that it comes from. */
  hasCoordinates: boolean
  /** Columns of rows that are in the table, which are filled in instead of landing rows; null where rows land. */
  fills: readonly string[] | null
}

export interface SourcePlan {
  source: string
  topic: string
  columns: Column[]
  /** Null where the source has no event time. */
  eventTime: EventTimeRule | null
  /** Temporary table of decoded records. */
  input: string
  tables: TablePlan[]
}

/** Name of the temporary table that holds the decoded records of a batch. A slash cannot stand in a workspace's names. */
export function inputTable(source: string): string {
  return `${source}/input`
}
