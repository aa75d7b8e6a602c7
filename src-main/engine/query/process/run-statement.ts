/** Runs one statement of a person in a query process: compiles, steps, spools pages and reports on the way. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { SqlStatement } from '../../sql/sql-tokens.ts'
import type { SqlValue } from '../../../columns/values.ts'
import type { ExecuteOrder, ProcessReport } from '../process-messages.ts'
import type { ProcessLimits } from '../query-limits.ts'
import { resultColumns } from './column-types.ts'
import type { OpenStore } from './open-store.ts'
import { PageWriter } from './page-writer.ts'
import { onlyStatement } from './refuse-statement.ts'
import { faultOf } from './sql-fault.ts'

/** Resolves once the report has left the process. */
export type Report = (report: ProcessReport) => Promise<void>

/**
 * Runs the statement to its end or to a limit. Its read transaction ends with it.
 * @returns the last report, not yet sent
 * @throws QueryFault where the text is refused before SQLite sees it
 */
export async function runStatement(
  store: OpenStore,
  order: ExecuteOrder,
  context: { limits: ProcessLimits; report: Report },
): Promise<ProcessReport> {
  const statement = onlyStatement(order.sql)
  const writer = new PageWriter(order.spoolFile, context.limits)
  try {
    const cutBy = await spoolRows(store, { order, statement, writer }, context)
    writer.flush()
    return { kind: 'finished', pages: writer.takePages(), cutBy, memoryBytes: memoryBytes() }
  } catch (error) {
    const fault = faultOf(error, store, statement).toShape()
    return { kind: 'failed', pages: writer.takePages(), fault, memoryBytes: memoryBytes() }
  } finally {
    writer.close()
  }
}

async function spoolRows(
  store: OpenStore,
  { order, statement, writer }: { order: ExecuteOrder; statement: SqlStatement; writer: PageWriter },
  { limits, report }: { limits: ProcessLimits; report: Report },
): Promise<'rows' | 'bytes' | null> {
  store.authorizer.forget()
  const compiled = store.database.prepare(statement.text)
  compiled.setReadBigInts(true)
  compiled.setReturnArrays(true)
  await report({ kind: 'started', at: Date.now(), columns: resultColumns(store.database, compiled) })
  let reportedAt = performance.now()
  for (const row of compiled.iterate()) {
    if (writer.rows >= order.rowLimit) return 'rows'
    if (!writer.add(parseRow(row))) return 'bytes'
    const now = performance.now()
    if (now - reportedAt < limits.progressMs && writer.rows !== limits.firstPageRows) continue
    writer.flush()
    reportedAt = now
    await report({ kind: 'pages', pages: writer.takePages() })
    await nextTurn()
  }
  return null
}

/** A row of a statement with setReturnArrays, for which the types of node:sqlite do not account. */
export function parseRow(row: unknown): SqlValue[] {
  return row as SqlValue[]
}

/** What the process uses now. */
export function memoryBytes(): number {
  return process.memoryUsage.rss()
}
