/**
 * Copies one JSON value and masks parts of it on the way. Every member of a name counts, however it is escaped and however
 * often it stands there; where something else stands than a path expects, all of it becomes null. What lies beside the paths
 * is copied unread: whoever takes the copy validates it. Ingest and cluster thread, for every record of a source with masks.
 */
import { type Mask, type MaskAction, redactedText } from '../../columns/mask.ts'
import { JsonScanner } from '../json/json-scanner.ts'
import { unescapeText } from '../json/unescape-text.ts'
import type { ByteArena } from './byte-arena.ts'
import type { MaskNode } from './mask-tree.ts'
import type { ValueMasker } from './value-masker.ts'

const quote = 0x22
const backslash = 0x5c
const comma = 0x2c
const colon = 0x3a
const openBrace = 0x7b
const closeBrace = 0x7d
const openBracket = 0x5b
const closeBracket = 0x5d
const nullToken = new TextEncoder().encode('null')
const utf8 = new TextEncoder()
const redactedToken = utf8.encode(JSON.stringify(redactedText))
const quoteToken = Uint8Array.of(quote)

export class JsonMasker {
  /** After a `false`: what is wrong, without anything of the value. */
  problem = ''
  readonly #root: MaskNode
  readonly #masker: ValueMasker
  readonly #scanner = new JsonScanner([])
  #bytes: Uint8Array = new Uint8Array(0)
  #end = 0
  /** Everything before it is in the copy. */
  #copied = 0

  constructor(root: MaskNode, masker: ValueMasker) {
    this.#root = root
    this.#masker = masker
  }

  /** False where `bytes[start, end)` is no JSON, or another value than the paths begin with: then the copy is void. */
  write(bytes: Uint8Array, start: number, end: number, into: ByteArena): boolean {
    this.#bytes = bytes
    this.#end = end
    this.#copied = start
    this.problem = ''
    const first = this.#skipSpace(start)
    if (!this.#fits(first, this.#root) && !this.#isNull(first)) {
      this.problem = 'the value is not of the form that its masks expect'
      return false
    }
    const after = this.#value(first, this.#root, into)
    if (after < 0 || this.#skipSpace(after) !== end) {
      this.problem = 'the value is no valid JSON'
      return false
    }
    into.append(bytes, this.#copied, end)
    return true
  }

  #fits(at: number, node: MaskNode): boolean {
    if (node.mask !== null) return true
    const byte = this.#bytes[at]
    if (byte === openBrace) return node.members.length > 0
    return byte === openBracket && (node.every !== null || node.elements.size > 0)
  }

  #isNull(at: number): boolean {
    return this.#bytes[at] === nullToken[0]
  }

  #value(at: number, node: MaskNode, into: ByteArena): number {
    if (node.mask === null && this.#fits(at, node)) {
      return this.#bytes[at] === openBrace ? this.#object(at, node, into) : this.#array(at, node, into)
    }
    const end = this.#skipValue(at)
    if (end < 0 || !this.#scanner.scan(this.#bytes, at, end)) return -1
    if (!this.#isNull(at)) this.#replace(at, end, node.mask, into)
    return end
  }

  #object(from: number, node: MaskNode, into: ByteArena): number {
    let at = this.#skipSpace(from + 1)
    if (this.#byte(at) === closeBrace) return at + 1
    for (;;) {
      if (this.#byte(at) !== quote) return -1
      const nameEnd = this.#skipString(at)
      if (nameEnd < 0) return -1
      const member = this.#memberOf(node, at + 1, nameEnd - 1)
      at = this.#skipSpace(nameEnd)
      if (member === undefined || this.#byte(at) !== colon) return -1
      at = this.#skipSpace(at + 1)
      at = member === null ? this.#skipValue(at) : this.#value(at, member, into)
      if (at < 0) return -1
      at = this.#skipSpace(at)
      const byte = this.#byte(at)
      if (byte === closeBrace) return at + 1
      if (byte !== comma) return -1
      at = this.#skipSpace(at + 1)
    }
  }

  #array(from: number, node: MaskNode, into: ByteArena): number {
    let at = this.#skipSpace(from + 1)
    if (this.#byte(at) === closeBracket) return at + 1
    for (let index = 0; ; index++) {
      const element = node.elements.get(index) ?? node.every
      at = element === null ? this.#skipValue(at) : this.#value(at, element, into)
      if (at < 0) return -1
      at = this.#skipSpace(at)
      const byte = this.#byte(at)
      if (byte === closeBracket) return at + 1
      if (byte !== comma) return -1
      at = this.#skipSpace(at + 1)
    }
  }

  #replace(start: number, end: number, mask: Mask | null, into: ByteArena): void {
    const bytes = this.#bytes
    into.append(bytes, this.#copied, start)
    this.#copied = end
    const isString = bytes[start] === quote
    const isText = mask?.isText ?? isString
    const isNested = bytes[start] === openBrace || bytes[start] === openBracket
    switch (mask?.action.kind) {
      // Nothing is known of a value where the path goes on.
      case undefined:
      case 'drop':
        into.append(nullToken)
        return
      case 'redact':
        into.append(isText ? redactedToken : nullToken)
        return
      case 'hash':
        into.append(quoteToken)
        into.ascii(
          this.#masker.hash(isString ? textOf(bytes, start + 1, end - 1) : bytes.subarray(start, end)),
        )
        into.append(quoteToken)
        return
      case 'truncate':
        if (isNested) into.append(nullToken)
        else this.#truncate(mask.action, isString ? start + 1 : start, isString ? end - 1 : end, into)
    }
  }

  /** Writes the first characters of a text, or of a number as it is written. */
  #truncate(action: MaskAction & { kind: 'truncate' }, start: number, end: number, into: ByteArena): void {
    const bytes = this.#bytes
    const last = Math.min(end, start + action.characters)
    let at = start
    while (at < last && isPlain(bytes[at] ?? 0)) at++
    if (at === last) {
      into.append(quoteToken)
      into.append(bytes, start, last)
      into.append(quoteToken)
      return
    }
    const masked = this.#masker.mask(action, textOf(bytes, start, end), true)
    into.append(masked === null ? nullToken : utf8.encode(JSON.stringify(masked)))
  }

  /** Null where the name has no masks; undefined where it is no name. */
  #memberOf(node: MaskNode, start: number, end: number): MaskNode | null | undefined {
    let name = this.#bytes
    let from = start
    let length = end - start
    if (hasEscape(name, start, end)) {
      if (!this.#scanner.scan(name, start - 1, end + 1)) return undefined
      name = textOf(name, start, end)
      from = 0
      length = name.length
    }
    for (const member of node.members) {
      const wanted = member.name
      if (wanted.length !== length) continue
      let index = 0
      while (index < length && wanted[index] === name[from + index]) index++
      if (index === length) return member.node
    }
    return null
  }

  #byte(at: number): number {
    return at < this.#end ? (this.#bytes[at] ?? 0) : 0
  }

  #skipSpace(from: number): number {
    const bytes = this.#bytes
    let at = from
    while (at < this.#end) {
      const byte = bytes[at] ?? 0
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break
      at++
    }
    return at
  }

  #skipString(from: number): number {
    const bytes = this.#bytes
    const end = this.#end
    for (let at = from + 1; at < end; at++) {
      const byte = bytes[at]
      if (byte === backslash) at++
      else if (byte === quote) return at + 1
    }
    return -1
  }

  /** Over any value, by its brackets and strings alone; -1 where a string is not closed. */
  #skipValue(from: number): number {
    const bytes = this.#bytes
    const end = this.#end
    let depth = 0
    let at = from
    while (at < end) {
      const byte = bytes[at]
      if (byte === quote) {
        at = this.#skipString(at)
        if (at < 0 || depth === 0) return at
        continue
      }
      if (byte === openBrace || byte === openBracket) depth++
      else if (byte === closeBrace || byte === closeBracket) {
        if (depth === 0) return at
        if (--depth === 0) return at + 1
      } else if (depth === 0 && (byte === comma || isSpace(byte))) return at
      at++
    }
    return end
  }
}

/** ASCII that stands for itself in JSON strings. */
function isPlain(byte: number): boolean {
  return byte < 0x80 && byte !== backslash
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}

function hasEscape(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] === backslash) return true
  return false
}

/** Bytes of a JSON string without its escapes; half of a surrogate pair becomes U+FFFD. */
function textOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return hasEscape(bytes, start, end)
    ? utf8.encode(unescapeText(bytes, start, end))
    : bytes.subarray(start, end)
}
