/** What only a whole source can tell about masks: paths that meet, columns that would always be NULL, a key that is missing. */
import { parseJsonPath, parseMaskPath } from '../columns/json-path.ts'
import { type MaskPath, reaches } from '../columns/mask.ts'
import { valueAt } from './issues.ts'
import type { FilePath, ProblemDraft } from './problem-draft.ts'
import { rawEntries, rawText, type RawEntry } from './raw-file.ts'

/** A part of a record, from its value, key or headers inwards. */
interface Part {
  /** For people. */
  words: string
  route: MaskPath
  /** As it is written; undefined where it is not masked. */
  mask: unknown
  path: FilePath
}

/** Problems of all masks, in the order of the file. */
export function checkMasks(data: unknown): ProblemDraft[] {
  return [
    ...rawEntries(data, ['sources']).flatMap(checkSource),
    ...rawEntries(data, ['lookups']).flatMap(checkLookup),
  ]
}

function checkLookup({ value, path }: RawEntry): ProblemDraft[] {
  return rawEntries(value, ['columns']).flatMap((column) => {
    if (maskOf(column.value) === undefined) return []
    const message = 'mask is for columns of sources, not of lookups'
    return [{ path: [...path, ...column.path, 'mask'], at: 'key' as const, message, hint: 'remove mask' }]
  })
}

function checkSource(source: RawEntry): ProblemDraft[] {
  const { value, path } = source
  const columns = columnParts(source)
  const masks = rawEntries(value, ['masks'])
  const parts = [...columns, ...pathParts(source)]
  const unread = masks.flatMap(({ name, path: inner }) => {
    const parsed = parseMaskPath(name)
    if ('path' in parsed) return []
    const message = `not a path: ${parsed.message}`
    return [{ path: [...path, ...inner], at: 'key' as const, message, hint: 'for example $.cards[*].number' }]
  })
  return [
    ...unread,
    ...checkDeclared(source, masks.length > 0),
    ...checkKey(source, parts),
    ...checkEventTime(source, columns),
    ...parts.flatMap((part, index) => checkMeeting(part, parts.slice(0, index), parts)),
  ]
}

/** What is inferred from clear records need not fit masked ones. */
function checkDeclared({ value, path }: RawEntry, hasMasks: boolean): ProblemDraft[] {
  if (!hasMasks || valueAt(value, ['columns']) !== undefined) return []
  return [
    {
      path: [...path, 'masks'],
      at: 'key',
      message: 'masks need columns that are declared',
      hint: 'add columns; penstock infer writes them',
    },
  ]
}

function checkKey({ value, path }: RawEntry, parts: readonly Part[]): ProblemDraft[] {
  const hashed = parts.find(({ mask }) => mask === 'hash')
  const hasKey = valueAt(value, ['mask_key']) !== undefined
  if ((hashed === undefined) === !hasKey) return []
  if (hashed === undefined) {
    const message = 'mask_key is for mask: hash, and nothing is hashed'
    return [{ path: [...path, 'mask_key'], at: 'key', message, hint: 'remove mask_key' }]
  }
  const message = 'mask: hash needs mask_key'
  return [{ path: hashed.path, at: 'value', message, hint: 'add mask_key: { env: NAME } to the source' }]
}

function checkEventTime({ value, path }: RawEntry, columns: readonly Part[]): ProblemDraft[] {
  const name = rawText(value, 'event_time')
  const column = columns.find(({ words }) => words === `column ${String(name)}`)
  if (name === null || column?.mask === undefined) return []
  const message = `event_time names "${name}", which is masked`
  return [
    { path: [...path, 'event_time'], at: 'value', message, hint: 'remove its mask, or name another column' },
  ]
}

/** A value is masked in one way, and nothing is left inside of what is masked. */
function checkMeeting(part: Part, earlier: readonly Part[], all: readonly Part[]): ProblemDraft[] {
  const outer = all.find(
    ({ mask, route }) => mask !== undefined && route.length < part.route.length && reaches(route, part.route),
  )
  const place = { path: part.path, at: 'key' } as const
  if (outer !== undefined) {
    const message = `${part.words} is inside of ${outer.words}, which is masked as a whole`
    return [{ ...place, message, hint: `remove one of the two, or mask the parts of ${outer.words}` }]
  }
  const same = earlier.find(
    ({ route, mask }) =>
      route.length === part.route.length &&
      reaches(route, part.route) &&
      JSON.stringify(mask) !== JSON.stringify(part.mask),
  )
  if (same === undefined) return []
  const message = `${part.words} and ${same.words} are the same part of the record, and masked differently`
  return [{ ...place, message, hint: 'write the same mask at both' }]
}

function columnParts({ value, path }: RawEntry): Part[] {
  return rawEntries(value, ['columns']).flatMap((column) => {
    const route = routeOf(column)
    if (route === null) return []
    const inner = [...path, ...column.path]
    return [{ words: `column ${column.name}`, route, mask: maskOf(column.value), path: inner }]
  })
}

function pathParts({ value, path }: RawEntry): Part[] {
  return rawEntries(value, ['masks']).flatMap((entry) => {
    const parsed = parseMaskPath(entry.name)
    if (!('path' in parsed)) return []
    const inner = [...path, ...entry.path]
    return [{ words: entry.name, route: ['value', ...parsed.path], mask: entry.value, path: inner }]
  })
}

/** Null where a column is taken from nothing that can be masked, or cannot be read. */
function routeOf({ name, value }: RawEntry): MaskPath | null {
  const from = rawText(value, 'from') ?? 'value'
  const written = rawText(value, 'path')
  const parsed = written === null ? { path: from === 'value' ? [name] : [] } : parseJsonPath(written)
  if ('message' in parsed) return null
  if (from === 'value' || from === 'key') return [from, ...parsed.path]
  if (from === 'headers') return ['headers']
  return from === 'header' ? ['headers', rawText(value, 'header') ?? ''] : null
}

function maskOf(column: unknown): unknown {
  return valueAt(column, ['mask'])
}
