/**
 * Columns from a sample of records, for sources that declare none and for `penstock infer`. Runs in the ingest thread
 * before a source starts, and in the CLI.
 */
import type { Column } from './column.ts'
import { ColumnEvidence } from './column-evidence.ts'
import { columnNames } from './column-names.ts'
import { isJsonObject, parseExactJson } from './exact-json.ts'
import { formatJsonPath } from './json-path.ts'

/** SQLite has room for 2,000 columns in a table; members first seen beyond this many are left out. */
const mostColumns = 1000
const plainPath = /^\$(\.[A-Za-z_][A-Za-z0-9_]*)*$/

/** A column taken from samples. Always nullable, for no sample shows that a value is never missing. */
export interface InferredColumn extends Column {
  /** Samples that had a value here other than null. */
  seen: number
}

/**
 * The top-level members of the sampled objects, in the order in which they were first seen (JavaScript moves members
 * named by a whole number to the front). Samples that are not JSON objects are passed over: as records they become dead
 * letters.
 *
 * Types: integer where all values are whole numbers of 64 bits; real where some have a fraction; boolean; timestamp where
 * every value is text in ISO 8601 with a time part, or in exactly one known format; text for other text and for mixed
 * scalars; json for objects, arrays and mixtures with them. Numbers that need more digits than 64 bits or a double have
 * become json: real would lose digits, text would no longer compare as a number, json keeps both.
 */
export function inferColumns(samples: Iterable<Uint8Array>): InferredColumn[] {
  const members = new Map<string, ColumnEvidence>()
  for (const sample of samples) {
    const record = readObject(sample)
    if (record === null) continue
    for (const [name, value] of Object.entries(record)) evidenceOf(members, name)?.add(value)
  }
  const names = columnNames([...members.keys()])
  return [...members].map(([original, evidence], index) => ({
    name: names[index] ?? original,
    from: 'value' as const,
    path: [original],
    ...evidence.decide(),
    nullable: true,
    default: null,
    unit: 'ms',
    seen: evidence.seen,
  }))
}

/** The `columns:` block of penstock.yaml for inferred columns, with a line feed at its end. */
export function columnsBlock(columns: readonly InferredColumn[]): string {
  if (columns.length === 0) return '# no columns: no record is a JSON object with members\n'
  return ['columns:', ...columns.map((column) => `  ${columnLine(column)}`), ''].join('\n')
}

function columnLine(column: InferredColumn): string {
  const isPlain = column.format === null && column.path.length === 1 && column.path[0] === column.name
  const comment = column.seen === 0 ? ' # only null in the sample' : ''
  if (isPlain) return `${column.name}: ${column.type}${comment}`
  const path = formatJsonPath(column.path)
  const settings = [`path: ${plainPath.test(path) ? path : JSON.stringify(path)}`, `type: ${column.type}`]
  if (column.format !== null) settings.push(`format: ${JSON.stringify(column.format)}`)
  return `${column.name}: { ${settings.join(', ')} }${comment}`
}

function evidenceOf(members: Map<string, ColumnEvidence>, name: string): ColumnEvidence | null {
  const known = members.get(name)
  if (known !== undefined) return known
  if (members.size >= mostColumns) return null
  const evidence = new ColumnEvidence()
  members.set(name, evidence)
  return evidence
}

function readObject(sample: Uint8Array): Readonly<Record<string, unknown>> | null {
  try {
    const value = parseExactJson(new TextDecoder('utf-8', { fatal: true }).decode(sample))
    return isJsonObject(value) ? value : null
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError || error instanceof TypeError) return null
    throw error
  }
}
