/**
 * Paths into a JSON value as a workspace writes them (`$.a['b c'][0]`), to and from the segments of Column.path. Used
 * when a workspace is read and in messages, never per record.
 */
import { limits } from '#contract/limits.ts'
import type { MaskPath } from './mask.ts'

/** Member names and array indexes from the value inwards; empty is the whole value. */
export type JsonPath = readonly (string | number)[]

/** Why a path cannot be read; `offset` counts characters from 0. */
export interface JsonPathProblem {
  message: string
  offset: number
}

const everyElement = '[*]'
const maxIndex = 2_147_483_647
/** What a member name may be without quotes. */
const bareName = /[^\s.[\]"'`*?(),@:{}\\]+/y
const plainName = /^[\p{L}_$][\p{L}\p{N}_$-]*$/u
const escapes: ReadonlyMap<string, string> = new Map([
  ["'", "'"],
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
])

/** Reads a path such as `$`, `$.a.b`, `$['a b']`, `$."a b"` or `$.items[0].x`. */
export function parseJsonPath(text: string): { path: JsonPath } | JsonPathProblem {
  const parsed = parseSegments(text, false)
  if ('message' in parsed) return parsed
  return { path: parsed.path.filter((segment) => segment !== null) }
}

/** As {@link parseJsonPath}, and `[*]` for every element of an array. */
export function parseMaskPath(text: string): { path: MaskPath } | JsonPathProblem {
  return parseSegments(text, true)
}

function parseSegments(text: string, takesEvery: boolean): { path: MaskPath } | JsonPathProblem {
  if (!text.startsWith('$')) {
    return { message: `a path starts with $, for example ${suggestPath(text)}`, offset: 0 }
  }
  const path: (string | number | null)[] = []
  let at = 1
  while (at < text.length) {
    const isEvery = takesEvery && text.startsWith(everyElement, at)
    const segment = isEvery ? { value: null, end: at + everyElement.length } : readSegment(text, at)
    if ('message' in segment) return segment
    if (path.length === limits.jsonDepth) {
      return { message: `a path has at most ${String(limits.jsonDepth)} segments`, offset: at }
    }
    path.push(segment.value)
    at = segment.end
  }
  return { path }
}

/** Writes a path in its shortest form; {@link parseJsonPath} reads it back to the same segments. */
export function formatJsonPath(path: MaskPath): string {
  let text = '$'
  for (const segment of path) {
    if (segment === null) text += everyElement
    else if (typeof segment === 'number') text += `[${String(segment)}]`
    else if (plainName.test(segment)) text += `.${segment}`
    else text += `['${escapeName(segment)}']`
  }
  return text
}

interface Segment {
  value: string | number
  end: number
}

function readSegment(text: string, at: number): Segment | JsonPathProblem {
  if (text[at] === '.') return readMember(text, at + 1)
  if (text[at] === '[') return readBracket(text, at + 1)
  return { message: `expected . or [ but found ${describe(text, at)}`, offset: at }
}

function readMember(text: string, at: number): Segment | JsonPathProblem {
  const first = text[at]
  if (first === '"' || first === "'") return readQuoted(text, at)
  if (first === '.') return { message: 'a path names one value: .. is not supported', offset: at }
  if (first === '*') return { message: 'a path names one value: * is not supported', offset: at }
  if (first === undefined) return { message: 'a member name is missing after the last .', offset: at }
  bareName.lastIndex = at
  const name = bareName.exec(text)?.[0]
  if (name === undefined) {
    return {
      message: `expected a member name but found ${describe(text, at)}; quote other names: ['a b']`,
      offset: at,
    }
  }
  return { value: name, end: at + name.length }
}

function readBracket(text: string, at: number): Segment | JsonPathProblem {
  const first = text[at]
  const inner = first === '"' || first === "'" ? readQuoted(text, at) : readIndex(text, at)
  if ('message' in inner) return inner
  if (text[inner.end] !== ']') {
    return { message: `expected ] but found ${describe(text, inner.end)}`, offset: inner.end }
  }
  return { value: inner.value, end: inner.end + 1 }
}

function readIndex(text: string, at: number): Segment | JsonPathProblem {
  let end = at
  while (/[0-9]/.test(text[end] ?? '')) end++
  const digits = text.slice(at, end)
  if (digits === '') {
    return {
      message: `expected an index of 0 or more, or a quoted name, but found ${describe(text, at)}`,
      offset: at,
    }
  }
  const index = Number(digits)
  if (index > maxIndex) return { message: `an index is at most ${String(maxIndex)}`, offset: at }
  return { value: index, end }
}

function readQuoted(text: string, at: number): Segment | JsonPathProblem {
  const quote = text[at]
  let value = ''
  for (let next = at + 1; next < text.length; next++) {
    const character = text[next] ?? ''
    if (character === quote) return { value, end: next + 1 }
    if (character !== '\\') {
      value += character
      continue
    }
    const escape = readEscape(text, next)
    if ('message' in escape) return escape
    value += escape.value
    next = escape.end - 1
  }
  return { message: `the name that starts here has no closing ${quote ?? ''}`, offset: at }
}

function readEscape(text: string, at: number): { value: string; end: number } | JsonPathProblem {
  const letter = text[at + 1] ?? ''
  const plain = escapes.get(letter)
  if (plain !== undefined) return { value: plain, end: at + 2 }
  const hex = /^u([0-9a-fA-F]{4})/.exec(text.slice(at + 1, at + 6))?.[1]
  if (hex !== undefined) return { value: String.fromCharCode(Number.parseInt(hex, 16)), end: at + 6 }
  return { message: `\\${letter} is not an escape; write \\\\ for a backslash`, offset: at }
}

function describe(text: string, at: number): string {
  const codePoint = text.codePointAt(at)
  return codePoint === undefined ? 'the end' : JSON.stringify(String.fromCodePoint(codePoint))
}

function suggestPath(text: string): string {
  const names = text.split('.').filter((name) => name !== '')
  return names.length === 0 || text.length > 80 ? '$.name' : formatJsonPath(names)
}

function escapeName(name: string): string {
  return name.replace(/[\\']/g, '\\$&').replace(/[\p{Cc}\p{Cs}]/gu, escapeUnit)
}

/** Control characters and halves of surrogate pairs by number, so that the text survives any encoding. */
function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}
