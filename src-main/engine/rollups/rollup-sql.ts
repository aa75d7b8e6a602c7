/** All statements of one rollup, from its keys and states. Pure SQL text. */
import type { RollupWindow } from '../../workspace/model.ts'
import { quoted } from '../sql/identifier.ts'
import type { DerivedColumn, KeyColumn, PlannedMeasure, RollupSql, StateColumn } from './rollup-plan.ts'
import { earlierStart, windowEnd, windowStart } from './window-sql.ts'

/** What the statements are made from. */
export interface RollupParts {
  name: string
  from: {
    name: string
    isTable: boolean
    /** The same columns as keys of the own, by name. */ keys: readonly KeyColumn[]
    /** Start of its window, as SQL over rows of the table; null for a table, and where it has no windows. */
    start: string | null
  }
  /** Table that all of it comes from in the end. */
  table: string
  window: RollupWindow | null
  retains: boolean
  keys: readonly KeyColumn[]
  states: readonly StateColumn[]
  derived: readonly DerivedColumn[]
  measures: readonly PlannedMeasure[]
}

/** Name of the table that holds what is merged; a slash cannot stand in a workspace's names. */
export function stateTable(name: string): string {
  return `${name}/state`
}

export function rollupSql(parts: RollupParts): RollupSql {
  const { name, from, window, keys, states, derived } = parts
  const isSliding = window !== null && window.overMs !== null
  const state = `main.${quoted(stateTable(name))}`
  const delta = `temp.${quoted(`${name}/delta`)}`
  const panes = `temp.${quoted(`${name}/panes`)}`
  const first = isSliding ? panes : delta
  const columns = list([...keys, ...states].map(({ column }) => column))
  const fromRows = fillFromRows(parts, first)
  const upstream = from.isTable ? null : fillFromStates(parts, first)
  const slide = isSliding ? [slidePanes(parts, { panes, delta })] : []
  const end = endIsStored(window)
    ? { name: ', window_end', value: `, ${windowEnd(window, 'window_start')}` }
    : { name: '', value: '' }
  const sameKeys = keys.map(({ column }) => `s.${column} = d.${column}`).join(' AND ')
  return {
    createState: createState(parts, state),
    createDelta: (isSliding ? [delta, panes] : [delta]).map((table) => createDelta(table, keys, states)),
    createView: createView(parts),
    clear: (isSliding ? [panes, delta] : [delta]).map((table) => `DELETE FROM ${table}`),
    fill: [upstream?.(`temp.${quoted(`${from.name}/delta`)}`) ?? fromRows, ...slide],
    fillFromStored: upstream === null ? [] : [upstream(`main.${quoted(stateTable(from.name))}`), ...slide],
    countNew: `SELECT count(*) AS count FROM ${delta} d WHERE NOT EXISTS (SELECT 1 FROM ${state} s WHERE ${sameKeys})`,
    merge:
      `INSERT INTO ${state} AS s (${columns}${end.name}) SELECT ${columns}${end.value} FROM ${delta} WHERE true ` +
      `ON CONFLICT (${list(keys.map(({ column }) => column))}) DO UPDATE SET ` +
      list(states.map(({ column, merge }) => `${column} = ${merge}`)),
    derive:
      derived.length === 0
        ? null
        : `UPDATE ${state} AS s SET ${list(derived.map(({ column, expression }) => `${column} = ${expression}`))} ` +
          `WHERE (${list(keys.map(({ column }) => column))}) IN (SELECT ${list(keys.map(({ column }) => column))} FROM ${delta})`,
    ...rowCounts(parts, state),
  }
}

/** Columns of the table of states. */
export function stateColumns({
  keys,
  states,
  derived,
  window,
}: Pick<RollupParts, 'keys' | 'states' | 'derived' | 'window'>): { name: string; sqlType: string }[] {
  return [
    ...keys.map(({ column, absent }) => ({ name: column, sqlType: absent === null ? 'INTEGER' : 'ANY' })),
    ...states.map(({ column, sqlType }) => ({ name: column, sqlType })),
    ...derived.map(({ column, sqlType }) => ({ name: column, sqlType })),
    ...(endIsStored(window) ? [{ name: 'window_end', sqlType: 'INTEGER' }] : []),
  ]
}

function createState(parts: RollupParts, state: string): string {
  const { keys, states } = parts
  const columns = stateColumns(parts).map(
    ({ name, sqlType }, index) => `${name} ${sqlType}${index < keys.length ? ' NOT NULL' : ''}`,
  )
  columns.push(`PRIMARY KEY (${list(keys.map(({ column }) => column))})`)
  // Large sketches would make every page of a clustered table hold few rows.
  const isLarge = states.some(({ sqlType }) => sqlType === 'BLOB')
  return `CREATE TABLE ${state} (${list(columns)}) STRICT${isLarge ? '' : ', WITHOUT ROWID'}`
}

/** Ends in a zone are not arithmetic, and a view may use SQLite's own functions only. */
function endIsStored(window: RollupWindow | null): window is RollupWindow {
  return window !== null && window.zone !== null
}

function createDelta(table: string, keys: readonly KeyColumn[], states: readonly StateColumn[]): string {
  // Without types: values keep those that they have.
  const columns = list([...keys, ...states].map(({ column }) => column))
  return `DROP TABLE IF EXISTS ${table}; CREATE TABLE ${table} (${columns})`
}

function createView({ name, window, keys, measures }: RollupParts): string {
  const shown = keys
    .filter((key) => key.name !== '')
    .map(
      (key) =>
        `${key.absent === null ? key.column : `nullif(${key.column}, ${key.absent})`} AS ${quoted(key.name)}`,
    )
  if (window !== null) {
    const end = endIsStored(window) ? 'window_end' : windowEnd(window, 'window_start')
    shown.splice(1, 0, `${end} AS window_end`)
  }
  const values = measures.map((measure) => `${measure.value} AS ${quoted(measure.name)}`)
  return `CREATE VIEW main.${quoted(name)} AS SELECT ${list([...shown, ...values])} FROM ${quoted(stateTable(name))}`
}

function fillFromRows({ from, window, keys, states, retains }: RollupParts, into: string): string {
  const values = keys.map((key) => {
    if (key.column === 'window_start' && window !== null) return windowStart(window, quoted(window.on))
    return keyValue(key)
  })
  const rows = `main.${quoted(from.name)} WHERE rowid BETWEEN @first AND @last`
  const timed = window === null ? '' : ` AND ${quoted(window.on)} IS NOT NULL`
  const kept = window !== null && retains ? ` AND ${windowStart(window, quoted(window.on))} >= @horizon` : ''
  return insertGrouped(into, {
    keys,
    values,
    states,
    aggregates: states.map(({ fromRows }) => fromRows),
    rows: rows + timed + kept,
  })
}

/** The value of a key in rows: NULL as the value that stands for it; the one group of all as a constant. */
function keyValue({ name, absent }: KeyColumn): string {
  if (name === '') return '0'
  return absent === null ? quoted(name) : `ifnull(${quoted(name)}, ${absent})`
}

function fillFromStates(
  { from, window, keys, states, retains }: RollupParts,
  into: string,
): (source: string) => string {
  const values = keys.map((key) => {
    if (key.column === 'window_start' && window !== null) return windowStart(window, 'window_start')
    return from.keys.find(({ name }) => name !== '' && name === key.name)?.column ?? '0'
  })
  const kept = window !== null && retains ? ` WHERE ${windowStart(window, 'window_start')} >= @horizon` : ''
  const aggregates = states.map(({ fromStates }) => fromStates)
  return (source) => insertGrouped(into, { keys, values, states, aggregates, rows: source + kept })
}

/** Each pane is part of all windows that begin so many panes before it. */
function slidePanes(
  { keys, states, window, retains }: RollupParts,
  { panes, delta }: { panes: string; delta: string },
): string {
  const steps = window === null ? 1 : (window.overMs ?? window.everyMs) / window.everyMs
  const start = window === null ? '0' : earlierStart(window, 'p.window_start', 'b.value')
  const values = keys.map(({ column }) => (column === 'window_start' ? start : `p.${column}`))
  const numbers = JSON.stringify(Array.from({ length: steps }, (_, index) => index))
  // Of a window that a zone's clock leaves out, the start is NULL.
  const kept = retains ? `${start} >= @horizon` : `${start} IS NOT NULL`
  const rows = `${panes} AS p, json_each('${numbers}') AS b WHERE ${kept}`
  return insertGrouped(delta, {
    keys,
    values,
    states,
    aggregates: states.map(({ fromStates }) => fromStates),
    rows,
  })
}

interface Grouped {
  keys: readonly KeyColumn[]
  values: readonly string[]
  states: readonly StateColumn[]
  aggregates: readonly string[]
  rows: string
}

function insertGrouped(into: string, { keys, values, states, aggregates, rows }: Grouped): string {
  const columns = list([...keys, ...states].map(({ column }) => column))
  // Windows last: nearly all rows of a batch are in the same one, and comparing what is equal takes longest.
  const order = values.map((_, index) => String(index + 1))
  const groups = list(keys[0]?.column === 'window_start' ? [...order.slice(1), '1'] : order)
  return `INSERT INTO ${into} (${columns}) SELECT ${list([...values, ...aggregates])} FROM ${rows} GROUP BY ${groups}`
}

function rowCounts(
  { from, table, window, retains }: RollupParts,
  state: string,
): Pick<RollupSql, 'countUntimed' | 'countMissed' | 'evict' | 'nextStarts' | 'newestUntil' | 'bounds'> {
  if (window === null) {
    const none = { countUntimed: null, countMissed: null, evict: null, nextStarts: null }
    return { ...none, newestUntil: null, bounds: null }
  }
  const rows = `main.${quoted(table)} WHERE rowid BETWEEN @first AND @last`
  const at = from.start ?? quoted(window.on)
  return {
    countUntimed: from.isTable ? `SELECT count(*) AS count FROM ${rows} AND ${at} IS NULL` : null,
    countMissed: retains
      ? `SELECT count(*) AS count FROM ${rows} AND ${at} IS NOT NULL AND ${windowStart(window, at)} < @horizon`
      : null,
    evict: retains ? `DELETE FROM ${state} WHERE window_start < @horizon` : null,
    nextStarts: retains
      ? `SELECT window_start AS start FROM ${state} ORDER BY window_start LIMIT 1 OFFSET @groups`
      : null,
    newestUntil: retains
      ? `SELECT max(window_start) AS newest FROM ${state} WHERE window_start <= @now`
      : null,
    bounds: `SELECT (SELECT min(window_start) FROM ${state}) AS oldest, (SELECT max(window_start) FROM ${state}) AS newest`,
  }
}

function list(parts: readonly string[]): string {
  return parts.join(', ')
}
