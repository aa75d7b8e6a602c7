/** Rows of JSON lookup files: objects one per line (NDJSON), or the objects of one array. */
import type { FileLookup } from './file-lookup.ts'
import { isJsonObject, parseExactJson } from '../../columns/exact-json.ts'
import { splitArray } from './json-array.ts'
import { lookupFault } from './lookup-fault.ts'
import { JsonRow, largestRowBytes } from './lookup-row.ts'
import { countLines, readTextChunks } from './text-chunks.ts'

const lineFeed = 0x0a

/** Streams the objects of an NDJSON file; blank lines are passed over. @throws AppError LOOKUP_UNREADABLE */
export async function* readNdjson(lookup: FileLookup): AsyncGenerator<JsonRow, void> {
  let line = 1
  let pending: Buffer[] = []
  let pendingBytes = 0
  for await (const chunk of readTextChunks(lookup)) {
    let start = 0
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, start)) {
      const row = parseLine(lookup, Buffer.concat([...pending, chunk.subarray(start, end)]), line)
      if (row !== null) yield row
      line++
      pending = []
      pendingBytes = 0
      start = end + 1
    }
    pending.push(chunk.subarray(start))
    pendingBytes += chunk.length - start
    if (pendingBytes > largestRowBytes) {
      const megabytes = String(largestRowBytes / 1024 ** 2)
      const hint = 'write one object per line, or add format: json for an array'
      throw lookupFault(lookup, `the line is larger than ${megabytes} MB`, { line, hint })
    }
  }
  const last = parseLine(lookup, Buffer.concat(pending), line)
  if (last !== null) yield last
}

/**
 * The objects of a JSON array, one at a time; only the bytes of the file are held whole.
 * @throws AppError LOOKUP_UNREADABLE
 */
export async function* readJsonArray(lookup: FileLookup): AsyncGenerator<JsonRow, void> {
  const bytes = Buffer.concat(await Array.fromAsync(readTextChunks(lookup)))
  for (const element of splitArray(lookup, bytes)) {
    yield parseObject(lookup, bytes.toString('utf8', element.start, element.end), element.line)
  }
}

function parseLine(lookup: FileLookup, bytes: Buffer, line: number): JsonRow | null {
  const text = bytes.toString('utf8')
  return text.trim() === '' ? null : parseObject(lookup, text, line)
}

function parseObject(lookup: FileLookup, text: string, line: number): JsonRow {
  let value: unknown
  try {
    value = parseExactJson(text)
  } catch (error) {
    throw jsonFault(lookup, error, text, line)
  }
  if (isJsonObject(value)) return new JsonRow(line, value)
  if (Array.isArray(value) && line === 1 && lookup.format === 'ndjson') {
    const hint = 'add format: json for an array of objects, or write one object per line'
    throw lookupFault(lookup, 'the line is an array, not an object', { line, hint })
  }
  const shown = text.length > 60 ? `${text.slice(0, 57)}...` : text.trim()
  throw lookupFault(lookup, `${shown} is not an object`, {
    line,
    value: text,
    hint: 'write each row as { "name": value }',
  })
}

/** The parser tells the position of some faults only; the others are told at the first line of their row. */
function jsonFault(lookup: FileLookup, error: unknown, text: string, line: number): Error {
  if (error instanceof RangeError) return lookupFault(lookup, 'the value is nested too deep', { line })
  if (!(error instanceof SyntaxError)) throw error
  const at = Number(/at position (\d+)/.exec(error.message)?.[1] ?? '0')
  const faultLine = line + countLines(Buffer.from(text.slice(0, at)))
  const reason = error.message
    .replace(/,? ?(\.\.\.)?".*" is not valid JSON$/s, '')
    .replace(/ (in JSON )?at position .*$/s, '')
  const hint = lookup.format === 'ndjson' && line === 1 ? 'NDJSON has one whole object per line' : ''
  return lookupFault(lookup, `not valid JSON: ${reason.charAt(0).toLowerCase()}${reason.slice(1)}`, {
    line: faultLine,
    hint,
  })
}
