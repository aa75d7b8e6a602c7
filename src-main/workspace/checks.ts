/**
 * What only the whole of penstock.yaml can tell: names that collide, references that lead nowhere, settings that do not
 * go together. Works on the raw values, so that all problems are found at once. Used by parse.ts.
 */
import { sourceFormat } from '#contract/workspace.ts'
import { parseJsonPath } from '../columns/json-path.ts'
import { lookupFormat } from './lookup-format.ts'
import { checkName, type NamedKind } from '../columns/names.ts'
import type { FilePath, ProblemDraft } from './problem-draft.ts'
import { rawEntries, rawList, rawText, type RawEntry } from './raw-file.ts'
import { valueAt } from './issues.ts'
import { suggest } from './suggest.ts'
import { checkMasks } from './mask-checks.ts'
import { checkRollups } from './rollup-checks.ts'

const sourceFormats: ReadonlySet<string> = new Set(sourceFormat.options)
/** Formats that have a schema. */
const schemaFormats: ReadonlySet<string> = new Set(['avro', 'protobuf', 'json-schema'])
/** Formats of files of lookups. */
const fileFormats: ReadonlySet<string> = new Set(['csv', 'json', 'ndjson'])

/** Every problem of the file that is not about one value by itself. */
export function checkFile(data: unknown): ProblemDraft[] {
  return [
    ...checkNames(data),
    ...checkConnectionNames(data),
    ...rawEntries(data, ['sources']).flatMap((source) => checkSource(data, source)),
    ...rawEntries(data, ['lookups']).flatMap((lookup) => checkLookup(data, lookup)),
    ...rawEntries(data, ['tables']).flatMap((table) => checkTableSource(data, table)),
    ...checkRollups(data),
    ...checkMasks(data),
  ]
}

function checkNames(data: unknown): ProblemDraft[] {
  const sources = rawEntries(data, ['sources'])
  const lookups = rawEntries(data, ['lookups'])
  const tables = rawEntries(data, ['tables'])
  const rollups = rawEntries(data, ['rollups'])
  const relations = new Map<string, Owner>()
  return [
    ...checkNamesOf(sources, 'source', new Map()),
    ...[...sources, ...lookups].flatMap((entry) =>
      checkNamesOf(rawEntries(data, [...entry.path, 'columns']), 'column', new Map()),
    ),
    ...checkNamesOf(lookups, 'lookup', relations),
    ...checkNamesOf(tables, 'table', relations),
    ...checkNamesOf(rollups, 'rollup', relations),
    ...rollups.flatMap((rollup) =>
      checkNamesOf(rawEntries(data, [...rollup.path, 'measures']), 'measure', new Map()),
    ),
    ...tables.flatMap((table) => checkStepNames(rawList(data, [...table.path, 'steps']), relations)),
  ]
}

/** What has a name already. */
interface Owner {
  kind: NamedKind
  name: string
}

/** @param taken owners by name in lower case; those of these entries are added */
function checkNamesOf(
  entries: readonly RawEntry[],
  kind: NamedKind,
  taken: Map<string, Owner>,
): ProblemDraft[] {
  return entries.flatMap(({ name, path }) => nameProblems(name, kind, taken, { path, at: 'key' }))
}

function checkStepNames(steps: readonly RawEntry[], relations: ReadonlyMap<string, Owner>): ProblemDraft[] {
  const taken = new Map(relations)
  return steps.flatMap((step) => {
    if (rawText(step.value, 'name') === null) return []
    return nameProblems(step.name, 'step', taken, { path: [...step.path, 'name'], at: 'value' })
  })
}

function nameProblems(
  name: string,
  kind: NamedKind,
  taken: Map<string, Owner>,
  place: { path: FilePath; at: 'key' | 'value' },
): ProblemDraft[] {
  const problem = checkName(name, kind)
  const owner = taken.get(name.toLowerCase())
  if (owner === undefined) taken.set(name.toLowerCase(), { kind, name })
  if (problem !== null) return [{ ...place, ...problem }]
  if (owner === undefined) return []
  const message = `${JSON.stringify(name)} is already the name of a ${owner.kind}`
  const reason = owner.name === name ? '' : '; SQL does not tell upper and lower case apart'
  return [{ ...place, message, hint: `choose another name${reason}` }]
}

function checkConnectionNames(data: unknown): ProblemDraft[] {
  return checkNamesOf(rawEntries(data, ['connections']), 'connection', new Map())
}

function checkSource(data: unknown, source: RawEntry): ProblemDraft[] {
  return [
    ...checkInput(source, ['replay', 'kafka']),
    ...checkConnection(data, source),
    ...checkRegistry(data, source),
    ...checkCaptureFormat(source),
    ...checkSchemaFile(source),
    ...checkEventTime(source),
    ...checkLateness(source),
    ...checkOriginalRate(source),
  ]
}

/** A source or lookup comes from exactly one place. */
function checkInput({ name, value, path }: RawEntry, keys: readonly [string, string]): ProblemDraft[] {
  if (typeof value !== 'object' || value === null) return []
  const given = keys.filter((key) => valueAt(value, [key]) !== undefined)
  if (given.length === 1) return []
  const [one, other] = keys
  if (given.length === 2) {
    const message = `${name} has both ${one} and ${other}`
    return [{ path: [...path, other], at: 'key', message, hint: 'keep one of the two' }]
  }
  // A misspelt key is told by itself, with the right one beside it.
  const known = new Set([
    one,
    other,
    'format',
    'columns',
    'event_time',
    'lateness',
    'too_late',
    'schema',
    'key',
    'masks',
    'mask_key',
  ])
  if (Object.keys(value).some((key) => !known.has(key))) return []
  return [
    { path, at: 'key', message: `${name} has neither ${one} nor ${other}`, hint: `add ${one} or ${other}` },
  ]
}

/** Formats with schemas take them from the registry of the connection, or from a file. */
function checkRegistry(data: unknown, { value, path }: RawEntry): ProblemDraft[] {
  const format = rawText(value, 'format')
  const name = rawText(valueAt(value, ['kafka']), 'connection')
  const connection = rawEntries(data, ['connections']).find((entry) => entry.name === name)
  if (format === null || !schemaFormats.has(format) || connection === undefined) return []
  if (valueAt(value, ['schema']) !== undefined) return []
  if (valueAt(connection.value, ['registry']) !== undefined) return []
  return [
    {
      path: [...path, 'format'],
      at: 'value',
      message: `connection ${connection.name} has no schema registry, and ${format} needs schemas`,
      hint: 'add registry to the connection, or schema with a file',
    },
  ]
}

function checkConnection(data: unknown, { value, path }: RawEntry): ProblemDraft[] {
  const connection = rawText(valueAt(value, ['kafka']), 'connection')
  const names = rawEntries(data, ['connections']).map((entry) => entry.name)
  if (connection === null || names.includes(connection)) return []
  const near = suggest(connection, names)
  const list = names.length === 0 ? 'declare one under connections' : `there are ${names.join(', ')}`
  return [
    {
      path: [...path, 'kafka', 'connection'],
      at: 'value',
      message: `there is no connection ${JSON.stringify(connection)}`,
      hint: near === null ? list : `write "${near}"`,
    },
  ]
}

/** Captures are lines of JSON. */
function checkCaptureFormat({ value, path }: RawEntry): ProblemDraft[] {
  const format = rawText(value, 'format')
  if (valueAt(value, ['replay']) === undefined || format === null || format === 'json') return []
  if (!sourceFormats.has(format)) return []
  return [
    {
      path: [...path, 'format'],
      at: 'value',
      message: `a capture is JSON, not ${format}`,
      hint: 'remove format; it is for topics',
    },
  ]
}

function checkSchemaFile({ value, path }: RawEntry): ProblemDraft[] {
  const file = rawText(valueAt(value, ['schema']), 'file')
  const format = rawText(value, 'format') ?? 'json'
  if (file === null || schemaFormats.has(format)) return []
  return [
    {
      path: [...path, 'schema'],
      at: 'key',
      message: `schema is for avro, protobuf and json-schema, not for ${format}`,
      hint: 'add format, or remove schema',
    },
  ]
}

function checkEventTime({ value, path }: RawEntry): ProblemDraft[] {
  const eventTime = rawText(value, 'event_time')
  const columns = rawEntries(value, ['columns'])
  if (eventTime === null || columns.length === 0) return []
  const place = { path: [...path, 'event_time'], at: 'value' } as const
  const column = columns.find((candidate) => candidate.name === eventTime)
  if (column === undefined) {
    const names = columns.map((candidate) => candidate.name)
    return [
      {
        ...place,
        message: `event_time names no column: ${JSON.stringify(eventTime)}`,
        hint: nearest(eventTime, names),
      },
    ]
  }
  const type = typeof column.value === 'string' ? column.value : rawText(column.value, 'type')
  if (type === null || type === 'timestamp') return []
  return [
    {
      ...place,
      message: `event_time names "${eventTime}", which is ${type}`,
      hint: 'name a column of type timestamp',
    },
  ]
}

/** What is late is told by event time. */
function checkLateness({ value, path }: RawEntry): ProblemDraft[] {
  const needs = { lateness: 'event_time', too_late: 'lateness' }
  return Object.entries(needs).flatMap(([key, needed]) => {
    const isAlone = valueAt(value, [key]) !== undefined && valueAt(value, [needed]) === undefined
    if (!isAlone) return []
    return [
      { path: [...path, key], at: 'key' as const, message: `${key} needs ${needed}`, hint: `add ${needed}` },
    ]
  })
}

function checkOriginalRate({ value, path }: RawEntry): ProblemDraft[] {
  const replay = valueAt(value, ['replay'])
  const untimed = valueAt(replay, ['envelope']) === false && valueAt(value, ['event_time']) === undefined
  if (rawText(replay, 'rate') !== 'original' || !untimed) return []
  return [
    {
      path: [...path, 'replay', 'rate'],
      at: 'value',
      message: 'rate: original needs to know when each record happened',
      hint: 'add event_time with the name of a timestamp column, or write a number of records per second',
    },
  ]
}

function checkLookup(data: unknown, lookup: RawEntry): ProblemDraft[] {
  const { value, path } = lookup
  const problems = [
    ...checkInput(lookup, ['file', 'kafka']),
    ...checkLookupKey(lookup),
    ...checkLookupFormat(lookup),
    ...checkSchemaFile(lookup),
  ]
  if (valueAt(value, ['kafka']) !== undefined) {
    return [...problems, ...checkConnection(data, lookup), ...checkRegistry(data, lookup)]
  }
  const file = rawText(value, 'file')
  const declared = valueAt(value, ['format'])
  const format = file === null ? null : lookupFormat(file, declared)
  if (file !== null && declared === undefined && format === null) {
    const message = `the extension of ${JSON.stringify(file)} does not say its format`
    problems.push({ path: [...path, 'file'], at: 'value', message, hint: 'add format: csv, json or ndjson' })
  }
  return format === 'csv' ? [...problems, ...checkHeaderPaths(lookup)] : problems
}

/** Files and topics have formats of their own. */
function checkLookupFormat({ value, path }: RawEntry): ProblemDraft[] {
  const format = rawText(value, 'format')
  if (format === null || !(sourceFormats.has(format) || fileFormats.has(format))) return []
  const isTopic = valueAt(value, ['kafka']) !== undefined
  const formats = isTopic ? sourceFormats : fileFormats
  if (formats.has(format)) return []
  const [what, hint] = isTopic ? ['topic', 'file'] : ['file', 'topic']
  return [
    {
      path: [...path, 'format'],
      at: 'value',
      message: `${format} is a format of a ${hint}, not of a ${what}`,
      hint: `write one of ${[...formats].join(', ')}`,
    },
  ]
}

function checkLookupKey({ value, path }: RawEntry): ProblemDraft[] {
  const key = rawText(value, 'key')
  const names = rawEntries(value, ['columns']).map((column) => column.name)
  // The record's key is added where it is not declared.
  if (valueAt(value, ['kafka']) !== undefined) return checkTopicKey(key, value, path)
  if (key === null || names.length === 0 || names.some((name) => isSameName(name, key))) return []
  const message = `key names no column: ${JSON.stringify(key)}`
  return [{ path: [...path, 'key'], at: 'value', message, hint: nearest(key, names) }]
}

/** A row of a topic is identified by the record's key, which no column of the value can be. */
function checkTopicKey(key: string | null, value: unknown, path: RawEntry['path']): ProblemDraft[] {
  const columns = rawEntries(value, ['columns'])
  const column = columns.find(({ name }) => key !== null && isSameName(name, key))
  if (column === undefined || rawText(column.value, 'from') === 'key') return []
  if (rawText(column.value, 'path') === null && rawText(column.value, 'from') === null) return []
  return [
    {
      path: [...path, ...column.path],
      at: 'key',
      message: `${column.name} is the key of a topic, and is not taken from there`,
      hint: 'write from: key',
    },
  ]
}

/** As SQL compares names. */
function isSameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}

/** A CSV file has a header and no members inside members. */
function checkHeaderPaths({ value, path }: RawEntry): ProblemDraft[] {
  return rawEntries(value, ['columns']).flatMap((column) => {
    const written = rawText(column.value, 'path')
    if (written === null || isHeaderPath(written)) return []
    return [
      {
        path: [...path, ...column.path, 'path'],
        at: 'value',
        message: 'the path of a CSV column is the name in its header line',
        hint: "for example $.name or $['Airport Name']",
      },
    ]
  })
}

function isHeaderPath(text: string): boolean {
  const parsed = parseJsonPath(text)
  if ('message' in parsed) return true
  return parsed.path.length === 1 && typeof parsed.path[0] === 'string'
}

function checkTableSource(data: unknown, { value, path }: RawEntry): ProblemDraft[] {
  const source = rawText(value, 'source')
  const names = rawEntries(data, ['sources']).map((entry) => entry.name)
  if (source === null || names.includes(source)) return []
  const message = `there is no source ${JSON.stringify(source)}`
  return [{ path: [...path, 'source'], at: 'value', message, hint: nearest(source, names) }]
}

function nearest(word: string, known: readonly string[]): string {
  const near = suggest(word, known)
  if (near !== null) return `write "${near}"`
  return known.length === 0 ? 'declare one under sources' : `there are ${known.slice(0, 20).join(', ')}`
}
