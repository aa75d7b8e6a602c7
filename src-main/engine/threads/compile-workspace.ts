/** Compiles a workspace against an empty database, without touching the store. Store thread. */
import type { Problem } from '#contract/workspace.ts'
import { planRollups } from '../rollups/plan-rollups.ts'
import type { RollupPlan } from '../rollups/rollup-plan.ts'
import { openScratch } from '../store/database.ts'
import { indexProblems } from '../transform/index-problems.ts'
import { planWorkspace } from '../transform/plan.ts'
import type { SourcePlan, TablePlan } from '../transform/source-plan.ts'
import type { StorePlanInput } from './thread-messages.ts'

export interface CompiledWorkspace {
  plans: SourcePlan[]
  tables: TablePlan[]
  rollups: RollupPlan[]
}

export function compileWorkspace({
  workspace,
  sourceColumns,
  lookups,
}: StorePlanInput): CompiledWorkspace | { problems: Problem[] } {
  const scratch = openScratch()
  try {
    const { plans, problems } = planWorkspace(workspace, sourceColumns, lookups, scratch)
    if (problems.length > 0) return { problems }
    const tables = plans.flatMap((plan) => plan.tables)
    const unindexed = indexProblems(workspace, tables)
    if (unindexed.length > 0) return { problems: unindexed }
    const rollups = planRollups(workspace, tables, scratch)
    if (rollups.problems.length > 0) return { problems: rollups.problems }
    return { plans, tables, rollups: rollups.plans }
  } finally {
    scratch.close()
  }
}
