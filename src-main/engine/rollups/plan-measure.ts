/** One measure of a rollup to its states and its value. Says why where a measure cannot be merged. Pure. */
import type { ColumnType } from '#contract/workspace.ts'
import { sqlTypeOf } from '../batch/relations.ts'
import type { Argument, StateColumns } from './measure-states.ts'
import type { MeasureFault } from './measure-fault.ts'
import type { ParsedMeasure } from './parse-measure.ts'
import type { DerivedColumn, PlannedMeasure } from './rollup-plan.ts'
import { distinctError } from './sketches/distinct-sketch.ts'
import { quantileError } from './sketches/quantile-sketch.ts'

/** What planning a measure needs to know. */
export interface MeasureContext {
  states: StateColumns
  derived: DerivedColumn[]
  /** Type of an expression over the table's columns. @throws the database's error where it is none */
  typeOf: (sql: string) => ColumnType | null
  /** What first and last go by where they do not say it. */
  order: Order
}

/** A column that tells what is earlier. */
export interface Order {
  sql: string
  /** What is stored goes by it although nobody wrote it at the rollup; null where the rollup's own words say it. */
  label: string | null
}

type Plan = Omit<PlannedMeasure, 'name'>
type Planner = (argument: Argument, context: MeasureContext, parsed: ParsedMeasure) => Plan | MeasureFault

const numeric: ReadonlySet<ColumnType | null> = new Set(['integer', 'real', 'boolean', 'timestamp', null])

/** @throws the database's error where an argument or filter is no expression over the table's columns */
export function planMeasure(parsed: ParsedMeasure, context: MeasureContext): Plan | MeasureFault {
  const planner = planners[parsed.function]
  if (planner === undefined) return unknownFunction(parsed.function)
  if (parsed.isDistinct) return distinctFault(parsed)
  const [first] = parsed.arguments
  if (first === undefined)
    return {
      message: `${parsed.function} has nothing to aggregate`,
      hint: `for example ${parsed.function}(delay)`,
    }
  const most = argumentsOf[parsed.function] ?? 1
  if (parsed.arguments.length > most) {
    return {
      message: `${parsed.function} takes ${most === 1 ? 'one argument' : 'two arguments at most'}`,
      hint: argumentHints[parsed.function] ?? `for example ${parsed.function}(${first})`,
    }
  }
  const isStar = first === '*'
  if (isStar && parsed.function !== 'count')
    return { message: `${parsed.function}(*) has no meaning`, hint: 'name a column' }
  const type = isStar ? null : context.typeOf(first)
  if (parsed.filter !== null) context.typeOf(parsed.filter)
  const filter = parsed.filter === null ? '' : ` FILTER (WHERE ${parsed.filter})`
  return planner({ sql: first, type, filter }, context, parsed)
}

const argumentsOf: Readonly<Record<string, number>> = {
  first: 2,
  last: 2,
  min_by: 2,
  max_by: 2,
  percentile_approx: 2,
  approx_percentile: 2,
}

const argumentHints: Readonly<Record<string, string>> = {
  min: 'for a value at the smallest of another write min_by(value, other)',
  max: 'for a value at the largest of another write max_by(value, other)',
  approx_count_distinct: "for values together write one text of them, as in a || '/' || b",
}

const planners: Readonly<Record<string, Planner>> = {
  count: (argument, { states }) => {
    const column = states.count(argument)
    return { ...exact('integer', column, [column]), combines: 'sum' }
  },
  sum: (argument, context) => ifNumeric('sum', argument, () => planSum(argument, context)),
  avg: (argument, context) =>
    ifNumeric('avg', argument, () => {
      // A double is what avg gives, so its sum need not be more.
      const count = context.states.count(argument)
      const sum = context.states.realSum(argument)
      return exact('real', `${sum} / nullif(${count}, 0)`, [count, sum])
    }),
  min: (argument, context) => planExtreme('min', argument, context),
  max: (argument, context) => planExtreme('max', argument, context),
  var_pop: (argument, context) => planSpread('var_pop', argument, context),
  var_samp: (argument, context) => planSpread('var_samp', argument, context),
  variance: (argument, context) => planSpread('var_samp', argument, context),
  stddev_pop: (argument, context) => planSpread('stddev_pop', argument, context),
  stddev_samp: (argument, context) => planSpread('stddev_samp', argument, context),
  stddev: (argument, context) => planSpread('stddev_samp', argument, context),
  first: (argument, context, parsed) => planEndmost('min', argument, context, parsed),
  last: (argument, context, parsed) => planEndmost('max', argument, context, parsed),
  min_by: (argument, context, parsed) => planEndmost('min', argument, context, parsed),
  max_by: (argument, context, parsed) => planEndmost('max', argument, context, parsed),
  approx_count_distinct: (argument, { states, derived }) => {
    const sketch = states.sketch('distinct', argument)
    const column = derive(derived, 'INTEGER', `penstock_distinct_count(${sketch})`)
    return { ...exact('integer', column, [sketch, column]), errorBound: distinctError }
  },
  percentile_approx: planPercentile,
  approx_percentile: planPercentile,
}

function planSum(argument: Argument, context: MeasureContext): Plan {
  const count = context.states.count(argument)
  const sum = sumOf(argument, context)
  const value = `CASE WHEN ${count} > 0 THEN ${sum.value} END`
  return { ...exact(sum.type, value, [count, ...sum.columns]), combines: 'sum' }
}

interface Sum {
  type: ColumnType | null
  value: string
  columns: string[]
}

/** Integers exactly, others as doubles; where the type is not certain, each value by its own. */
function sumOf(argument: Argument, { states }: MeasureContext): Sum {
  const { sql, type } = argument
  if (type === 'real') {
    const column = states.realSum(argument)
    return { type: 'real', value: column, columns: [column] }
  }
  if (type !== null) {
    const { high, low } = states.integerSum(argument)
    return { type: null, value: integerValue(high, low).value, columns: [high, low] }
  }
  const whole = { ...argument, sql: `CASE WHEN typeof(${sql}) = 'integer' THEN ${sql} END` }
  const other = { ...argument, sql: `CASE WHEN typeof(${sql}) <> 'integer' THEN ${sql} END` }
  const { high, low } = states.integerSum(whole)
  const reals = states.realSum(other)
  const count = states.count(other)
  const exactSum = integerValue(high, low)
  const value = `CASE WHEN ${count} > 0 THEN (${exactSum.real} + ${reals}) ELSE ${exactSum.value} END`
  return { type: null, value, columns: [high, low, reals, count] }
}

/** Beyond 64 bits the sum is shown as a double. */
function integerValue(high: string, low: string): { value: string; real: string } {
  const real = `(${high} * 4294967296.0 + ${low})`
  const value = `CASE WHEN ${high} BETWEEN -2147483648 AND 2147483647 THEN (${high} << 32) | ${low} ELSE ${real} END`
  return { value, real }
}

function planExtreme(which: 'min' | 'max', argument: Argument, { states }: MeasureContext): Plan {
  const column = states.extreme(which, argument, sqlTypeOf(argument.type))
  return { ...exact(argument.type, column, [column]), combines: which }
}

function planSpread(
  which: 'var_pop' | 'var_samp' | 'stddev_pop' | 'stddev_samp',
  argument: Argument,
  { states }: MeasureContext,
): Plan | MeasureFault {
  return ifNumeric(which, argument, () => {
    const { count, sum, squares } = states.squares(argument)
    const divisor = which.endsWith('_pop') ? count : `(${count} - 1)`
    // Rounding may leave a hair below zero, of which there is no root.
    const variance = `max(${squares}, 0.0) / nullif(${divisor}, 0)`
    const least = which.endsWith('_pop') ? 1 : 2
    const guarded = `CASE WHEN ${count} >= ${String(least)} THEN ${which.startsWith('stddev') ? `sqrt(${variance})` : variance} END`
    return exact('real', guarded, [count, sum, squares])
  })
}

function planEndmost(
  which: 'min' | 'max',
  argument: Argument,
  context: MeasureContext,
  parsed: ParsedMeasure,
): Plan | MeasureFault {
  const [, written] = parsed.arguments
  const orderBy = written ?? context.order.sql
  const label = written === undefined ? context.order.label : null
  const orderType = context.typeOf(orderBy)
  if (orderType !== 'timestamp' && orderType !== 'integer') {
    const hint =
      orderType === null
        ? `write CAST(${orderBy} AS INTEGER), or name a timestamp or integer column`
        : 'name a timestamp or integer column as the second argument'
    return { message: `${parsed.function} goes by ${orderBy}, which is no timestamp or integer`, hint }
  }
  const { column, value } = context.states.endmost(which, argument, { sql: orderBy, type: orderType, label })
  return exact(argument.type, value, [column])
}

function planPercentile(
  argument: Argument,
  { states, derived }: MeasureContext,
  parsed: ParsedMeasure,
): Plan | MeasureFault {
  const share = Number(parsed.arguments[1] ?? Number.NaN)
  if (!(share >= 0 && share <= 1)) {
    return {
      message: `${parsed.function} needs a share between 0 and 1`,
      hint: 'for example percentile_approx(delay, 0.99)',
    }
  }
  return ifNumeric(parsed.function, argument, () => {
    const sketch = states.sketch('quantiles', argument)
    const column = derive(derived, 'REAL', `penstock_quantile(${sketch}, ${String(share)})`)
    return { ...exact('real', column, [sketch, column]), errorBound: quantileError }
  })
}

function derive(derived: DerivedColumn[], sqlType: string, expression: string): string {
  const known = derived.find((candidate) => candidate.expression === expression)
  if (known !== undefined) return known.column
  const column = `_value_${String(derived.length + 1)}`
  derived.push({ column, sqlType, expression })
  return column
}

function exact(type: ColumnType | null, value: string, columns: readonly string[]): Plan {
  return { type, value, columns, combines: null, errorBound: null }
}

function ifNumeric(
  name: string,
  { sql, type }: Argument,
  plan: () => Plan | MeasureFault,
): Plan | MeasureFault {
  if (numeric.has(type)) return plan()
  return {
    message: `${name} needs numbers, and ${sql} is ${type ?? 'unknown'}`,
    hint: 'write CAST(... AS REAL) around it where it holds numbers',
  }
}

function distinctFault(parsed: ParsedMeasure): MeasureFault {
  const argument = parsed.arguments.join(', ')
  if (parsed.function !== 'count')
    return {
      message: `${parsed.function}(DISTINCT ...) cannot be merged: it would need every value`,
      hint: 'leave DISTINCT out',
    }
  return {
    message: 'an exact count of distinct values cannot be merged: it would need every value',
    hint: `write approx_count_distinct(${argument}), which is off by ${distinctError}`,
  }
}

function unknownFunction(name: string): MeasureFault {
  const why = unmergeable[name]
  if (why !== undefined) return why
  return {
    message: `${name} is no aggregate that a rollup can keep`,
    hint: `there are ${Object.keys(planners).join(', ')}`,
  }
}

const sketchHint = 'write percentile_approx(column, 0.5)'
const listFault = {
  message: 'a list of all values cannot be kept in a bounded state',
  hint: 'query the table itself for it',
}
/** Aggregates of SQL that people may try, and why they cannot be merged. */
const unmergeable: Readonly<Record<string, MeasureFault>> = {
  median: { message: 'an exact median cannot be merged: it would need every value', hint: sketchHint },
  percentile: {
    message: 'an exact percentile cannot be merged: it would need every value',
    hint: 'write percentile_approx(column, 0.99)',
  },
  percentile_cont: {
    message: 'an exact percentile cannot be merged: it would need every value',
    hint: sketchHint,
  },
  percentile_disc: {
    message: 'an exact percentile cannot be merged: it would need every value',
    hint: sketchHint,
  },
  mode: {
    message: 'the most frequent value cannot be merged: it would need every value',
    hint: 'group by the column, and count',
  },
  group_concat: listFault,
  string_agg: listFault,
  collect_list: listFault,
  collect_set: listFault,
  json_group_array: listFault,
  json_group_object: listFault,
  total: { message: 'total is called sum here', hint: 'write sum(...)' },
}
