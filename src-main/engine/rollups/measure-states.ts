/** The mergeable states that measures are made of, each with its three aggregates: rows, finer states, merge. Pure SQL text. */
import type { ColumnType } from '#contract/workspace.ts'
import type { StateColumn } from './rollup-plan.ts'

/** What an aggregate is about. */
export interface Argument {
  /** SQL over columns of the table below. */
  sql: string
  /** Null where an expression gives no certain type. */
  type: ColumnType | null
  /** ` FILTER (WHERE ...)`, or empty. */
  filter: string
}

/** What stands before the value of a first or last: event time and offset, of fixed width; then the value itself decides. */
const orderLength = 38
const lowBits = '4294967295'

/** States of one rollup; the same state is kept once, whatever measures use it. */
export class StateColumns {
  readonly columns: StateColumn[] = []
  readonly #known = new Map<string, StateColumn>()

  count({ sql, filter }: Argument): string {
    return this.#add(`count(${sql})${filter}`, 'INTEGER', (c) => ({
      fromStates: `sum(${c})`,
      merge: plus(c),
    }))
  }

  /** Sum as a double. */
  realSum({ sql, filter }: Argument): string {
    return this.#add(`total(${sql})${filter}`, 'REAL', (c) => ({ fromStates: `total(${c})`, merge: plus(c) }))
  }

  /** Exact sum of integers as two parts, high and low 32 bits, so that it cannot overflow. @returns their columns */
  integerSum({ sql, filter }: Argument): { high: string; low: string } {
    const sumOf = (part: string): string => `coalesce(sum(${part})${filter}, 0)`
    const lows = sumOf(`(${sql}) & ${lowBits}`)
    const low = this.#add(`${lows} & ${lowBits}`, 'INTEGER', (c) => ({
      fromStates: `sum(${c}) & ${lowBits}`,
      merge: `(s.${c} + excluded.${c}) & ${lowBits}`,
    }))
    const high = this.#add(`${sumOf(`(${sql}) >> 32`)} + (${lows} >> 32)`, 'INTEGER', (c) => ({
      fromStates: `sum(${c}) + (sum(${low}) >> 32)`,
      merge: `s.${c} + excluded.${c} + ((s.${low} + excluded.${low}) >> 32)`,
    }))
    return { high, low }
  }

  extreme(which: 'min' | 'max', { sql, filter }: Argument, sqlType: string): string {
    const wins = which === 'min' ? '<' : '>'
    return this.#add(`${which}(${sql})${filter}`, sqlType, (c) => ({
      fromStates: `${which}(${c})`,
      merge: `CASE WHEN s.${c} IS NULL OR excluded.${c} ${wins} s.${c} THEN excluded.${c} ELSE s.${c} END`,
    }))
  }

  /**
   * Sum of squared distances from the mean. Merged as in Chan, Golub, LeVeque, "Updating Formulae and a Pairwise Algorithm
   * for Computing Sample Variances" (1979), which stays exact where values are large and close together.
   */
  squares(argument: Argument): { count: string; sum: string; squares: string } {
    const { sql, filter } = argument
    const count = this.count(argument)
    const sum = this.realSum(argument)
    const mean = (of: string): string => `${of}.${sum} / ${of}.${count}`
    const distance = `(${mean('excluded')} - ${mean('s')})`
    const squares = this.#add(`coalesce(penstock_squares(${sql})${filter}, 0.0)`, 'REAL', (c) => ({
      fromStates: `penstock_merged_squares(${count}, ${sum}, ${c})`,
      merge:
        `s.${c} + excluded.${c} + CASE WHEN s.${count} > 0 AND excluded.${count} > 0 THEN ` +
        `${distance} * ${distance} * s.${count} * excluded.${count} / (s.${count} + excluded.${count}) ELSE 0.0 END`,
    }))
    return { count, sum, squares }
  }

  /** The value with the smallest or largest place in the stream, behind that place as text of fixed width. */
  endmost(which: 'min' | 'max', argument: Argument, orderBy: string): string {
    const { sql, filter } = argument
    // Integers that always have as many digits: text of fixed width for less than printf costs.
    const place = `((${orderBy}) + 4611686018427387904) || (coalesce(_offset, 0) + 1000000000000000000)`
    const placed = `CASE WHEN (${sql}) IS NOT NULL AND (${orderBy}) IS NOT NULL THEN ${place} || ${encoded(argument)} END`
    return this.extreme(which, { sql: placed, type: 'text', filter }, 'TEXT')
  }

  /** A sketch as bytes: see functions.ts. */
  sketch(kind: 'distinct' | 'quantiles', { sql, filter }: Argument): string {
    return this.#add(`penstock_${kind}(${sql}, (${sql}) & ${lowBits})${filter}`, 'BLOB', (c) => ({
      fromStates: `penstock_${kind}_union(${c})`,
      merge: `penstock_${kind}_merge(s.${c}, excluded.${c})`,
    }))
  }

  #add(
    fromRows: string,
    sqlType: string,
    rest: (column: string) => Pick<StateColumn, 'fromStates' | 'merge'>,
  ): string {
    const known = this.#known.get(fromRows)
    if (known !== undefined) return known.column
    const column = `_${String(this.columns.length + 1)}`
    const state = { column, sqlType, fromRows, ...rest(column) }
    this.#known.set(fromRows, state)
    this.columns.push(state)
    return column
  }
}

/** SQL of the value that {@link StateColumns.endmost} keeps. */
export function endmostValue(column: string, type: ColumnType | null): string {
  const value = `substr(${column}, ${String(orderLength + 1)})`
  switch (type) {
    case 'integer':
    case 'boolean':
    case 'timestamp':
      return `CAST(${value} AS INTEGER)`
    case 'real':
      return `CAST(${value} AS REAL)`
    case 'bytes':
      return `unhex(${value})`
    case 'text':
    case 'json':
      return value
    case null: {
      const inner = `substr(${column}, ${String(orderLength + 2)})`
      const kind = `substr(${column}, ${String(orderLength + 1)}, 1)`
      return `CASE ${kind} WHEN 'i' THEN CAST(${inner} AS INTEGER) WHEN 'r' THEN CAST(${inner} AS REAL) WHEN 'b' THEN unhex(${inner}) WHEN 't' THEN ${inner} END`
    }
  }
}

/** A value as text from which {@link endmostValue} gets it back. */
function encoded({ sql, type }: Argument): string {
  const value = `(${sql})`
  switch (type) {
    case 'real':
      return `printf('%!.17g', ${value})`
    case 'bytes':
      return `hex(${value})`
    case null:
      return `substr(typeof${value}, 1, 1) || CASE typeof${value} WHEN 'blob' THEN hex${value} WHEN 'real' THEN printf('%!.17g', ${value}) ELSE ${value} END`
    default:
      return value
  }
}

function plus(column: string): string {
  return `s.${column} + excluded.${column}`
}
