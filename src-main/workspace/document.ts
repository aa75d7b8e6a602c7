/**
 * YAML text to plain values, with the place of every key and value. Bounded: aliases cannot multiply without end. Used
 * by parse.ts; edit.ts, which changes the text, is the other importer of the YAML library.
 */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Alias,
  type Document,
  type Node,
  type Scalar,
} from 'yaml'
import type { Position } from './model.ts'
import type { FilePath, ProblemDraft } from './problem-draft.ts'
import { describeYamlErrors, type TextProblem } from './yaml-errors.ts'

/** `uniqueKeys` is off because the library compares every pair of keys; the reader below finds keys written twice. */
const yamlOptions = { intAsBigInt: true, prettyErrors: false, logLevel: 'error', uniqueKeys: false } as const
const deepest = 100
/** Values that aliases may add in all. */
const mostFromAliases = 10_000

interface Place {
  /** Offset of the key; null for list entries and the top. */
  key: number | null
  value: Node | null
}

/** A document that could be read: its values, and where each stands. */
export interface WorkspaceDocument {
  /** Maps without prototype, arrays, text, numbers, booleans and null. Integers beyond 2^53 are decimal text. */
  data: unknown
  /** Faults that leave the rest readable, such as a key written twice. */
  problems: readonly TextProblem[]
  /** Line and column of a draft's key or value, or of the nearest thing around it that is there. */
  positionOf(draft: Pick<ProblemDraft, 'path' | 'at' | 'offset'>): Position
  /** Where the text of a scalar begins, and whether it is a block scalar that keeps its lines. */
  textPosition(path: FilePath): { position: Position; multiline: boolean }
}

/** Reads the text of penstock.yaml. Never throws on any text. */
export function readDocument(text: string): WorkspaceDocument | { problems: readonly TextProblem[] } {
  const lines = new LineCounter()
  const document = parseDocument(text, { ...yamlOptions, lineCounter: lines })
  const { problems, readable } = describeYamlErrors(document, lines)
  if (!readable) return { problems }
  // A directive decides how the library reads the whole text; 1.1 has other words for true and makes dates of text.
  const written = document.directives.yaml
  if (written.explicit === true && written.version !== '1.2') {
    const { line, col } = lines.linePos(text.indexOf('%YAML'))
    const message = `the file asks for YAML ${written.version}; a workspace is YAML 1.2`
    return { problems: [{ position: { line, column: col }, message, hint: 'remove the %YAML line' }] }
  }
  const reader = new NodeReader(document, text, lines)
  const data = reader.readRoot()
  problems.push(...reader.problems)
  if (reader.isBroken) return { problems }
  return {
    data,
    problems,
    positionOf: (draft) => reader.positionOf(draft),
    textPosition: (path) => reader.textPosition(path),
  }
}

class NodeReader {
  readonly problems: TextProblem[] = []
  /** Whether a value could not be read, so that checks of the values would mislead. */
  isBroken = false
  readonly #document: Document.Parsed
  readonly #text: string
  readonly #lines: LineCounter
  readonly #places = new Map<string, Place>()
  readonly #open = new Set<Node>()
  #fromAliases = 0
  #aliasDepth = 0

  constructor(document: Document.Parsed, text: string, lines: LineCounter) {
    this.#document = document
    this.#text = text
    this.#lines = lines
  }

  readRoot(): unknown {
    return this.#read(this.#document.contents, [], null)
  }

  positionOf(draft: Pick<ProblemDraft, 'path' | 'at' | 'offset'>): Position {
    for (let length = draft.path.length; length > 0; length--) {
      const place = this.#places.get(pathKey(draft.path.slice(0, length)))
      if (place === undefined) continue
      if (length < draft.path.length || draft.at === 'key')
        return this.#position(place.key ?? startOf(place.value))
      return this.#position(this.#offsetInside(place, draft.offset ?? 0))
    }
    return this.#position(0)
  }

  textPosition(path: FilePath): { position: Position; multiline: boolean } {
    const node = this.#places.get(pathKey(path))?.value
    if (!isScalar(node)) return { position: this.positionOf({ path, at: 'value' }), multiline: false }
    const start = startOf(node)
    if (node.type === 'PLAIN') return { position: this.#position(start), multiline: false }
    if (node.type !== 'BLOCK_LITERAL' && node.type !== 'BLOCK_FOLDED') {
      return { position: this.#position(start + 1), multiline: false }
    }
    return { position: this.#blockPosition(start, node.value), multiline: node.type === 'BLOCK_LITERAL' }
  }

  /** The first line below the `|`, at the column where its text begins. */
  #blockPosition(start: number, value: unknown): Position {
    const header = this.#position(start)
    const below = this.#text.slice(start).split('\n').slice(1)
    const indent = firstIndent(below) - (typeof value === 'string' ? firstIndent(value.split('\n')) : 0)
    return { line: header.line + 1, column: indent + 1 }
  }

  #position(offset: number): Position {
    const { line, col } = this.#lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }

  /** Follows an offset into a value only where the file shows the value's text as it is. */
  #offsetInside(place: Place, offset: number): number {
    const start = startOf(place.value)
    if (place.value === null) return place.key ?? 0
    if (!isScalar(place.value)) return start
    if (place.value.value === null) return place.key ?? start
    if (typeof place.value.value !== 'string') return start
    const quoted = place.value.type === 'QUOTE_DOUBLE' || place.value.type === 'QUOTE_SINGLE'
    const textStart = quoted ? start + 1 : start
    const isPlainly = this.#text.startsWith(place.value.value, textStart)
    return isPlainly && offset > 0 ? textStart + offset : start
  }

  #read(node: Node | null, path: FilePath, key: number | null): unknown {
    const target = isAlias(node) ? this.#resolve(node) : node
    this.#places.set(pathKey(path), { key, value: target })
    if (target === null) return null
    if (isScalar(target)) {
      if (typeof target.value !== 'object' || target.value === null) return plainScalar(target)
      this.#fail(
        node,
        `the tag ${String(target.tag)} is not supported`,
        'remove the tag, and write text in quotes',
      )
      return null
    }
    if (path.length > deepest || this.#open.has(target)) {
      this.#fail(
        node,
        this.#open.has(target) ? 'an alias holds itself' : 'the file is nested too deep here',
        '',
      )
      return null
    }
    this.#open.add(target)
    if (isAlias(node)) this.#aliasDepth++
    const value = this.#readCollection(target, path)
    if (isAlias(node)) this.#aliasDepth--
    this.#open.delete(target)
    return value
  }

  #readCollection(node: Node, path: FilePath): unknown {
    if (isSeq<Node>(node)) {
      return node.items.map((item, index) =>
        this.#isOverBudget(item) ? null : this.#read(item, [...path, index], null),
      )
    }
    if (!isMap<Node, Node | null>(node)) return null
    const map: Record<string, unknown> = Object.create(null) as Record<string, unknown>
    for (const pair of node.items) {
      const name = this.#keyName(pair.key)
      if (name === null || this.#isOverBudget(pair.key)) continue
      if (Object.hasOwn(map, name)) this.#note(pair.key, `"${name}" is written twice`, 'keep one of the two')
      map[name] = this.#read(pair.value, [...path, name], startOf(pair.key))
    }
    return map
  }

  #keyName(key: Node): string | null {
    const target = isAlias(key) ? this.#resolve(key) : key
    if (isScalar(target)) {
      const value = plainScalar(target)
      if (value === '__proto__') this.#fail(key, '"__proto__" cannot be a key', 'choose another name')
      if (value === '<<') this.#fail(key, 'merge keys (<<) are not supported', 'write the keys out')
      if (value === null) return ''
      return typeof value === 'string' ? value : JSON.stringify(value)
    }
    this.#fail(key, 'a key must be text', 'write one word before the colon')
    return null
  }

  #isOverBudget(node: Node): boolean {
    if (this.#aliasDepth === 0) return false
    this.#fromAliases++
    if (this.#fromAliases === mostFromAliases) {
      this.#fail(node, 'aliases (*name) repeat too much here', 'write the values out')
    }
    return this.#fromAliases >= mostFromAliases
  }

  #resolve(alias: Alias): Node | null {
    const target = alias.resolve(this.#document)
    if (target !== undefined) return target
    this.#fail(
      alias,
      `*${alias.source} names no anchor above it`,
      `mark the value to repeat with &${alias.source}`,
    )
    return null
  }

  #fail(node: Node | null, message: string, hint: string): void {
    this.isBroken = true
    this.#note(node, message, hint)
  }

  #note(node: Node | null, message: string, hint: string): void {
    this.problems.push({ position: this.#position(startOf(node)), message, hint })
  }
}

function firstIndent(lines: readonly string[]): number {
  return Math.max(lines.find((line) => line.trim() !== '')?.search(/\S/) ?? 0, 0)
}

function startOf(node: Node | null): number {
  return node?.range?.[0] ?? 0
}

function pathKey(path: FilePath): string {
  return JSON.stringify(path)
}

/** Integers are read as bigint so that none loses digits on the way. */
function plainScalar(node: Scalar): unknown {
  const { value } = node
  if (typeof value !== 'bigint') return value
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value.toString()
}
