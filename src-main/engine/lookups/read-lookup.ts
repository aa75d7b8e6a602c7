/**
 * A lookup file to typed rows. Runs in the ingest thread, which hands the rows on to the store; the file is streamed, and
 * read twice where its columns have to be found first.
 */
import { assertNever } from '#contract/errors.ts'
import { suggest } from '../../workspace/suggest.ts'
import type { Column } from '../../workspace/model.ts'
import type { FileLookup } from './file-lookup.ts'
import { columnDefault } from '../../columns/column-default.ts'
import { isMisfit, type SqlValue } from '../../columns/values.ts'
import { openCsv } from './csv-rows.ts'
import { fileVersion } from './file-version.ts'
import { readJsonArray, readNdjson } from './json-rows.ts'
import { inferLookupColumns } from './lookup-columns.ts'
import { changedFault, lookupFault } from './lookup-fault.ts'
import { largestJsonBytes, type LookupRow } from './lookup-row.ts'

const chunkRows = 2000
/** Characters of text in a chunk, about; a chunk is cut when it has more. */
const chunkCharacters = 4 * 1024 * 1024

/** Some rows of a lookup, values in the order of its columns. */
export interface LookupChunk {
  /** The same in every chunk; the first chunk comes even where there are no rows. */
  columns: readonly Column[]
  rows: SqlValue[][]
}

/**
 * Reads a lookup file from its beginning to its end.
 * @returns chunks of at most 2,000 rows, in the order of the file; rows with the same key are all there
 * @throws AppError LOOKUP_UNREADABLE with file, line, column, value and what to write instead; `details.changed` where
 *   the file was written meanwhile, so that what was read is worth nothing and has to be read again
 */
export async function* readLookup(lookup: FileLookup): AsyncGenerator<LookupChunk, void> {
  const before = await fileVersion(lookup)
  if (before.sizeBytes === 0) throw lookupFault(lookup, 'the file is empty')
  if (lookup.format === 'json' && before.sizeBytes > largestJsonBytes) {
    const message = `a JSON array has at most ${String(largestJsonBytes / 1024 ** 2)} MB`
    throw lookupFault(lookup, message, { hint: 'write it as NDJSON, one object per line' })
  }
  try {
    yield* readChunks(lookup)
  } catch (error) {
    if ((await fileVersion(lookup)).text !== before.text) throw changedFault(lookup, error)
    throw error
  }
  if ((await fileVersion(lookup)).text !== before.text) throw changedFault(lookup)
}

async function* readChunks(lookup: FileLookup): AsyncGenerator<LookupChunk, void> {
  const columns = lookup.columns ?? (await findColumns(lookup))
  const keyIndex = findKey(lookup, columns)
  const { header, rows } = await openRows(lookup)
  if (header !== null) checkHeader(lookup, columns, header)
  let chunk: LookupChunk = { columns, rows: [] }
  let characters = 0
  let isFirst = true
  for await (const row of rows) {
    const values = columns.map((column) => typedValue(lookup, column, row))
    if (values[keyIndex] === null) throw nullKey(lookup, row)
    chunk.rows.push(values)
    characters += textLength(values)
    if (chunk.rows.length < chunkRows && characters < chunkCharacters) continue
    yield chunk
    chunk = { columns, rows: [] }
    characters = 0
    isFirst = false
  }
  if (isFirst || chunk.rows.length > 0) yield chunk
}

async function findColumns(lookup: FileLookup): Promise<Column[]> {
  const { header, rows } = await openRows(lookup)
  return inferLookupColumns(lookup, header, rows)
}

interface OpenRows {
  header: readonly string[] | null
  rows: AsyncIterable<LookupRow>
}

async function openRows(lookup: FileLookup): Promise<OpenRows> {
  switch (lookup.format) {
    case 'csv':
      return openCsv(lookup)
    case 'json':
      return { header: null, rows: readJsonArray(lookup) }
    case 'ndjson':
      return { header: null, rows: readNdjson(lookup) }
    default:
      return assertNever(lookup.format)
  }
}

/** SQL does not tell upper and lower case apart, so neither does the key. */
function findKey(lookup: FileLookup, columns: readonly Column[]): number {
  const wanted = lookup.key.toLowerCase()
  const index = columns.findIndex((column) => column.name.toLowerCase() === wanted)
  if (index >= 0) return index
  const originals = columns.map((column) => String(column.path[0]))
  const hint =
    separatorHint(originals) ??
    nearestName(
      lookup.key,
      columns.map((column) => column.name),
    )
  throw lookupFault(lookup, `there is no column ${JSON.stringify(lookup.key)}, the key of the lookup`, {
    hint,
  })
}

function checkHeader(lookup: FileLookup, columns: readonly Column[], header: readonly string[]): void {
  for (const column of columns) {
    const wanted = String(column.path[0])
    if (header.includes(wanted)) continue
    const message = `the header has no ${JSON.stringify(wanted)}`
    const hint = separatorHint(header) ?? nearestName(wanted, header)
    throw lookupFault(lookup, message, { line: 1, column: column.name, hint })
  }
}

/** A header that is one name with other separators in it is most likely no comma-separated file. */
function separatorHint(header: readonly string[]): string | null {
  const [only] = header
  if (header.length !== 1 || only === undefined || !/[;\t|]/.test(only)) return null
  return `the header is one name, ${JSON.stringify(only.slice(0, 60))}: separate columns by commas`
}

function nearestName(wanted: string, names: readonly string[]): string {
  const near = suggest(wanted, names)
  if (near !== null) return `the nearest is ${JSON.stringify(near)}`
  return `the columns are ${names.slice(0, 20).join(', ')}${names.length > 20 ? ', ...' : ''}`
}

function typedValue(lookup: FileLookup, column: Column, row: LookupRow): SqlValue {
  const value = row.value(column)
  const { line } = row
  if (value === null) {
    if (column.default !== null) return columnDefault(column)
    if (column.nullable) return null
    const hint = 'fill it in, or give the column a default'
    throw lookupFault(lookup, 'a value is missing, and the column is not nullable', {
      line,
      column: column.name,
      hint,
    })
  }
  const typed = row.convert(column, value)
  if (!isMisfit(typed)) return typed
  const hint = `write ${exampleOf(column)}, or declare another type for the column`
  throw lookupFault(lookup, typed.misfit, { line, column: column.name, value: row.show(value), hint })
}

function nullKey(lookup: FileLookup, row: LookupRow): Error {
  const message = 'the key is missing, and a key is never NULL'
  return lookupFault(lookup, message, {
    line: row.line,
    column: lookup.key,
    hint: 'fill it in, or remove the row',
  })
}

function exampleOf(column: Column): string {
  switch (column.type) {
    case 'integer':
      return 'a whole number such as 12'
    case 'real':
      return 'a number such as 12.5'
    case 'boolean':
      return 'true or false'
    case 'timestamp':
      return column.format === null ? 'a time such as 2024-01-31T12:00:00Z' : `the time as ${column.format}`
    case 'json':
      return 'JSON such as {"a": 1}'
    case 'bytes':
      return 'bytes as base64'
    case 'text':
      return 'text'
    default:
      return assertNever(column.type)
  }
}

function textLength(values: readonly SqlValue[]): number {
  let length = 0
  for (const value of values) if (typeof value === 'string') length += value.length
  return length
}
