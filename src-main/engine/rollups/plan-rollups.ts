/**
 * Plans rollups: what each one keeps per group, and the SQL that brings it up to date with a batch. Done once at the start,
 * against an empty scratch database that holds the tables' shapes. Plans are plain data.
 */
import type { Problem } from '#contract/workspace.ts'
import type { Rollup, RollupMeasure, RollupWindow, Workspace } from '../../workspace/model.ts'
import type { PlannedColumn, TableShape } from '../batch/relations.ts'
import type { SqlDatabase } from '../batch/sql-database.ts'
import { quoted } from '../sql/identifier.ts'
import { expressionFault, missingColumn } from './column-faults.ts'
import { StateColumns } from './measure-states.ts'
import type { MeasureFault } from './measure-fault.ts'
import { parseMeasure } from './parse-measure.ts'
import { type Order, planMeasure } from './plan-measure.ts'
import { definitionOf, earlierDefinition } from './rollup-definition.ts'
import type { DerivedColumn, KeyColumn, PlannedMeasure, RollupPlan } from './rollup-plan.ts'
import { BaseTable } from './rollup-columns.ts'
import { defineRollupFunctions, type FunctionHost } from './functions.ts'
import { type RollupParts, rollupSql, stateColumns } from './rollup-sql.ts'
import { originMs, windowStart } from './window-sql.ts'

const quarterMs = 900_000

/** Plans of all rollups, each after the one it is made from; `problems` is empty where all could be planned. */
export function planRollups(
  workspace: Workspace,
  tables: readonly TableShape[],
  scratch: SqlDatabase & FunctionHost,
): { plans: RollupPlan[]; problems: Problem[] } {
  defineRollupFunctions(scratch)
  const problems: Problem[] = []
  const bases = new Map<string, BaseTable>()
  const plans = new Map<string, PlannedRollup>()
  for (const rollup of workspace.rollups) {
    const shape = tables.find(({ name }) => name === rollup.from)
    if (shape !== undefined && !bases.has(shape.name)) bases.set(shape.name, new BaseTable(scratch, shape))
    const planner = new RollupPlanner(workspace, rollup, problems)
    const base = bases.get(rollup.from)
    const upstream = plans.get(rollup.from)
    const plan =
      base !== undefined && shape !== undefined
        ? planner.fromTable(base, shape)
        : upstream === undefined
          ? null
          : planner.fromRollup(upstream)
    if (plan !== null) plans.set(rollup.name, plan)
  }
  return { plans: [...plans.values()].map(({ plan }) => plan), problems }
}

interface PlannedRollup {
  plan: RollupPlan
  window: RollupWindow | null
  /** Start of its window, as SQL over rows of the table that all of it comes from; null without windows. */
  start: string | null
}

class RollupPlanner {
  readonly #workspace: Workspace
  readonly #rollup: Rollup
  readonly #problems: Problem[]
  #isWell = true

  constructor(workspace: Workspace, rollup: Rollup, problems: Problem[]) {
    this.#workspace = workspace
    this.#rollup = rollup
    this.#problems = problems
  }

  fromTable(base: BaseTable, shape: TableShape): PlannedRollup | null {
    const { window, by } = this.#rollup
    this.#checkAppends(shape)
    if (window !== null) this.#checkTime(base.find(window.on), window.on, base.name, base.columns)
    const keys = this.#keys(by, (name) => base.find(name), base.name, base.columns)
    const states = new StateColumns()
    const derived: DerivedColumn[] = []
    const context = {
      states,
      derived,
      typeOf: (sql: string) => base.typeOf(sql),
      order: this.#order(base, shape),
    }
    const measures = this.#measures(base, (measure) => {
      const parsed = parseMeasure(measure.sql)
      if ('reference' in parsed) return notAggregate(parsed.reference)
      if ('message' in parsed) return parsed
      const planned = planMeasure(parsed, context)
      if ('message' in planned) return planned
      for (const state of states.columns)
        if (planned.columns.includes(state.column)) base.check(state.fromRows)
      return { ...planned, name: measure.name }
    })
    return this.#finish(measures, {
      from: { name: base.name, isTable: true, keys: [], start: null },
      table: base.name,
      source: shape.source,
      keys,
      states: states.columns,
      derived,
    })
  }

  /** What first and last go by: the time of the windows; without windows the event time, where the table has it. */
  #order(base: BaseTable, { source }: TableShape): Order {
    const { window } = this.#rollup
    if (window !== null) return { sql: quoted(window.on), label: null }
    const name = this.#workspace.sources.find((candidate) => candidate.name === source)?.eventTime ?? null
    const column = name === null ? undefined : base.find(name)
    if (column?.type !== 'timestamp') return { sql: '_timestamp', label: null }
    return { sql: quoted(column.name), label: `event time ${column.name}` }
  }

  fromRollup({ plan: upstream, window: above, start }: PlannedRollup): PlannedRollup | null {
    const { by } = this.#rollup
    this.#checkWindows(upstream, above)
    const columns = upstream.keys
      .filter(({ name }) => name !== '' && name !== 'window_start')
      .map(({ name, type }) => ({ name, type }))
    const keys = this.#keys(
      by,
      (name) => columns.find((column) => column.name === name),
      upstream.name,
      columns,
    )
    const measures = this.#measures({ name: upstream.name, columns }, (measure) => {
      const found = measureBelow(measure, upstream)
      return 'message' in found ? found : { ...found, name: measure.name }
    })
    const used = new Set(measures.flatMap(({ columns: needed }) => needed))
    // Merging squares needs count and sum beside them, which the measure names as well.
    return this.#finish(measures, {
      from: { name: upstream.name, isTable: false, keys: upstream.keys, start },
      table: upstream.table,
      source: upstream.source,
      keys,
      states: upstream.states.filter(({ column }) => used.has(column)),
      derived: upstream.derived.filter(({ column }) => used.has(column)),
    })
  }

  #finish(
    measures: readonly PlannedMeasure[],
    rest: Pick<RollupParts, 'from' | 'table' | 'keys' | 'states' | 'derived'> & { source: string },
  ): PlannedRollup | null {
    if (!this.#isWell) return null
    const { name, window, retainAgeMs } = this.#rollup
    const { from, table, source, keys, states, derived } = rest
    const parts = { name, from, table, window, keys, states, derived, measures }
    const sql = rollupSql({ ...parts, retains: retainAgeMs !== null })
    // How long windows are kept does not change what they mean.
    const { fill } = rollupSql({ ...parts, retains: false })
    const columns = stateColumns(parts)
    return {
      window,
      start: window === null ? null : windowStart(window, from.start ?? quoted(window.on)),
      plan: {
        name,
        from: from.name,
        table,
        source,
        isFromTable: from.isTable,
        widthMs: window === null ? null : (window.overMs ?? window.everyMs),
        retainAgeMs,
        keys,
        states,
        derived,
        measures,
        columns,
        definition: definitionOf(this.#rollup, { keys, states, columns }),
        earlierDefinition: earlierDefinition([sql.createState, ...fill, sql.merge, sql.derive]),
        sql,
      },
    }
  }

  #keys(
    by: readonly string[],
    find: (name: string) => PlannedColumn | undefined,
    below: string,
    known: readonly PlannedColumn[],
  ): KeyColumn[] {
    const keys: KeyColumn[] = []
    if (this.#rollup.window !== null) {
      keys.push({ column: 'window_start', name: 'window_start', type: 'timestamp', absent: null })
    }
    by.forEach((name, index) => {
      const column = find(name)
      if (column === undefined) {
        this.#refuse(['by', index], missingColumn(below, name, known))
        return
      }
      keys.push({
        column: `_by_${String(index + 1)}`,
        name: column.name,
        type: column.type,
        absent: absentOf(column),
      })
    })
    if (keys.length === 0) keys.push({ column: '_all', name: '', type: null, absent: null })
    return keys
  }

  /** A row that changes would have to be taken out of its group again, which most measures cannot do. */
  #checkAppends({ name, landing }: TableShape): void {
    if (landing?.kind !== 'keyed') return
    const message = `rows of ${name} change under their key, so that a rollup would count what is no longer there`
    this.#refuse(['from'], {
      message,
      hint: 'make a table without key from the same source, and the rollup from it',
    })
  }

  #checkTime(
    column: PlannedColumn | undefined,
    on: string,
    below: string,
    known: readonly PlannedColumn[],
  ): void {
    const times = known.filter(({ type }) => type === 'timestamp')
    const hint = `name a timestamp column that steps pass on as it is: ${namesOf(times)}`
    if (column === undefined) {
      this.#refuse(['window', 'on'], { message: `${below} has no column ${JSON.stringify(on)}`, hint })
    } else if (column.type !== 'timestamp') {
      const is = column.type === null ? 'an expression of no certain type' : column.type
      this.#refuse(['window', 'on'], {
        message: `${on} is ${is} and no timestamp; windows are spans of time`,
        hint,
      })
    }
  }

  /** Windows of a rollup of rollups are made of whole windows below. */
  #checkWindows(upstream: RollupPlan, above: RollupWindow | null): void {
    const { window } = this.#rollup
    if (above !== null && above.overMs !== null) {
      const message = `the windows of ${upstream.name} overlap, so that rows would count several times`
      this.#refuse(['from'], { message, hint: `make it from ${upstream.from}` })
      return
    }
    if (window === null) return
    if (above === null) {
      const message = `${upstream.name} has no windows that could be put together`
      this.#refuse(['window'], { message, hint: `remove window, or make it from ${upstream.from}` })
      return
    }
    if (window.on !== 'window_start') {
      const message = `windows of a rollup go by window_start, not by ${window.on}`
      this.#refuse(['window', 'on'], { message, hint: 'write on: window_start' })
    }
    const fault = misfitOf(window, above)
    if (fault === null) return
    const message = `windows of ${upstream.name} do not fit into these evenly`
    const hints = {
      every: 'make every a multiple of its every',
      zone: 'use the same zone in both, or every: 15m or less below',
      week: `weeks begin on Mondays: write every: 1d in ${upstream.name}, or make it from ${upstream.from}`,
    }
    this.#refuse(['window', fault === 'zone' ? 'zone' : 'every'], { message, hint: hints[fault] })
  }

  /** @param below what the measures are made from */
  #measures(
    below: { name: string; columns: readonly PlannedColumn[] },
    plan: (measure: RollupMeasure) => PlannedMeasure | MeasureFault,
  ): PlannedMeasure[] {
    return this.#rollup.measures.flatMap((measure) => {
      try {
        const planned = plan(measure)
        if (!('message' in planned)) return [planned]
        this.#refuse(['measures', measure.name], planned, measure)
      } catch (error) {
        this.#refuse(['measures', measure.name], expressionFault(error, below.name, below.columns), measure)
      }
      return []
    })
  }

  #refuse(path: readonly (string | number)[], fault: MeasureFault, measure?: RollupMeasure): void {
    this.#isWell = false
    const { name, position, places } = this.#rollup
    const inside = path.map((part) => (typeof part === 'number' ? `[${String(part)}]` : `.${part}`)).join('')
    const subject = measure === undefined ? '' : `measure ${measure.name}: `
    this.#problems.push({
      file: this.#workspace.file,
      ...(measure?.position ?? places[path.join('.')] ?? position),
      path: `rollups.${name}${inside}`,
      message: `${subject}${fault.message}`,
      hint: fault.hint,
    })
  }
}

/** A measure of the rollup below by its name, or an aggregate of it that is the same as merging it. */
function measureBelow(measure: RollupMeasure, upstream: RollupPlan): PlannedMeasure | MeasureFault {
  const parsed = parseMeasure(measure.sql)
  if ('message' in parsed) return parsed
  const wanted = 'reference' in parsed ? parsed.reference : (parsed.arguments[0] ?? '')
  const found = upstream.measures.find(({ name }) => name === wanted)
  if (found === undefined) {
    const known = upstream.measures.map(({ name }) => name).join(', ')
    return {
      message: `${upstream.name} has no measure ${JSON.stringify(wanted)}`,
      hint: `write the name of one: ${known}`,
    }
  }
  if ('reference' in parsed) return found
  const hint = `write ${found.name}: it is merged as it should be`
  if (parsed.filter !== null)
    return {
      message: 'rows are gone that a filter could look at',
      hint: `put the filter into ${upstream.name}`,
    }
  if (parsed.function === found.combines && !parsed.isDistinct && parsed.arguments.length === 1) return found
  return { message: `${parsed.function}(${found.name}) is not what the rows would give`, hint }
}

/** Why windows are not made of whole windows above; null where they are. */
function misfitOf(window: RollupWindow, above: RollupWindow): 'every' | 'zone' | 'week' | null {
  const isSameZone = (window.zone ?? 'UTC') === (above.zone ?? 'UTC') || quarterMs % above.everyMs === 0
  if (!isSameZone) return 'zone'
  if (window.everyMs % above.everyMs !== 0) return 'every'
  return (originMs(window.everyMs) - originMs(above.everyMs)) % above.everyMs === 0 ? null : 'week'
}

function notAggregate(name: string): MeasureFault {
  return {
    message: `${JSON.stringify(name)} is no aggregate`,
    hint: `for example max(${name}); columns to group by are under by`,
  }
}

/** A value that stands for NULL in a key and that the column itself cannot hold. */
function absentOf({ type }: PlannedColumn): string {
  if (type === 'bytes') return "''"
  return type === null ? "x'fffe4e554c4c'" : "x''"
}

function namesOf(columns: readonly PlannedColumn[]): string {
  return columns.map(({ name }) => name).join(', ') || 'none'
}
