/** Rows of a CSV file, streamed. An empty cell without quotes is NULL; with quotes it is empty text. */
import { CsvError, parse, type Parser } from 'csv-parse'
import { pipeline } from 'node:stream'
import type { FileLookup } from './file-lookup.ts'
import { lookupFault } from './lookup-fault.ts'
import { CsvRow, largestRowBytes } from './lookup-row.ts'
import { readTextChunks } from './text-chunks.ts'

interface CsvRecord {
  line: number
  cells: readonly (string | null)[]
}

/** The header of a CSV file, and its rows. Iterate the rows to their end, or return early; both close the file. */
export interface CsvFile {
  header: readonly string[]
  rows: AsyncIterable<CsvRow>
}

/** @throws AppError LOOKUP_UNREADABLE, also while the rows are read */
export async function openCsv(lookup: FileLookup): Promise<CsvFile> {
  const records = readRecords(lookup)
  const first = await records.next()
  if (first.done === true)
    throw lookupFault(lookup, 'the file has no header line', { hint: 'name the columns in line 1' })
  const header = first.value.cells.map((cell) => cell ?? '')
  const twice = header.find((name, index) => header.indexOf(name) !== index)
  if (twice !== undefined) {
    await records.return()
    const message =
      twice === '' ? 'two columns have no name' : `two columns are called ${JSON.stringify(twice)}`
    throw lookupFault(lookup, message, { line: first.value.line, hint: 'give each column a name of its own' })
  }
  return { header, rows: readRows(lookup, header, records) }
}

async function* readRows(
  lookup: FileLookup,
  header: readonly string[],
  records: AsyncGenerator<CsvRecord, void>,
): AsyncGenerator<CsvRow, void> {
  for await (const { line, cells } of records) {
    if (cells.length !== header.length) {
      const message = `the row has ${cellCount(cells.length)}, the header ${String(header.length)}`
      throw lookupFault(lookup, message, { line, hint: 'put cells that hold a comma in quotes' })
    }
    yield new CsvRow(line, header, cells)
  }
}

async function* readRecords(lookup: FileLookup): AsyncGenerator<CsvRecord, void> {
  const place: Place = { rowLine: 1, lastLine: 0, isOpen: false }
  const parser = createParser(place)
  // A failing file destroys the parser with its error, which the loop below then throws.
  pipeline(readTextChunks(lookup), parser, () => undefined)
  const records: AsyncIterable<(string | null)[]> = parser
  try {
    for await (const [line, ...cells] of records) yield { line: Number(line), cells }
  } catch (error) {
    throw error instanceof CsvError ? csvFault(lookup, error, place) : error
  }
}

interface Place {
  /** Line where the row begins whose first cell was read last. */
  rowLine: number
  /** Line where the last cell ended. */
  lastLine: number
  /** Whether that row goes on. */
  isOpen: boolean
}

/** Its records are arrays of cells, with the row's line in front. */
function createParser(place: Place): Parser {
  return parse({
    relax_column_count: true,
    skip_empty_lines: true,
    record_delimiter: ['\r\n', '\n', '\r'],
    max_record_size: largestRowBytes,
    cast: (value, { quoting, lines, index }) => {
      if (index === 0) place.rowLine = lines - value.split('\n').length + 1
      place.lastLine = lines
      place.isOpen = true
      return value === '' && !quoting ? null : value
    },
    on_record: (cells) => {
      place.isOpen = false
      return [String(place.rowLine), ...cells]
    },
  })
}

function csvFault(lookup: FileLookup, error: CsvError, place: Place): Error {
  const line = typeof error['lines'] === 'number' ? error['lines'] : place.lastLine
  switch (error.code) {
    case 'CSV_QUOTE_NOT_CLOSED': {
      const message = 'a quote is opened in this row and never closed'
      return lookupFault(lookup, message, {
        line: openRowLine(place),
        hint: 'write "" for a quote inside quotes',
      })
    }
    case 'CSV_MAX_RECORD_SIZE': {
      const megabytes = String(largestRowBytes / 1024 ** 2)
      const hint = 'look for a quote that is not closed'
      return lookupFault(lookup, `a row is larger than ${megabytes} MB`, { line: openRowLine(place), hint })
    }
    case 'INVALID_OPENING_QUOTE':
      return lookupFault(lookup, 'a quote stands inside a cell that is not quoted', {
        line,
        hint: 'put the whole cell in quotes and write "" for a quote',
      })
    case 'CSV_INVALID_CLOSING_QUOTE':
      return lookupFault(lookup, 'text follows the closing quote of a cell', {
        line,
        hint: 'write "" for a quote inside quotes',
      })
    default:
      return lookupFault(lookup, error.message, { line, cause: error })
  }
}

/** Where the row begins that was not finished. */
function openRowLine(place: Place): number {
  return place.isOpen ? place.rowLine : place.lastLine + 1
}

function cellCount(count: number): string {
  return count === 1 ? '1 cell' : `${String(count)} cells`
}
