/** Indexes of one table tried on a sample of it: each statement proposes some, and those that make it much quicker stay. */
import type { IndexProposal, MeasuredStatement } from '#contract/advice.ts'
import type { AdvisedTable, AdvisedWorkspace } from './advised-workspace.ts'
import type { AskedStatement } from './asked-statements.ts'
import { indexCandidates } from './index-candidates.ts'
import { indexesYaml, reasonFor } from './proposal-words.ts'
import { type SampledTable, triedIndex } from './sampled-table.ts'

/** An index must make a statement so many times quicker to be worth its room and its part of each batch. */
const leastGain = 2
/** Another index must take less than this share of the time to be preferred. */
const clearShare = 0.8
/** Statements that are quicker on the whole table, as far as the sample tells, are left alone. */
const leastMs = 2

/** A statement that reads a table from its first row to its last. */
export interface Scan {
  table: AdvisedTable
  statement: AskedStatement
  /** In the store, a line per step. */
  plan: readonly string[]
}

interface Trial {
  columns: readonly string[]
  madeMs: number
  measured: MeasuredStatement
}

export class IndexTrials {
  readonly #sample: SampledTable
  readonly #table: AdvisedTable
  readonly #workspace: AdvisedWorkspace
  readonly #proposals = new Map<string, IndexProposal>()

  constructor(sample: SampledTable, table: AdvisedTable, workspace: AdvisedWorkspace) {
    this.#sample = sample
    this.#table = table
    this.#workspace = workspace
  }

  get proposals(): IndexProposal[] {
    return [...this.#proposals.values()]
  }

  /** Tries what is proposed already first, so that one index serves several statements. @throws Error of the database */
  add({ statement }: Scan): void {
    const beforeMs = this.#sample.measure(statement.sql)
    if (beforeMs * (this.#sample.tableRows / Math.max(1, this.#sample.rows)) < leastMs) return
    const known = this.proposals.map(({ columns }) => columns)
    const all = [...known, ...indexCandidates(statement.sql, this.#sample.columns)]
    let best: Trial | null = null
    for (const columns of new Map(all.map((names) => [names.join('\n'), names])).values()) {
      const trial = this.#try(columns, statement, beforeMs)
      if (trial === null || trial.measured.afterMs * leastGain > beforeMs) continue
      if (best !== null && trial.measured.afterMs > clearShare * best.measured.afterMs) continue
      best = trial
    }
    if (best !== null) this.#keep(best)
  }

  #try(columns: readonly string[], statement: AskedStatement, beforeMs: number): Trial | null {
    const { sql } = statement
    const planBefore = this.#sample.plan(sql)
    const { output, madeMs } = this.#sample.withIndex(columns, () => {
      const planAfter = this.#sample.plan(sql)
      if (!planAfter.some((detail) => detail.includes(`INDEX ${triedIndex}`))) return null
      return { planAfter, afterMs: this.#sample.measure(sql) }
    })
    return output === null
      ? null
      : { columns, madeMs, measured: { ...statement, beforeMs, planBefore, ...output } }
  }

  #keep({ columns, madeMs, measured }: Trial): void {
    const key = columns.join('\n')
    const known = this.#proposals.get(key)
    if (known !== undefined) {
      known.statements.push(measured)
      return
    }
    this.#proposals.set(key, {
      ...{ table: this.#table.name, columns: [...columns], madeMs, statements: [measured] },
      yaml: indexesYaml(this.#table, columns),
      reason: reasonFor(this.#table, this.#workspace, columns),
      ...{ sampledRows: this.#sample.rows, tableRows: this.#sample.tableRows },
    })
  }
}
