/** The rows of the steps table: decode, the steps, and landing. Pure. */
import type { LiveSnapshot } from '#contract/live.ts'
import type { WorkspaceView } from '#contract/workspace.ts'

export interface StepRow {
  /** Name as in addresses: "decode", a step, or "land". */
  name: string
  /** SQL, or what is done where there is none. */
  sql: string
  isSql: boolean
  rowsIn: number | null
  rowsOut: number | null
  filtered: number | null
  failed: number | null
  /** Share of the time that decode and steps took, 0..1; null where it is not measured apart. */
  share: number | null
}

type Table = WorkspaceView['tables'][number]

export function stepRows(table: Table, workspace: WorkspaceView, snapshot: LiveSnapshot | null): StepRow[] {
  const source = snapshot?.sources.find((candidate) => candidate.name === table.source)
  const steps = table.steps.map((step) => ({
    step,
    live: snapshot?.steps.find((candidate) => candidate.table === table.name && candidate.step === step.name),
  }))
  const totalMs = (source?.decodeMs ?? 0) + steps.reduce((sum, { live }) => sum + (live?.ms ?? 0), 0)
  const share = (ms: number | undefined): number | null =>
    ms === undefined || totalMs === 0 ? null : ms / totalMs
  const landed = snapshot?.tables.find((candidate) => candidate.name === table.name)?.landed ?? null
  // A table without steps has one of this name, which takes the records as they are.
  const own = steps.length > 0 ? undefined : snapshot?.steps.find(({ table: of }) => of === table.name)
  const decoded = source === undefined ? null : source.records - source.dead
  return [
    {
      name: 'decode',
      sql: decodeWords(table, workspace),
      isSql: false,
      rowsIn: source?.records ?? null,
      rowsOut: decoded,
      filtered: null,
      failed: source?.dead ?? null,
      share: share(source?.decodeMs),
    },
    ...steps.map(({ step, live }) => ({
      name: step.name,
      sql: step.sql,
      isSql: true,
      rowsIn: live?.rowsIn ?? null,
      rowsOut: live?.rowsOut ?? null,
      filtered: live?.filtered ?? null,
      failed: live?.failed ?? null,
      share: share(live?.ms),
    })),
    {
      name: 'land',
      sql: `into ${table.name}`,
      isSql: false,
      rowsIn: steps.at(-1)?.live?.rowsOut ?? (steps.length === 0 ? decoded : null),
      rowsOut: landed,
      filtered: null,
      failed: own === undefined || own.failed === 0 ? null : own.failed,
      share: null,
    },
  ]
}

function decodeWords(table: Table, workspace: WorkspaceView): string {
  const source = workspace.sources.find((candidate) => candidate.name === table.source)
  if (source === undefined) return ''
  const count = source.columns.length
  const columns = `${String(count)} ${count === 1 ? 'column' : 'columns'}${source.inferred ? ', inferred' : ''}`
  const masked = source.masks.map(({ what, mask }) => `${what} (${mask})`).join(', ')
  return `${source.format} · ${columns}${masked === '' ? '' : ` · masked: ${masked}`}`
}

/** SQL on one line, for a cell. */
export function oneLine(sql: string): string {
  return sql.replace(/\s+/g, ' ').trim()
}
