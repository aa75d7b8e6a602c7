/** zod's issues about penstock.yaml in the words of Penstock. Used by parse.ts. */
import type { z } from 'zod'
import type { IssueParams } from './forms.ts'
import { formatFilePath, type FilePath, type ProblemDraft } from './problem-draft.ts'
import { suggest } from './suggest.ts'

type Issue = z.core.$ZodIssue

/** A draft, and which key is missing or was probably meant, so that a misspelt key is not told as missing too. */
interface IssueDraft extends ProblemDraft {
  /** Paths of keys of which one is missing. */
  missing?: readonly string[]
  meant?: string
}

/** Keys that the design has and this version has not, by where they stand, and what to do instead. */
const laterKeys: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '': {
    alerts: 'remove it; ask the sys_ tables in a query',
    queries: 'remove it',
  },
}

/** What a right entry looks like, by key or by place; the hint where nothing nearer is known. */
const examples: Readonly<Record<string, string>> = {
  '': 'penstock: 1',
  penstock: 'penstock: 1',
  'sources.*': 'flights: { replay: { file: flights.ndjson } }',
  'lookups.*': 'airports: { file: airports.csv, key: iata }',
  'tables.*': 'late: { source: flights }',
  'tables.*.steps.*': '{ name: late, sql: SELECT * FROM input WHERE delay > 15 }',
  sources: 'sources: { flights: { replay: { file: flights.ndjson } } }',
  source: 'source: flights',
  connections: 'connections: { local: { brokers: ["127.0.0.1:9092"] } }',
  connection: 'connection: local',
  brokers: 'brokers: ["127.0.0.1:9092"]',
  kafka: 'kafka: { connection: local, topic: flights }',
  from: 'from: earliest',
  schema: 'schema: { file: orders.avsc }',
  tls: 'tls: true',
  sasl: 'sasl: { mechanism: scram-sha-512, username: penstock, password: { env: KAFKA_PASSWORD } }',
  registry: 'registry: { url: https://registry.example:8081 }',
  username: 'username: penstock',
  client_secret: 'client_secret: { secret: oauth }',
  token: 'token: { env: KAFKA_TOKEN }',
  topics: 'topics: [orders, payments]',
  'connections.*': 'local: { brokers: ["127.0.0.1:9092"] }',
  mechanism: 'mechanism: scram-sha-512',
  password: 'password: { env: KAFKA_PASSWORD }',
  url: 'url: https://registry.example:8081',
  region: 'region: eu-central-1',
  timeout: 'timeout: 10s',
  replay: 'replay: { file: flights.ndjson }',
  file: 'file: flights.ndjson',
  rate: 'rate: 2000',
  factor: 'factor: 10',
  partitions: 'partitions: 4',
  topic: 'topic: flights',
  event_time: 'event_time: at',
  columns: 'columns: { delay: integer }',
  type: 'type: integer',
  key: 'key: iata',
  'sources.*.replay.key': 'key: $.origin',
  'tables.*.key': 'key: order_id',
  newest_by: 'newest_by: at',
  delete_when: "delete_when: status = 'cancelled'",
  deduplicate: 'deduplicate: { by: order_id, within: 1h }',
  by: 'by: order_id',
  within: 'within: 1h',
  steps: 'steps: [{ name: late, sql: SELECT * FROM input WHERE delay > 15 }]',
  name: 'name: late',
  sql: 'sql: SELECT * FROM input',
  retain: 'retain: { rows: 5M, age: 24h }',
  rows: 'rows: 5M',
  age: 'age: 24h',
  store: 'store: { mode: disk, limit: 4GB }',
  limit: 'limit: 4GB',
  lookups: 'lookups: { airports: { file: airports.csv, key: iata } }',
  tables: 'tables: { late: { source: flights } }',
}

/** Names of types elsewhere. */
const typeSynonyms: Readonly<Record<string, string>> = {
  string: 'text',
  varchar: 'text',
  int: 'integer',
  long: 'integer',
  bigint: 'integer',
  number: 'real',
  float: 'real',
  double: 'real',
  decimal: 'real',
  bool: 'boolean',
  date: 'timestamp',
  datetime: 'timestamp',
  time: 'timestamp',
  object: 'json',
  array: 'json',
  struct: 'json',
}

/**
 * Turns the issues of one parse into problems.
 * @param data the values that were parsed
 */
export function describeIssues(issues: readonly Issue[], data: unknown): IssueDraft[] {
  const drafts = issues.flatMap((issue) => describeIssue(issue, data))
  const misspelt = new Set(drafts.flatMap((draft) => draft.meant ?? []))
  return drafts.filter((draft) => draft.missing?.some((key) => misspelt.has(key)) !== true)
}

/** The value at a path, or undefined where there is none. */
export function valueAt(data: unknown, path: FilePath): unknown {
  let value = data
  for (const segment of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = Object.hasOwn(value, segment) ? Reflect.get(value, segment) : undefined
  }
  return value
}

function describeIssue(issue: Issue, data: unknown): IssueDraft[] {
  const path = issue.path.map((segment) => (typeof segment === 'symbol' ? String(segment) : segment))
  const value = valueAt(data, path)
  if (issue.code === 'unrecognized_keys') return unknownKeys(issue, path)
  if (issue.code === 'custom') return [customProblem(issue, path)]
  if (issue.code === 'invalid_key') return keyProblems(issue, path, data)
  if (value === undefined) return missingKey(path)
  if (issue.code === 'invalid_union') return unionProblem(issue, path, data)
  return [{ path, at: 'value', ...describeValue(issue, path, value) }]
}

function unknownKeys(issue: Extract<Issue, { code: 'unrecognized_keys' }>, path: FilePath): IssueDraft[] {
  const known = issue.message.split(' ')
  return issue.keys.map((key) => {
    const draft = { path: [...path, key], at: 'key' } as const
    const later = laterKeys[patternOf(path)]?.[key]
    if (later !== undefined) {
      return { ...draft, message: `"${key}" is not supported by this version of Penstock`, hint: later }
    }
    const near = suggest(key, known)
    const message = `unknown key "${key}"`
    if (near === null) return { ...draft, message, hint: `the keys here are ${known.join(', ')}` }
    return { ...draft, message, hint: `write "${near}"`, meant: formatFilePath([...path, near]) }
  })
}

/** What is wrong with a name that the file gives to an entry. */
function keyProblems(
  issue: Extract<Issue, { code: 'invalid_key' }>,
  path: FilePath,
  data: unknown,
): IssueDraft[] {
  const issues = issue.issues.map((inner) => ({ ...inner, path: [...path, ...inner.path] }))
  return describeIssues(issues, data).map((draft) => ({ ...draft, at: 'key' }))
}

/** `sources.flights.columns.at` as `sources.*.columns.*`: every second key is a name. */
function patternOf(path: FilePath): string {
  return path.map((segment, index) => (index % 2 === 1 ? '*' : segment)).join('.')
}

function customProblem(issue: Extract<Issue, { code: 'custom' }>, path: FilePath): IssueDraft {
  const params = readParams(issue.params)
  const missing = params.missing?.map((key) => formatFilePath([...path, key]))
  const place = { message: issue.message, hint: params.hint, at: 'value' } as const
  const draft = missing === undefined ? place : { ...place, missing }
  if (params.key !== undefined) return { ...draft, path: [...path, params.key] }
  return params.offset === undefined ? { ...draft, path } : { ...draft, path, offset: params.offset }
}

function readParams(params: Record<string, unknown> | undefined): IssueParams {
  const { hint, offset, key, missing } = params ?? {}
  return {
    hint: typeof hint === 'string' ? hint : '',
    ...(typeof offset === 'number' ? { offset } : {}),
    ...(typeof key === 'string' ? { key } : {}),
    ...(Array.isArray(missing) ? { missing: missing.map(String) } : {}),
  }
}

function missingKey(path: FilePath): IssueDraft[] {
  const key = String(path.at(-1))
  const parent = path.slice(0, -1)
  const missing = [formatFilePath(path)]
  return [{ path: parent, at: 'key', message: `"${key}" is missing`, hint: exampleHint(path), missing }]
}

function unionProblem(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  path: FilePath,
  data: unknown,
): IssueDraft[] {
  const value = valueAt(data, path)
  const isMap = typeof value === 'object' && value !== null
  const meant = issue.errors.find((issues) => !issues.some((inner) => isOtherType(inner, isMap)))
  if (issue.message !== 'Invalid input' && (!isMap || meant === undefined)) {
    const message = `${issue.message}, not ${describe(value)}`
    return [{ path, at: 'value', message, hint: choiceHint(issue.message, value) ?? exampleHint(path) }]
  }
  const branch = meant ?? issue.errors[0] ?? []
  return describeIssues(
    branch.map((inner) => ({ ...inner, path: [...path, ...inner.path] })),
    data,
  )
}

/** What was probably meant, where the message lists what there is. */
function choiceHint(message: string, value: unknown): string | null {
  const choices = /^must be (?:one of )?(.+)$/.exec(message)?.[1]?.split(', ') ?? []
  const near = typeof value === 'string' ? suggest(value, choices) : null
  return near === null ? null : `write ${near}`
}

/** Whether a branch of a union was not meant at all: a wrong choice counts as one only where a map was written. */
function isOtherType(issue: Issue, isMap: boolean): boolean {
  if (issue.path.length > 0) return false
  return issue.code === 'invalid_type' || (isMap && issue.code === 'invalid_value')
}

function describeValue(issue: Issue, path: FilePath, value: unknown): { message: string; hint: string } {
  const hint = exampleHint(path)
  switch (issue.code) {
    case 'invalid_type':
      return {
        message: `must be ${expectedName(issue.expected)}, not ${describe(value)}`,
        hint: typeHint(issue, path, value),
      }
    case 'invalid_value':
      return describeChoice(issue.values.map(String), value)
    case 'too_small':
      if (issue.origin === 'array')
        return { message: 'there are no entries', hint: 'leave it out, or add one' }
      return {
        message: `must be ${issue.inclusive === false ? 'more than' : 'at least'} ${String(issue.minimum)}`,
        hint,
      }
    case 'too_big':
      return { message: `must be at most ${String(issue.maximum)}${unitOf(issue.origin)}`, hint }
    case 'invalid_format':
      return { message: `${describe(value)} is not a name: use letters, digits, dots, _ and -`, hint }
    default:
      return { message: issue.message, hint }
  }
}

function describeChoice(values: readonly string[], value: unknown): { message: string; hint: string } {
  const only = values.length === 1
  const message = only
    ? `must be ${String(values[0])}, not ${describe(value)}`
    : `must be one of ${values.join(', ')}, not ${describe(value)}`
  const near = only ? values[0] : typeof value === 'string' ? nearChoice(value, values) : null
  return { message, hint: near === null || near === undefined ? '' : `write ${near}` }
}

function nearChoice(value: string, choices: readonly string[]): string | null {
  const synonyms = Object.keys(typeSynonyms).filter((word) => choices.includes(typeSynonyms[word] ?? ''))
  const near = synonyms.includes(value.toLowerCase())
    ? value.toLowerCase()
    : suggest(value, [...choices, ...synonyms])
  return near === null || choices.includes(near) ? near : (typeSynonyms[near] ?? null)
}

function typeHint(issue: Extract<Issue, { code: 'invalid_type' }>, path: FilePath, value: unknown): string {
  if (issue.expected === 'boolean' && typeof value === 'string') {
    if (/^(yes|on)$/i.test(value)) return 'write true'
    if (/^(no|off)$/i.test(value)) return 'write false'
  }
  if (issue.expected === 'string' && (typeof value === 'number' || typeof value === 'boolean')) {
    return `write "${String(value)}" in quotes`
  }
  return exampleHint(path)
}

function exampleHint(path: FilePath): string {
  const example = examples[patternOf(path)] ?? examples[String(path.at(-1))]
  return example === undefined ? '' : `for example ${example}`
}

function unitOf(origin: string): string {
  return origin === 'string' ? ' characters' : ''
}

function expectedName(expected: string): string {
  const names: Record<string, string> = {
    string: 'text',
    number: 'a number',
    int: 'a whole number',
    boolean: 'true or false',
    object: 'a map of keys',
    record: 'a map of names',
    array: 'a list',
  }
  return names[expected] ?? expected
}

function describe(value: unknown): string {
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map'
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}
