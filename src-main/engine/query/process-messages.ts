/**
 * What the query pool and its processes say to each other, over the channel of child_process.fork with structured
 * clones. A process works on one order at a time, so answers need no number. Loaded by both sides: no zod here, which
 * would double the start time of a process.
 */
import type { AdviceFindings } from '#contract/advice.ts'
import type { ErrorCode } from '#contract/errors.ts'
import type { ResultColumn } from '#contract/query.ts'
import type { SqlValue } from '../../columns/values.ts'
import type { AdvisedWorkspace } from './advice/advised-workspace.ts'
import type { AskedStatements } from './advice/asked-statements.ts'
import type { ProcessLimits } from './query-limits.ts'

/** First message to a process. */
export interface OpenOrder {
  kind: 'open'
  storeFile: string
  /** Folder of this pool's files; removed by a process that outlives its parent. */
  folder: string
  parentId: number
  limits: ProcessLimits
}

/** A statement of a person: rows go to the spool file, cut at `rowLimit`. */
export interface ExecuteOrder {
  kind: 'execute'
  sql: string
  spoolFile: string
  rowLimit: number
}

/** A statement of the engine: rows come back as values; more than `rowLimit` is a fault. */
export interface ReadOrder {
  kind: 'read'
  sql: string
  parameters: readonly SqlValue[]
  rowLimit: number
}

/** Looks for what would make statements of the history quicker; see advice/advise.ts. */
export interface AdviseOrder {
  kind: 'advise'
  workspace: AdvisedWorkspace
  asked: AskedStatements
}

export type ProcessOrder = OpenOrder | ExecuteOrder | ReadOrder | AdviseOrder

/** Where one page lies in the spool file: one row per line, each a JSON array of cells. */
export interface PageEntry {
  rows: number
  offset: number
  bytes: number
}

/** Fault of a statement: `offset` counts characters from the start of its SQL. */
export interface StatementFault {
  code: ErrorCode
  message: string
  offset: number | null
}

export type ProcessReport =
  | { kind: 'ready'; memoryBytes: number }
  | { kind: 'started'; at: number; columns: ResultColumn[] }
  | { kind: 'pages'; pages: PageEntry[] }
  | { kind: 'finished'; pages: PageEntry[]; cutBy: 'rows' | 'bytes' | null; memoryBytes: number }
  | { kind: 'failed'; pages: PageEntry[]; fault: StatementFault; memoryBytes: number }
  | { kind: 'values'; rows: SqlValue[][]; memoryBytes: number }
  | { kind: 'findings'; findings: AdviceFindings }
  | { kind: 'advised'; findings: AdviceFindings; memoryBytes: number }

/** What the watchdog of a process writes to its standard error before it kills the process. */
export const watchdogWords = {
  memory: 'penstock-watchdog: memory',
  temporary: 'penstock-watchdog: temporary files',
} as const

const orderKinds: readonly string[] = ['open', 'execute', 'read', 'advise'] satisfies ProcessOrder['kind'][]
const reportKinds: readonly string[] = [
  ...([
    'ready',
    'started',
    'pages',
    'finished',
    'failed',
    'values',
    'findings',
    'advised',
  ] satisfies ProcessReport['kind'][]),
]

function hasKind(value: unknown, kinds: readonly string[]): boolean {
  return typeof value === 'object' && value !== null && 'kind' in value && kinds.includes(String(value.kind))
}

/** A message as an order; null for anything else on the channel. Both sides are of one build: only the kind is checked. */
export function parseOrder(value: unknown): ProcessOrder | null {
  return hasKind(value, orderKinds) ? (value as ProcessOrder) : null
}

/** A message as a report; see {@link parseOrder}. */
export function parseReport(value: unknown): ProcessReport | null {
  return hasKind(value, reportKinds) ? (value as ProcessReport) : null
}
