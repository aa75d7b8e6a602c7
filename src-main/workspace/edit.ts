/**
 * Changes in the text of penstock.yaml that leave every other character as it was: comments, blank lines, alignment, line
 * endings. The library's document says where things stand; only the values that differ are written anew. Pure; used by
 * the hosts.
 */
import { AppError } from '#contract/errors.ts'
import {
  Document,
  isAlias,
  isMap,
  isScalar,
  parseDocument,
  type Node,
  type Pair,
  type Scalar,
  type YAMLMap,
} from 'yaml'
import { readDocument } from './document.ts'

/** A value of the file. In a map, a key that is undefined is to be absent; a key that is not there stays as it is. */
export type FileValue = string | boolean | readonly string[] | FileMap
export interface FileMap {
  readonly [key: string]: FileValue | undefined
}

interface Edit {
  from: number
  to: number
  text: string
}

type KeyedPair = Pair<Scalar, Node | null>

const indentUnit = '  '

/** The text of a new workspace with one connection. */
export function newWorkspaceText(name: string, connection: FileMap): string {
  const head = `# A Penstock workspace: connections to clusters, sources to read, tables to land in.
# \`penstock check\` names line and column of faults; secrets are named here and kept elsewhere.
penstock: 1
`
  return setConnection(head, name, connection)
}

/**
 * The text with this connection in it: added where there is none of the name, else changed where it differs.
 * @throws AppError WORKSPACE_INVALID where the text cannot be changed without touching something else
 */
export function setConnection(text: string, name: string, connection: FileMap): string {
  const mark = text.startsWith('\ufeff') ? '\ufeff' : ''
  const body = text.slice(mark.length)
  const editor = new TextEditor(body)
  const changed = editor.apply(['connections', name], connection)
  refuseSideEffects(body, changed, name, connection)
  return mark + changed
}

/**
 * The text without this connection: its lines go, every comment outside of them stays.
 * @throws AppError WORKSPACE_INVALID where there is none, or it cannot be removed without touching something else
 */
export function removeConnection(text: string, name: string): string {
  const mark = text.startsWith('\ufeff') ? '\ufeff' : ''
  const body = text.slice(mark.length)
  const changed = new TextEditor(body).drop(['connections', name])
  refuseSideEffects(body, changed, name, undefined)
  return mark + changed
}

class TextEditor {
  readonly #text: string
  readonly #end: string
  readonly #edits: Edit[] = []

  constructor(text: string) {
    this.#text = text
    this.#end = text.includes('\r\n') ? '\r\n' : '\n'
  }

  apply(keys: readonly [string, string], value: FileMap): string {
    this.#descend(this.#root(), keys, value)
    return this.#edited()
  }

  /** Takes a pair out of a map of the root; of the last one an empty map is left. */
  drop([outer, name]: readonly [string, string]): string {
    const map = pairOf(this.#root(), outer)?.value
    const pair = isMap(map) ? pairOf(map, name) : null
    if (!isMap(map) || pair === null) throw refusal(`there is no "${name}" in it`)
    if (map.items.length > 1) this.#remove(map, pair, new Set([pair]))
    else if (map.flow === true) this.#edit(startOf(map), endOf(map), '{}')
    else {
      const colon = this.#text.lastIndexOf(':', startOf(map)) + 1
      this.#edit(colon, colon, ' {}')
      this.#remove(map, pair, new Set([pair]))
    }
    return this.#edited()
  }

  #root(): YAMLMap {
    const { contents } = parseDocument(this.#text, { prettyErrors: false, uniqueKeys: false })
    if (!isMap(contents)) throw refusal('the file is not a map of keys')
    return contents
  }

  #edited(): string {
    let text = this.#text
    // Of edits at one place the one that was made first comes first.
    for (const { from, to, text: inserted } of this.#edits
      .map((edit, index) => ({ ...edit, index }))
      .toSorted((one, other) => other.from - one.from || other.index - one.index)) {
      text = text.slice(0, from) + inserted + text.slice(to)
    }
    return text
  }

  #descend(map: YAMLMap, [key, ...rest]: readonly string[], value: FileMap): void {
    if (key === undefined) {
      this.#merge(map, value)
      return
    }
    const pair = pairOf(map, key)
    const inner = pair?.value
    if (isMap(inner) && inner.items.length > 0) {
      this.#descend(inner, rest, value)
      return
    }
    const wrapped = rest.reduceRight<FileMap>((within, name) => ({ [name]: within }), value)
    if (pair === null) this.#add(map, key, wrapped, 'block')
    else this.#replace(pair, wrapped, 'block')
  }

  #merge(map: YAMLMap, wanted: FileMap): void {
    const removed = new Set(
      (map.items as KeyedPair[]).filter(({ key }) => {
        const name = isScalar(key) ? String(key.value) : ''
        return name in wanted && wanted[name] === undefined
      }),
    )
    if (map.flow === true && removed.size === map.items.length) {
      this.#edit(startOf(map), endOf(map), flowText(wanted))
      return
    }
    for (const pair of removed) this.#remove(map, pair, removed)
    for (const [key, value] of Object.entries(wanted)) {
      if (value === undefined) continue
      const pair = pairOf(map, key)
      if (pair === null) this.#add(map, key, value, 'flow')
      else this.#change(pair, value)
    }
  }

  #change(pair: KeyedPair, value: FileValue): void {
    const { value: node } = pair
    if (isMap(node) && isFileMap(value) && node.items.length > 0) this.#merge(node, value)
    else if (!isSame(node, value)) this.#replace(pair, value, 'flow')
  }

  /** Writes a value in the place of another. Of a value on lines of its own the new one goes to the line of the key. */
  #replace(pair: KeyedPair, value: FileValue, style: 'flow' | 'block'): void {
    const { value: node } = pair
    const keyEnd = endOf(pair.key)
    const from = node === null ? keyEnd : startOf(node)
    const to = node === null ? keyEnd : endOf(node)
    const isBlock = style === 'block' && isFileMap(value) && !this.#isInFlow(pair)
    const text = isBlock
      ? this.#end + this.#block(value, this.#indentAt(startOf(pair.key)) + indentUnit).trimEnd()
      : flowText(value)
    const isEmpty = node === null || (isScalar(node) && node.value === null && from === to)
    const between = this.#text.slice(keyEnd, from)
    if (isEmpty) {
      const colon = this.#text.indexOf(':', keyEnd) + 1
      const line = this.#lineEnd(colon)
      if (isBlock) this.#edit(line.content, line.content, text)
      else this.#edit(colon, colon, ` ${text}`)
      return
    }
    const newline = this.#text.slice(from, to).endsWith('\n') ? this.#end : ''
    if (isBlock) {
      const start = keyEnd + between.trimEnd().length
      this.#edit(start, to, text + newline)
    } else if (between.includes('\n') && !between.includes('#')) this.#edit(keyEnd, to, `: ${text}${newline}`)
    else this.#edit(from, to, text + newline)
  }

  #add(map: YAMLMap, key: string, value: FileValue, style: 'flow' | 'block'): void {
    const last = lastPair(map)
    if (map.flow === true) {
      const inner = `${flowText(key)}: ${flowText(value)}`
      if (last === null) this.#edit(startOf(map), endOf(map), `{ ${inner} }`)
      else this.#edit(pairEnd(last), pairEnd(last), `, ${inner}`)
      return
    }
    const first = firstPair(map)
    if (last === null || first === null) throw refusal('the map to write into is empty')
    const indent = this.#indentAt(startOf(first.key))
    const isBlock = style === 'block' && isFileMap(value)
    const lines = isBlock
      ? `${indent}${flowText(key)}:${this.#end}${this.#block(value, indent + indentUnit)}`
      : `${indent}${flowText(key)}: ${flowText(value)}${this.#end}`
    // `connections` stands before what uses it, below the head of the file.
    const after = key === 'connections' ? (headPair(map) ?? last) : last
    const at = this.#afterPair(after)
    const isSpaced = key === 'connections'
    const before = at > 0 && this.#text[at - 1] !== '\n' ? this.#end : ''
    this.#edit(at, at, before + (isSpaced ? this.#end : '') + lines)
  }

  /** @param removed all that leave this map; ranges of neighbours must not overlap */
  #remove(map: YAMLMap, pair: KeyedPair, removed: ReadonlySet<KeyedPair>): void {
    if (map.flow !== true) {
      this.#edit(this.#lineStart(startOf(pair.key)), this.#afterPair(pair), '')
      return
    }
    const pairs = map.items as KeyedPair[]
    const index = pairs.indexOf(pair)
    const [previous, next] = [pairs[index - 1], pairs[index + 1]]
    const isLeading = pairs.slice(0, index).every((other) => removed.has(other))
    if (isLeading && next !== undefined) this.#edit(startOf(pair.key), startOf(next.key), '')
    else if (previous !== undefined) this.#edit(pairEnd(previous), pairEnd(pair), '')
  }

  #block(map: FileMap, indent: string): string {
    return Object.entries(map)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => {
        if (isFileMap(value) && 'brokers' in value)
          return `${indent}${flowText(key)}:${this.#end}${this.#block(value, indent + indentUnit)}`
        return `${indent}${flowText(key)}: ${flowText(value ?? '')}${this.#end}`
      })
      .join('')
  }

  #isInFlow(pair: KeyedPair): boolean {
    const before = this.#text.slice(this.#lineStart(startOf(pair.key)), startOf(pair.key))
    return before.trim() !== ''
  }

  /** Offset after the line on which a pair ends; a comment on that line counts to it. */
  #afterPair(pair: KeyedPair): number {
    const end = pairEnd(pair)
    return end > 0 && this.#text[end - 1] === '\n' ? end : this.#lineEnd(end).next
  }

  #lineStart(offset: number): number {
    return this.#text.lastIndexOf('\n', offset - 1) + 1
  }

  #lineEnd(offset: number): { content: number; next: number } {
    const newline = this.#text.indexOf('\n', offset)
    if (newline < 0) return { content: this.#text.length, next: this.#text.length }
    const content = this.#text[newline - 1] === '\r' ? newline - 1 : newline
    return { content, next: newline + 1 }
  }

  #indentAt(offset: number): string {
    return this.#text.slice(this.#lineStart(offset), offset)
  }

  #edit(from: number, to: number, text: string): void {
    this.#edits.push({ from, to, text })
  }
}

/** The change must be the one that was wanted, and the only one: an anchor may lead elsewhere. */
function refuseSideEffects(
  before: string,
  after: string,
  name: string,
  connection: FileMap | undefined,
): void {
  const [old, changed] = [readDocument(before), readDocument(after)]
  if (!('data' in changed)) throw refusal('the result could not be read')
  const oldData = 'data' in old ? old.data : null
  const without = (data: unknown): unknown => {
    const { connections, ...rest } = recordOf(data)
    const { [name]: dropped, ...others } = recordOf(connections)
    return { rest, others, had: dropped === undefined }
  }
  const [oldRest, newRest] = [recordOf(without(oldData)), recordOf(without(changed.data))]
  const isUntouched =
    JSON.stringify([oldRest['rest'], oldRest['others']]) ===
    JSON.stringify([newRest['rest'], newRest['others']])
  if (!isUntouched) throw refusal(`"${name}" shares values with another part of the file`)
  const written = recordOf(recordOf(changed.data)['connections'])[name]
  if (!holds(written, connection)) throw refusal('the result is not what was asked for')
}

function holds(written: unknown, wanted: FileValue | undefined): boolean {
  if (wanted === undefined) return written === undefined
  if (!isFileMap(wanted)) return JSON.stringify(written) === JSON.stringify(wanted)
  const map = recordOf(written)
  return Object.entries(wanted).every(([key, value]) => holds(map[key], value))
}

function refusal(reason: string): AppError {
  return new AppError('WORKSPACE_INVALID', `penstock.yaml was not changed: ${reason}; edit it by hand`)
}

function isSame(node: Node | null, value: FileValue): boolean {
  if (node === null || isAlias(node)) return false
  return JSON.stringify(node.toJSON()) === JSON.stringify(value)
}

/** A value on one line, which is right wherever it stands: inside braces as well. */
function flowText(value: FileValue): string {
  const document = new Document([value])
  document.contents = document.createNode([value], { flow: true })
  return document.toString({ lineWidth: 0 }).trim().slice(1, -1).trim()
}

function isFileMap(value: FileValue | undefined): value is FileMap {
  return typeof value === 'object' && !Array.isArray(value)
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function pairOf(map: YAMLMap, key: string): KeyedPair | null {
  const found = map.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === key)
  return (found as KeyedPair | undefined) ?? null
}

function firstPair(map: YAMLMap): KeyedPair | null {
  return (map.items[0] as KeyedPair | undefined) ?? null
}

function lastPair(map: YAMLMap): KeyedPair | null {
  return (map.items.at(-1) as KeyedPair | undefined) ?? null
}

/** The pair with which the head of the file ends: its version, or its name where that follows. */
function headPair(map: YAMLMap): KeyedPair | null {
  const version = pairOf(map, 'penstock')
  const name = pairOf(map, 'name')
  if (version === null || name === null) return version
  return startOf(name.key) > startOf(version.key) ? name : version
}

function startOf(node: Node): number {
  return node.range?.[0] ?? 0
}

function endOf(node: Node): number {
  return node.range?.[1] ?? 0
}

function pairEnd(pair: KeyedPair): number {
  return pair.value === null ? endOf(pair.key) : Math.max(endOf(pair.value), endOf(pair.key))
}
