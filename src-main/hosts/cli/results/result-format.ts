/** What the writers of results have in common. Pure; called by commands/query.ts for each page of rows. */
import type { Cell } from '#contract/cells.ts'
import type { ResultColumn } from '#contract/query.ts'

/** Turns a result into text, page by page. */
export interface ResultFormat {
  /** What comes before the rows. Called once, with the first rows where there are any. */
  head(columns: readonly ResultColumn[], firstRows: readonly (readonly Cell[])[]): string
  rows(rows: readonly (readonly Cell[])[]): string
  /** What comes after the last row; `isWhole` is false where a limit cut the result. */
  foot(rowCount: number, isWhole: boolean): string
}
