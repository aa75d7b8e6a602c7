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

/** SQL of a place in the stream as text of fixed width, in bytes. */
interface Place {
  sql: string
  length: number
}

const lowBits = '4294967295'

/** States of one rollup; the same state is kept once, whatever measures use it. */
export class StateColumns {
  readonly columns: StateColumn[] = []
  readonly #known = new Map<string, StateColumn>()

  count({ sql, filter }: Argument): string {
    return this.#add('count/1', `count(${sql})${filter}`, 'INTEGER', (c) => ({
      fromStates: `sum(${c})`,
      merge: plus(c),
    }))
  }

  /** Sum as a double. */
  realSum({ sql, filter }: Argument): string {
    return this.#add('real-sum/1', `total(${sql})${filter}`, 'REAL', (c) => ({
      fromStates: `total(${c})`,
      merge: plus(c),
    }))
  }

  /** Exact sum of integers as two parts, high and low 32 bits, so that it cannot overflow. @returns their columns */
  integerSum({ sql, filter }: Argument): { high: string; low: string } {
    const sumOf = (part: string): string => `coalesce(sum(${part})${filter}, 0)`
    const lows = sumOf(`(${sql}) & ${lowBits}`)
    const low = this.#add('integer-sum-low/1', `${lows} & ${lowBits}`, 'INTEGER', (c) => ({
      fromStates: `sum(${c}) & ${lowBits}`,
      merge: `(s.${c} + excluded.${c}) & ${lowBits}`,
    }))
    const high = this.#add(
      'integer-sum-high/1',
      `${sumOf(`(${sql}) >> 32`)} + (${lows} >> 32)`,
      'INTEGER',
      (c) => ({
        fromStates: `sum(${c}) + (sum(${low}) >> 32)`,
        merge: `s.${c} + excluded.${c} + ((s.${low} + excluded.${low}) >> 32)`,
      }),
    )
    return { high, low }
  }

  extreme(which: 'min' | 'max', argument: Argument, sqlType: string): string {
    return this.#extreme(which, argument, { kind: `${which}/1`, sqlType })
  }

  #extreme(
    which: 'min' | 'max',
    { sql, filter }: Argument,
    { kind, sqlType }: { kind: string; sqlType: string },
  ): string {
    const wins = which === 'min' ? '<' : '>'
    return this.#add(kind, `${which}(${sql})${filter}`, sqlType, (c) => ({
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
    // Texts count by the number that they begin with, as in the sum.
    const number = argument.type === null ? `CAST(${sql} AS REAL)` : sql
    const squares = this.#add(
      'squares/1',
      `coalesce(penstock_squares(${number})${filter}, 0.0)`,
      'REAL',
      (c) => ({
        fromStates: `penstock_merged_squares(${count}, ${sum}, ${c})`,
        merge:
          `s.${c} + excluded.${c} + CASE WHEN s.${count} > 0 AND excluded.${count} > 0 THEN ` +
          `${distance} * ${distance} * s.${count} * excluded.${count} / (s.${count} + excluded.${count}) ELSE 0.0 END`,
      }),
    )
    return { count, sum, squares }
  }

  /**
   * The value with the smallest or largest place in the stream, behind that place. Where places are the same, the value itself
   * decides.
   * @param orderBy SQL of an integer; `label` where states by one column are of another kind than those by another one
   * @returns its column, and SQL of the value
   */
  endmost(
    which: 'min' | 'max',
    argument: Argument,
    orderBy: { sql: string; type: ColumnType | null; label: string | null },
  ): { column: string; value: string } {
    const { sql, type, filter } = argument
    const place = placeOf(orderBy)
    const isSet = `(${sql}) IS NOT NULL AND (${orderBy.sql}) IS NOT NULL`
    const text = `${place.sql} || ${encoded(argument)}`
    const placed = `CASE WHEN ${isSet} THEN ${isBinary(type) ? `CAST(${text} AS BLOB)` : text} END`
    const sqlType = isBinary(type) ? 'BLOB' : 'TEXT'
    const kind = `${which}-by-${orderBy.label ?? orderBy.type ?? 'any'}-of-${type ?? 'any'}/1`
    const column = this.#extreme(which, { sql: placed, type: 'text', filter }, { kind, sqlType })
    return { column, value: decoded(column, type, place.length) }
  }

  /** A sketch as bytes: see functions.ts. */
  sketch(kind: 'distinct' | 'quantiles', { sql, filter }: Argument): string {
    return this.#add(
      `${kind}/1`,
      `penstock_${kind}(${sql}, (${sql}) & ${lowBits})${filter}`,
      'BLOB',
      (c) => ({
        fromStates: `penstock_${kind}_union(${c})`,
        merge: `penstock_${kind}_merge(s.${c}, excluded.${c})`,
      }),
    )
  }

  #add(
    kind: string,
    fromRows: string,
    sqlType: string,
    rest: (column: string) => Pick<StateColumn, 'fromStates' | 'merge'>,
  ): string {
    const known = this.#known.get(fromRows)
    if (known !== undefined) return known.column
    const column = `_${String(this.columns.length + 1)}`
    const state = { column, kind, sqlType, fromRows, ...rest(column) }
    this.#known.set(fromRows, state)
    this.columns.push(state)
    return column
  }
}

/** Integers that always have as many digits: text of fixed width for less than printf costs. */
function placeOf({ sql, type }: { sql: string; type: ColumnType | null }): Place {
  const offset = '(coalesce(_offset, 0) + 1000000000000000000)'
  if (type === 'timestamp') return { sql: `((${sql}) + 4611686018427387904) || ${offset}`, length: 38 }
  // Any integer may be here, and adding to a large one would make a real of it.
  const halves = `(((${sql}) >> 32) + 4294967296) || (((${sql}) & ${lowBits}) + 4294967296)`
  return { sql: `${halves} || ${offset}`, length: 39 }
}

/** Whether a value may be bytes: text functions would stop at a zero in them. */
function isBinary(type: ColumnType | null): boolean {
  return type === null || type === 'bytes'
}

/** A value as text, or as bytes in a text, from which {@link decoded} gets it back. */
function encoded({ sql, type }: Argument): string {
  const value = `(${sql})`
  const real = `printf('%!.17g', ${value})`
  if (type === 'real') return real
  if (type !== null) return value
  return `substr(typeof${value}, 1, 1) || CASE typeof${value} WHEN 'real' THEN ${real} ELSE ${value} END`
}

/** The value that {@link encoded} wrote behind a place of so many bytes. With functions of any SQLite since 3.37. */
function decoded(column: string, type: ColumnType | null, length: number): string {
  const value = `substr(${column}, ${String(length + 1)})`
  const real = (text: string): string => `CAST(replace(${text}, 'Inf', '9e999') AS REAL)`
  switch (type) {
    case 'integer':
    case 'boolean':
    case 'timestamp':
      return `CAST(${value} AS INTEGER)`
    case 'real':
      return real(value)
    case 'bytes':
      return value
    case 'text':
    case 'json':
      return `CAST(substr(CAST(${column} AS BLOB), ${String(length + 1)}) AS TEXT)`
    case null: {
      const kind = `CAST(substr(${column}, ${String(length + 1)}, 1) AS TEXT)`
      const inner = `substr(${column}, ${String(length + 2)})`
      return (
        `CASE ${kind} WHEN 'i' THEN CAST(${inner} AS INTEGER) WHEN 'r' THEN ${real(`CAST(${inner} AS TEXT)`)} ` +
        `WHEN 't' THEN CAST(${inner} AS TEXT) WHEN 'b' THEN ${inner} END`
      )
    }
  }
}

function plus(column: string): string {
  return `s.${column} + excluded.${column}`
}
