/**
 * Finds what would have made statements of the query history quicker, indexes and rollups: looks for scans in their plans, tries
 * candidates on a sample of the table, and claims only what was measured there. Blocks its caller between reports; for a process of
 * its own.
 */
import type { AdviceFindings, RollupProposal } from '#contract/advice.ts'
import { DatabaseSync } from 'node:sqlite'
import type { AdvisedTable, AdvisedWorkspace } from './advised-workspace.ts'
import type { AskedStatement, AskedStatements } from './asked-statements.ts'
import { IndexTrials, type Scan } from './index-trials.ts'
import { isScanned } from './plan-scans.ts'
import { factsSql, judgeFacts } from './rollup/rollup-facts.ts'
import { rollupAnswer } from './rollup/rollup-answer.ts'
import type { AnsweredTable } from './rollup/rollup-shape.ts'
import { measure, planOf, SampledTable, type SampleSize } from './sampled-table.ts'

const defaultSample: SampleSize = { rows: 300_000, bytes: 128 * 1024 * 1024 }
/** Of a statement as it is shown; history keeps longer ones. */
const shownCharacters = 4000

export interface AdviceRequest {
  storeFile: string
  workspace: AdvisedWorkspace
  asked: AskedStatements
  sample?: SampleSize
}

/**
 * Statements that took longest in all come first.
 * @param heard told of what is found so far, each time that there is news
 * @throws Error of the database where the store cannot be read
 */
export async function advise(
  { storeFile, workspace, asked, sample = defaultSample }: AdviceRequest,
  heard: (findings: AdviceFindings) => Promise<void> = () => Promise.resolve(),
): Promise<AdviceFindings> {
  const store = new DatabaseSync(storeFile, { readOnly: true })
  try {
    const { statements, considered } = asked
    const scans = findScans(store, workspace.tables, considered)
    const findings: AdviceFindings = {
      ...{ statements, considered: considered.length, scanning: scans.length, tried: 0 },
      ...{ indexes: [], rollups: [] },
    }
    await heard(shown(findings))
    const answers = new Answers(store, workspace)
    for (const table of workspace.tables) {
      const own = scans.filter((scan) => scan.table.name === table.name)
      if (own.length === 0) continue
      const sampled = new SampledTable(storeFile, table.name, sample)
      const trials = new IndexTrials(sampled, table, workspace)
      try {
        for (const scan of own) {
          try {
            const answer = answers.find(scan, sampled)
            if (answer !== null) findings.rollups.push(answer)
            trials.add(scan)
          } catch (error) {
            // What a person asked for may fail on other rows than it ran on.
            if (!isStatementFault(error)) throw error
          }
          findings.tried++
          findings.indexes = [
            ...findings.indexes.filter((known) => known.table !== table.name),
            ...trials.proposals,
          ]
          await heard(shown(findings))
        }
      } finally {
        sampled.close()
      }
    }
    return shown(findings)
  } finally {
    store.close()
  }
}

/** What helps most first; long statements cut. */
function shown(findings: AdviceFindings): AdviceFindings {
  const cut = <Statement extends AskedStatement>(statement: Statement): Statement => ({
    ...statement,
    sql:
      statement.sql.length > shownCharacters ? `${statement.sql.slice(0, shownCharacters)}…` : statement.sql,
  })
  const savedBy = (statements: readonly AskedStatement[]): number =>
    statements.reduce((sum, { totalMs }) => sum + totalMs, 0)
  return {
    ...findings,
    indexes: findings.indexes
      .map((proposal) => ({ ...proposal, statements: proposal.statements.map(cut) }))
      .sort((one, other) => savedBy(other.statements) - savedBy(one.statements)),
    rollups: findings.rollups
      .map((proposal) => ({ ...proposal, statement: cut(proposal.statement) }))
      .sort((one, other) => other.statement.totalMs - one.statement.totalMs),
  }
}

function findScans(
  store: DatabaseSync,
  tables: readonly AdvisedTable[],
  statements: readonly AskedStatement[],
): Scan[] {
  return statements.flatMap((statement) => {
    const plan = planIfAny(store, statement.sql)
    return tables
      .filter(({ name }) => isScanned(plan, statement.sql, name))
      .map((table) => ({ table, statement, plan }))
  })
}

/** Empty where the statement is of another workspace, has parameters, or is no query. */
function planIfAny(store: DatabaseSync, sql: string): string[] {
  if (!/^\s*(SELECT|WITH)\b/i.test(sql) || /[?@:$]\w*/.test(sql.replace(/'[^']*'/g, ''))) return []
  try {
    return planOf(store, sql)
  } catch {
    // Tables that are not in this store.
    return []
  }
}

/** SQLITE_ERROR, SQLITE_TOOBIG and SQLITE_MISMATCH: about the statement and its values, not about the store. */
function isStatementFault(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && [1, 18, 20].includes(Number(error.errcode) & 0xff)
}

/** Rollups that hold what scans compute, as far as the store has them whole. */
class Answers {
  readonly #store: DatabaseSync
  readonly #workspace: AdvisedWorkspace
  readonly #tables: AnsweredTable[]

  constructor(store: DatabaseSync, workspace: AdvisedWorkspace) {
    this.#store = store
    this.#workspace = workspace
    const columns = store.prepare('SELECT name, type FROM pragma_table_info(?)')
    this.#tables = workspace.tables
      .filter(({ hasKey }) => !hasKey)
      .map(({ name, retainAgeMs }) => ({
        ...{ name, retainAgeMs },
        columns: columns
          .all(name)
          .map((row) => ({ name: String(row['name']), sqlType: String(row['type']) })),
      }))
  }

  find({ statement, plan }: Scan, sample: SampledTable): RollupProposal | null {
    const answer = rollupAnswer(statement.sql, this.#tables, this.#workspace.rollups)
    if (answer === null) return null
    const facts = this.#store.prepare(factsSql(answer)).get()
    const note = judgeFacts(Object.values(facts ?? {}), answer)
    if (note === null) return null
    const { rollup, table, columns } = answer
    const sql = this.#plan(answer.sql) === null ? null : answer.sql
    return {
      ...{ rollup, table, columns: [...columns], sql, note },
      ...{ sampledRows: sample.rows, tableRows: sample.tableRows },
      statement: {
        ...statement,
        ...{ beforeMs: sample.measure(statement.sql), planBefore: [...plan] },
        afterMs: sql === null ? null : measure(this.#store, sql),
        planAfter: this.#plan(sql) ?? [],
      },
    }
  }

  /** Null where there is nothing, or SQLite does not take it. */
  #plan(sql: string | null): string[] | null {
    if (sql === null) return null
    try {
      return planOf(this.#store, sql)
    } catch {
      // The rollup is named all the same.
      return null
    }
  }
}
