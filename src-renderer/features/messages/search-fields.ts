/**
 * The search as it stands in its fields and in the address, and what is asked of the engine for it. Pure. Every field is
 * text, so that nothing a person has typed is lost because it is not right yet.
 */
import type { MessageFilter, MessageFormat, MessageSearch, SearchStart } from '#contract/messages.ts'
import { messageFormat } from '#contract/messages.ts'
import { formatDateTime, type TimeZone } from '../../ui/format-time.ts'
import { readOffset, readPartitions, readSpan, readTime, type Reading } from './search-input.ts'

export const startKinds = ['newest', 'oldest', 'ago', 'time', 'offset'] as const
export type StartKind = (typeof startKinds)[number]

export const jsonOperators = ['=', '!=', '<', '<=', '>', '>=', 'contains', 'exists'] as const
export type JsonOperator = (typeof jsonOperators)[number]

export const matchLimits = [100, 500, 1000, 10_000, 100_000] as const

export interface SearchFields {
  from: StartKind
  /** Offset, time or span that `from` needs. */
  at: string
  /** Where a forward search ends: an offset where it starts at one, else a time; empty for the end of the log. */
  until: string
  partitions: string
  text: string
  jsonPath: string
  jsonOperator: JsonOperator
  jsonValue: string
  sql: string
  key: string
  headerName: string
  headerValue: string
  keyFormat: MessageFormat
  valueFormat: MessageFormat
  isolation: MessageSearch['isolation']
  limit: number
  live: boolean
}

export const firstFields: SearchFields = {
  from: 'newest',
  at: '',
  until: '',
  partitions: '',
  text: '',
  jsonPath: '',
  jsonOperator: '=',
  jsonValue: '',
  sql: '',
  key: '',
  headerName: '',
  headerValue: '',
  keyFormat: 'auto',
  valueFormat: 'auto',
  isolation: 'read_committed',
  limit: 500,
  live: false,
}

/** Fields whose text is a time for this start; they stand in the address in UTC, whoever reads it. */
function timeFields(from: StartKind): readonly ('at' | 'until')[] {
  if (from === 'time') return ['at', 'until']
  return from === 'oldest' || from === 'ago' ? ['until'] : []
}

interface Context {
  now: number
  zone: TimeZone
}

/** The fields as address parameters: only those that differ from the first ones. */
export function paramsOf(fields: SearchFields, context: Context): Record<string, string> {
  const params: Record<string, string> = {}
  const times = timeFields(fields.from)
  for (const [name, first] of Object.entries(firstFields)) {
    const value: string | number | boolean = fields[name as keyof SearchFields]
    if (value !== first) params[name] = String(value)
  }
  for (const name of times) {
    const read = fields[name] === '' ? null : readTime(fields[name], context)
    if (read !== null && 'value' in read) params[name] = new Date(read.value).toISOString()
  }
  return params
}

/** The fields that address parameters stand for; what they do not name, or name wrongly, is as at first. */
export function fieldsOf(params: Readonly<Record<string, string>>, zone: TimeZone): SearchFields {
  const text = (name: keyof SearchFields): string => params[name] ?? ''
  const oneOf = <T extends string>(name: keyof SearchFields, known: readonly T[], otherwise: T): T =>
    known.find((value) => value === params[name]) ?? otherwise
  const fields: SearchFields = {
    from: oneOf('from', startKinds, 'newest'),
    at: text('at'),
    until: text('until'),
    partitions: text('partitions'),
    text: text('text'),
    jsonPath: text('jsonPath'),
    jsonOperator: oneOf('jsonOperator', jsonOperators, '='),
    jsonValue: text('jsonValue'),
    sql: text('sql'),
    key: text('key'),
    headerName: text('headerName'),
    headerValue: text('headerValue'),
    keyFormat: oneOf('keyFormat', messageFormat.options, 'auto'),
    valueFormat: oneOf('valueFormat', messageFormat.options, 'auto'),
    isolation: oneOf('isolation', ['read_committed', 'read_uncommitted'], 'read_committed'),
    limit: matchLimits.find((limit) => String(limit) === params['limit']) ?? firstFields.limit,
    live: params['live'] === 'true',
  }
  for (const name of timeFields(fields.from)) {
    const at = Date.parse(fields[name])
    if (!Number.isNaN(at)) fields[name] = formatDateTime(at, zone, at % 1000 === 0 ? 'second' : 'millisecond')
  }
  return fields
}

/** What is wrong with a field. */
export interface FieldProblem {
  field: keyof SearchFields
  text: string
}

/** The search that the fields ask for, or the first field that cannot be read. */
export function searchOf(
  fields: SearchFields,
  topic: { connection: string; topic: string },
  context: Context,
): { search: MessageSearch } | FieldProblem {
  const partitions = readPartitions(fields.partitions)
  if ('problem' in partitions) return { field: 'partitions', text: partitions.problem }
  const start = startOf(fields, context)
  if ('problem' in start) return { field: 'at', text: start.problem }
  const end = endOf(fields, context)
  if ('problem' in end) return { field: 'until', text: end.problem }
  if (fields.jsonPath.trim() === '' && fields.jsonValue !== '')
    return { field: 'jsonPath', text: 'A path is needed, such as $.status' }
  return {
    search: {
      ...topic,
      ...(partitions.value === null ? {} : { partitions: partitions.value }),
      start: start.value,
      ...(end.value === null || fields.live ? {} : { end: end.value }),
      live: fields.live,
      filter: filterOf(fields),
      limit: fields.limit,
      keyFormat: fields.keyFormat,
      valueFormat: fields.valueFormat,
      isolation: fields.isolation,
    },
  }
}

function startOf({ from, at }: SearchFields, context: Context): Reading<SearchStart> {
  if (from === 'newest' || from === 'oldest') return { value: { at: from } }
  if (from === 'offset') {
    const read = readOffset(at)
    return 'problem' in read ? read : { value: { at: 'offset', offset: read.value } }
  }
  if (from === 'time') {
    const read = readTime(at, context)
    return 'problem' in read ? read : { value: { at: 'time', timeMs: read.value } }
  }
  const read = readSpan(at)
  return 'problem' in read ? read : { value: { at: 'ago', ms: read.value } }
}

function endOf({ from, until }: SearchFields, context: Context): Reading<MessageSearch['end'] | null> {
  if (until.trim() === '' || from === 'newest') return { value: null }
  if (from === 'offset') {
    const read = readOffset(until)
    return 'problem' in read ? read : { value: { at: 'offset', offset: read.value } }
  }
  const span = readSpan(until)
  if ('value' in span) return { value: { at: 'time', timeMs: context.now - span.value } }
  const read = readTime(until, context)
  return 'problem' in read ? read : { value: { at: 'time', timeMs: read.value } }
}

function filterOf(fields: SearchFields): MessageFilter {
  const { text, key, sql, headerName, headerValue, jsonOperator, jsonValue } = fields
  const path = fields.jsonPath.trim()
  return {
    ...(text === '' ? {} : { text }),
    ...(key === '' ? {} : { key }),
    ...(headerName === '' ? {} : { header: { name: headerName, value: headerValue } }),
    ...(path === ''
      ? {}
      : {
          json: {
            path: path.startsWith('$') ? path : `$.${path}`,
            operator: jsonOperator,
            value: jsonOperator === 'exists' ? '' : jsonValue,
          },
        }),
    ...(sql.trim() === '' ? {} : { sql: sql.trim() }),
  }
}

export type FilterKind = 'text' | 'json' | 'sql' | 'key' | 'header'

/** The filters that are set, in a few words each, for marks that take them away. */
export function filterMarks(fields: SearchFields): { kind: FilterKind; words: string }[] {
  const { text, json, sql, key, header } = filterOf(fields)
  const marks: { kind: FilterKind; words: string }[] = []
  if (text !== undefined) marks.push({ kind: 'text', words: `contains “${text}”` })
  if (json !== undefined) marks.push({ kind: 'json', words: `${json.path} ${json.operator} ${json.value}` })
  if (sql !== undefined) marks.push({ kind: 'sql', words: sql })
  if (key !== undefined) marks.push({ kind: 'key', words: `key contains “${key}”` })
  if (header !== undefined)
    marks.push({ kind: 'header', words: `header ${header.name} contains “${header.value}”` })
  return marks
}

/** The fields without one of their filters. */
export function withoutFilter(fields: SearchFields, kind: FilterKind): SearchFields {
  const cleared: Record<FilterKind, Partial<SearchFields>> = {
    text: { text: '' },
    json: { jsonPath: '', jsonValue: '', jsonOperator: '=' },
    sql: { sql: '' },
    key: { key: '' },
    header: { headerName: '', headerValue: '' },
  }
  return { ...fields, ...cleared[kind] }
}

/** What is taken from a message as a filter: a field of its value, a header, or its key. */
export type FilterChange =
  { path: string; value: string } | { header: string; value: string } | { key: string }

/** The fields with one more filter. */
export function withFilter(fields: SearchFields, change: FilterChange): SearchFields {
  if ('path' in change)
    return { ...fields, jsonPath: change.path, jsonOperator: '=', jsonValue: change.value }
  if ('key' in change) return { ...fields, key: change.key }
  return { ...fields, headerName: change.header, headerValue: change.value }
}
