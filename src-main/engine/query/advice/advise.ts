/**
 * Finds what would have made statements of the query history quicker, indexes and rollups: looks for scans in their plans, tries candidates
 * on a sample of the table, and claims only what was measured there. Blocks its caller; for a process of its own.
 */
import type { HistoryEntry } from '#contract/query.ts'
import { DatabaseSync } from 'node:sqlite'
import type { Rollup, Workspace } from '../../../workspace/model.ts'
import { indexCandidates } from './index-candidates.ts'
import { rollupsFor } from './rollup-hints.ts'
import { SampledTable } from './sampled-table.ts'

const mostStatements = 50
const sampleRows = 300_000
/** An index must make a statement so many times quicker to be worth its room and its part of each batch. */
const leastGain = 2
/** Statements that are quicker are left alone. */
const leastMs = 2

/** A table of the workspace, with the names of its columns. */
interface AdvisedTable {
  name: string
  columns: readonly string[]
}

export interface IndexAdvice {
  table: string
  columns: readonly string[]
  /** The statement that it was measured with, how often it ran, and how long all of that took, milliseconds. */
  sql: string
  runs: number
  totalMs: number
  /** On the sample, milliseconds: without, with, and to make the index. */
  beforeMs: number
  afterMs: number
  madeMs: number
  sampledRows: number
}

/** A rollup that keeps what a statement computed from all rows of its table. */
export interface RollupAdvice extends AskedStatement {
  rollup: string
  table: string
}

export interface Advice {
  indexes: IndexAdvice[]
  rollups: RollupAdvice[]
}

interface Scan {
  table: string
  statement: AskedStatement
}

interface AskedStatement {
  sql: string
  runs: number
  totalMs: number
}

/**
 * Advice about the tables and rollups of a workspace, the statements that took longest in all first.
 * @throws Error of the database where the store cannot be read
 */
export function advise(
  storeFile: string,
  { tables, rollups }: Pick<Workspace, 'tables' | 'rollups'>,
  history: readonly HistoryEntry[],
): Advice {
  const advised = withColumns(
    storeFile,
    tables.map(({ name }) => name),
  )
  const scans = findScans(storeFile, advised, asked(history))
  return {
    indexes: adviseIndexes(storeFile, advised, scans),
    rollups: adviseRollups(advised, rollups, scans),
  }
}

function withColumns(storeFile: string, tables: readonly string[]): AdvisedTable[] {
  const store = new DatabaseSync(storeFile, { readOnly: true })
  try {
    const columns = store.prepare('SELECT name FROM pragma_table_info(?)')
    return tables.map((name) => ({ name, columns: columns.all(name).map((row) => String(row['name'])) }))
  } finally {
    store.close()
  }
}

function adviseRollups(
  tables: readonly AdvisedTable[],
  rollups: readonly Rollup[],
  scans: readonly Scan[],
): RollupAdvice[] {
  return scans.flatMap(({ table, statement }) => {
    const columns = tables.find(({ name }) => name === table)?.columns ?? []
    const [first] = rollupsFor(statement.sql, { table, columns }, rollups)
    return first === undefined ? [] : [{ ...statement, table, rollup: first.name }]
  })
}

/** One piece per index. */
function adviseIndexes(
  storeFile: string,
  tables: readonly AdvisedTable[],
  scans: readonly Scan[],
): IndexAdvice[] {
  const advice = new Map<string, IndexAdvice>()
  for (const table of tables) {
    const statements = scans.filter((scan) => scan.table === table.name)
    if (statements.length === 0) continue
    const sample = new SampledTable(storeFile, table.name, sampleRows)
    try {
      for (const { statement } of statements) {
        const found = tryCandidates(sample, table, statement)
        const key = found === null ? '' : `${found.table}\n${found.columns.join('\n')}`
        if (found !== null && !advice.has(key)) advice.set(key, found)
      }
    } finally {
      sample.close()
    }
  }
  return [...advice.values()].sort((one, other) => other.totalMs - one.totalMs)
}

/** Statements that gave a result, each once, those that took longest in all first. */
function asked(history: readonly HistoryEntry[]): AskedStatement[] {
  const statements = new Map<string, AskedStatement>()
  for (const { sql, durationMs, state } of history) {
    if (state !== 'done') continue
    const known = statements.get(sql) ?? { sql, runs: 0, totalMs: 0 }
    statements.set(sql, { sql, runs: known.runs + 1, totalMs: known.totalMs + durationMs })
  }
  return [...statements.values()].sort((one, other) => other.totalMs - one.totalMs).slice(0, mostStatements)
}

function findScans(
  storeFile: string,
  tables: readonly AdvisedTable[],
  statements: readonly AskedStatement[],
): Scan[] {
  const store = new DatabaseSync(storeFile, { readOnly: true })
  try {
    return statements.flatMap((statement) => {
      const plan = planOf(store, statement.sql)
      return tables
        .filter(({ name }) =>
          plan.some((detail) => detail === `SCAN ${name}` || detail.startsWith(`SCAN ${name} `)),
        )
        .map(({ name }) => ({ table: name, statement }))
    })
  } finally {
    store.close()
  }
}

/** Empty where the statement is of another workspace, has parameters, or is no query. */
function planOf(store: DatabaseSync, sql: string): string[] {
  if (!/^\s*(SELECT|WITH)\b/i.test(sql) || /[?@:$]\w*/.test(sql.replace(/'[^']*'/g, ''))) return []
  try {
    return store
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map((row) => String(row['detail']))
  } catch {
    // Tables that are not in this store.
    return []
  }
}

function tryCandidates(
  sample: SampledTable,
  { name, columns }: AdvisedTable,
  { sql, runs, totalMs }: AskedStatement,
): IndexAdvice | null {
  const beforeMs = sample.measure(sql)
  if (beforeMs < leastMs) return null
  let best: IndexAdvice | null = null
  for (const candidate of indexCandidates(sql, columns)) {
    const { output: afterMs, madeMs } = sample.withIndex(candidate, () =>
      sample.plan(sql).some((detail) => detail.includes('INDEX tried')) ? sample.measure(sql) : null,
    )
    if (afterMs === null || afterMs * leastGain > beforeMs || (best !== null && afterMs > 0.8 * best.afterMs))
      continue
    best = {
      table: name,
      columns: candidate,
      sql,
      runs,
      totalMs,
      beforeMs,
      afterMs,
      madeMs,
      sampledRows: sample.rows,
    }
  }
  return best
}
