/**
 * Validates one JSON value (RFC 8259) in a byte range and notes where the members that somebody asked for begin and end,
 * without making an object, a string or an array per record. For every record of ingest and of message searches.
 */
import { limits } from '#contract/limits.ts'
import { jsonKind } from './json-kind.ts'
import { clearSlots, emptyNode, findEntry, insertPath, type PathNode } from './path-tree.ts'

const quote = 0x22
const backslash = 0x5c
const colon = 0x3a
const comma = 0x2c
const openBrace = 0x7b
const closeBrace = 0x7d
const openBracket = 0x5b
const closeBracket = 0x5d
const minus = 0x2d

/** Bytes inside strings: 0 plain, 1 needs a look (quote, backslash, control character, or not ASCII). */
const special = new Uint8Array(256)
for (let byte = 0; byte < 256; byte++) {
  special[byte] = byte < 0x20 || byte >= 0x80 || byte === quote || byte === backslash ? 1 : 0
}

/** Keys remembered per object, in the order in which the last record had them. */
const rememberedKeys = 256

/** Scans values for a fixed list of paths. Not reentrant; one per source. */
export class JsonScanner {
  /** By path: kind of the value found, and its bytes [starts, ends); strings include their quotes. */
  readonly kinds: Uint8Array
  readonly starts: Int32Array
  readonly ends: Int32Array
  /** After a failed scan: what is wrong, and at which byte of the value. */
  problem = ''
  problemKind = ''
  /** After a scan that succeeded: kind of the whole value. */
  rootKind = 0

  readonly #root: PathNode = emptyNode()
  readonly #rootSlots: number[] = []
  /** Pairs (slot, slot of the same path). */
  readonly #copies: [number, number][]
  readonly #containers = new Uint8Array(limits.jsonDepth + 1)
  #bytes: Uint8Array = new Uint8Array(0)
  #start = 0
  #end = 0
  #kind = 0
  #depth = 0

  /** @param paths segments from the value's root: member names and array indexes; an empty path is the whole value */
  constructor(paths: readonly (readonly (string | number)[])[]) {
    this.kinds = new Uint8Array(paths.length)
    this.starts = new Int32Array(paths.length)
    this.ends = new Int32Array(paths.length)
    const copies: [number, number][] = []
    paths.forEach((path, slot) => {
      if (path.length === 0) this.#rootSlots.push(slot)
      else {
        const taken = insertPath(this.#root, path, slot)
        if (taken !== slot) copies.push([slot, taken])
      }
    })
    this.#copies = copies
  }

  /**
   * Scans `bytes[start, end)`, which must hold exactly one JSON value and white space.
   * @returns false where it does not; then `problem` says why
   */
  scan(bytes: Uint8Array, start: number, end: number): boolean {
    this.#bytes = bytes
    this.#start = start
    this.#end = end
    this.kinds.fill(jsonKind.absent)
    const first = this.#skipSpace(start)
    let at = this.#byte(first) === openBrace ? this.#object(first, this.#root, 1) : this.#rootValue(first)
    if (at < 0) return false
    const after = at
    at = this.#skipSpace(at)
    if (at < end) {
      this.#fail(at, 'expected the end of the value')
      return false
    }
    this.rootKind = this.#kind
    for (const slot of this.#rootSlots) this.#note(slot, this.#kind, first, after)
    for (const [slot, from] of this.#copies) {
      this.#note(slot, this.kinds[from] ?? 0, this.starts[from] ?? 0, this.ends[from] ?? 0)
    }
    return true
  }

  #rootValue(at: number): number {
    return this.#byte(at) === openBracket && this.#root.elements.length > 0
      ? this.#array(at, this.#root, 1)
      : this.#value(at, 0)
  }

  #note(slot: number, kind: number, start: number, end: number): void {
    this.kinds[slot] = kind
    this.starts[slot] = start
    this.ends[slot] = end
  }

  #byte(at: number): number {
    return at < this.#end ? (this.#bytes[at] ?? 0) : 0
  }

  #skipSpace(from: number): number {
    const bytes = this.#bytes
    const end = this.#end
    let at = from
    while (at < end) {
      const byte = bytes[at] ?? 0
      if (byte > 0x20 || (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) break
      at++
    }
    return at
  }

  #fail(at: number, what: string, kind = 'invalid-json'): -1 {
    const place = at >= this.#end ? 'the value ends early' : `at byte ${String(at - this.#start)}`
    this.problem = `${kind === 'invalid-utf8' ? 'invalid UTF-8' : 'invalid JSON'}, ${place}: ${what}`
    this.problemKind = kind
    return -1
  }

  /** Scans the object at `at` and notes what `node` asks for. Depth of recursion is that of the paths. */
  #object(from: number, node: PathNode, depth: number): number {
    const bytes = this.#bytes
    const order = node.order
    let at = this.#skipSpace(from + 1)
    if (this.#byte(at) === closeBrace) {
      this.#kind = jsonKind.object
      return at + 1
    }
    for (let position = 0; ; position++) {
      if (this.#byte(at) !== quote) return this.#fail(at, 'expected a member name in double quotes')
      let entry = order[position]
      const nameStart = at + 1
      if (entry !== undefined && this.#matches(entry.bytes, nameStart)) {
        at = nameStart + entry.bytes.length + 1
      } else {
        const nameEnd = this.#string(at)
        if (nameEnd < 0) return -1
        entry = findEntry(node, bytes, nameStart, nameEnd - 1, this.#kind === jsonKind.escapedString)
        if (position < rememberedKeys && this.#kind !== jsonKind.escapedString) order[position] = entry
        at = nameEnd
      }
      if (bytes[at] !== colon || at >= this.#end) {
        at = this.#skipSpace(at)
        if (this.#byte(at) !== colon) return this.#fail(at, 'expected ":"')
      }
      at++
      if (bytes[at] === 0x20) at = this.#skipSpace(at)
      const valueStart = at
      at = this.#member(at, entry.node, depth)
      if (at < 0) return -1
      if (entry.slot >= 0) this.#note(entry.slot, this.#kind, this.#skipSpace(valueStart), at)
      if (bytes[at] !== comma || at >= this.#end) {
        at = this.#skipSpace(at)
        const byte = this.#byte(at)
        if (byte === closeBrace) {
          this.#kind = jsonKind.object
          return at + 1
        }
        if (byte !== comma) return this.#fail(at, 'expected "," or "}"')
      }
      at++
      if (bytes[at] !== quote) at = this.#skipSpace(at)
    }
  }

  #member(from: number, node: PathNode | null, depth: number): number {
    if (node === null) return this.#value(from, depth)
    const at = this.#skipSpace(from)
    clearSlots(node, this.kinds)
    const byte = this.#byte(at)
    if (byte === openBrace && node.members.length > 0) return this.#object(at, node, depth + 1)
    if (byte === openBracket && node.elements.length > 0) return this.#array(at, node, depth + 1)
    return this.#value(at, depth)
  }

  #array(from: number, node: PathNode, depth: number): number {
    let at = this.#skipSpace(from + 1)
    if (this.#byte(at) === closeBracket) {
      this.#kind = jsonKind.array
      return at + 1
    }
    for (let index = 0; ; index++) {
      at = this.#skipSpace(at)
      const wanted = node.elements.find((element) => element.index === index)
      const valueStart = at
      at = this.#member(at, wanted?.node ?? null, depth)
      if (at < 0) return -1
      if (wanted !== undefined && wanted.slot >= 0) this.#note(wanted.slot, this.#kind, valueStart, at)
      at = this.#skipSpace(at)
      const byte = this.#byte(at)
      if (byte === closeBracket) {
        this.#kind = jsonKind.array
        return at + 1
      }
      if (byte !== comma) return this.#fail(at, 'expected "," or "]"')
      at++
    }
  }

  #matches(name: Uint8Array, start: number): boolean {
    const bytes = this.#bytes
    const length = name.length
    for (let index = 0; index < length; index++) {
      if (bytes[start + index] !== name[index]) return false
    }
    return bytes[start + length] === quote && start + length < this.#end
  }

  /** Any value that nobody looks into; iterative, so that deep nesting cannot exhaust the stack. */
  #value(from: number, outerDepth: number): number {
    let at = this.#skipSpace(from)
    const first = this.#byte(at)
    if (first === quote) return this.#string(at)
    if (first === minus || (first >= 0x30 && first <= 0x39)) return this.#number(at)
    if (first !== openBrace && first !== openBracket) return this.#literal(at)
    const containers = this.#containers
    let depth = 0
    for (;;) {
      const byte = this.#byte(at)
      if (byte === openBrace || byte === openBracket) {
        if (outerDepth + depth >= limits.jsonDepth) {
          return this.#fail(at, `nested deeper than ${String(limits.jsonDepth)}`)
        }
        containers[depth++] = byte
        at = this.#skipSpace(at + 1)
        const next = this.#byte(at)
        if (next !== (byte === openBrace ? closeBrace : closeBracket)) {
          if (byte === openBrace) at = this.#name(at)
          if (at < 0) return -1
          continue
        }
      } else if (byte === quote) {
        at = this.#string(at)
      } else if (byte === minus || (byte >= 0x30 && byte <= 0x39)) {
        at = this.#number(at)
      } else if (byte !== closeBrace && byte !== closeBracket) {
        at = this.#literal(at)
      } else {
        return this.#fail(at, 'expected a value')
      }
      if (at < 0) return -1
      at = this.#close(at, depth)
      if (at < 0) return -1
      depth = this.#depth
      if (depth === 0) {
        this.#kind = first === openBrace ? jsonKind.object : jsonKind.array
        return at
      }
    }
  }

  /** After a value or an opening bracket of an empty container: closes what ends here and steps to the next value. */
  #close(from: number, openDepth: number): number {
    const containers = this.#containers
    let depth = openDepth
    let at = from
    for (;;) {
      at = this.#skipSpace(at)
      const byte = this.#byte(at)
      const inObject = containers[depth - 1] === openBrace
      if (byte === (inObject ? closeBrace : closeBracket)) {
        depth--
        at++
        if (depth === 0) break
      } else if (byte === comma) {
        at = this.#skipSpace(at + 1)
        if (inObject) at = this.#name(at)
        break
      } else {
        return this.#fail(at, inObject ? 'expected "," or "}"' : 'expected "," or "]"')
      }
    }
    this.#depth = depth
    return at
  }

  #name(from: number): number {
    if (this.#byte(from) !== quote) return this.#fail(from, 'expected a member name in double quotes')
    let at = this.#string(from)
    if (at < 0) return -1
    at = this.#skipSpace(at)
    if (this.#byte(at) !== colon) return this.#fail(at, 'expected ":"')
    return this.#skipSpace(at + 1)
  }

  #string(from: number): number {
    const bytes = this.#bytes
    const end = this.#end
    let at = from + 1
    let kind: number = jsonKind.string
    for (;;) {
      while (special[bytes[at] ?? 0] === 0) at++
      if (at >= end) return this.#fail(end, 'a string is not closed')
      const byte = bytes[at] ?? 0
      if (byte === quote) {
        this.#kind = kind
        return at + 1
      }
      if (byte >= 0x80) at = this.#utf8(at)
      else if (byte === backslash) {
        kind = jsonKind.escapedString
        at = this.#escape(at)
      } else return this.#fail(at, 'a control character in a string must be escaped')
      if (at < 0) return -1
    }
  }

  #escape(from: number): number {
    const byte = this.#byte(from + 1)
    if (byte === 0x75) {
      for (let digit = from + 2; digit < from + 6; digit++) {
        if (!isHexDigit(this.#byte(digit))) return this.#fail(digit, '\\u needs four hexadecimal digits')
      }
      return from + 6
    }
    // " \ / b f n r t
    const known = byte === quote || byte === backslash || byte === 0x2f || byte === 0x62 || byte === 0x66
    if (known || byte === 0x6e || byte === 0x72 || byte === 0x74) return from + 2
    return this.#fail(from + 1, 'unknown escape after "\\"')
  }

  /** One code point beyond ASCII: shortest form, no surrogates, up to U+10FFFF (RFC 3629). */
  #utf8(from: number): number {
    const lead = this.#byte(from)
    const second = this.#byte(from + 1)
    if (lead >= 0xc2 && lead <= 0xdf && isContinuation(second)) return from + 2
    if (lead >= 0xe0 && lead <= 0xef && isContinuation(second) && isContinuation(this.#byte(from + 2))) {
      const tooShort = lead === 0xe0 && second < 0xa0
      const surrogate = lead === 0xed && second > 0x9f
      if (!tooShort && !surrogate) return from + 3
    }
    if (lead >= 0xf0 && lead <= 0xf4 && isContinuation(second)) {
      const inRange = (lead !== 0xf0 || second >= 0x90) && (lead !== 0xf4 || second <= 0x8f)
      if (inRange && isContinuation(this.#byte(from + 2)) && isContinuation(this.#byte(from + 3)))
        return from + 4
    }
    return this.#fail(from, `0x${lead.toString(16)} does not begin a character`, 'invalid-utf8')
  }

  #number(from: number): number {
    const bytes = this.#bytes
    const end = this.#end
    let at = from
    if (bytes[at] === minus) at++
    const digits = at
    while (at < end && isDigit(bytes[at] ?? 0)) at++
    if (at === digits) return this.#fail(at, 'expected a digit')
    if (bytes[digits] === 0x30 && at > digits + 1) return this.#fail(digits, 'a number must not begin with 0')
    this.#kind = jsonKind.integer
    if (at < end && bytes[at] === 0x2e) {
      const fraction = ++at
      while (at < end && isDigit(bytes[at] ?? 0)) at++
      if (at === fraction) return this.#fail(at, 'expected a digit after "."')
      this.#kind = jsonKind.real
    }
    if (at < end && (bytes[at] === 0x65 || bytes[at] === 0x45)) {
      at++
      if (at < end && (bytes[at] === 0x2b || bytes[at] === minus)) at++
      const exponent = at
      while (at < end && isDigit(bytes[at] ?? 0)) at++
      if (at === exponent) return this.#fail(at, 'expected a digit in the exponent')
      this.#kind = jsonKind.real
    }
    return at
  }

  #literal(at: number): number {
    const byte = this.#byte(at)
    if (byte === 0x74 && this.#spells(at, 0x72, 0x75, 0x65)) {
      this.#kind = jsonKind.true
      return at + 4
    }
    if (byte === 0x6e && this.#spells(at, 0x75, 0x6c, 0x6c)) {
      this.#kind = jsonKind.null
      return at + 4
    }
    if (byte === 0x66 && this.#spells(at, 0x61, 0x6c, 0x73) && this.#byte(at + 4) === 0x65) {
      this.#kind = jsonKind.false
      return at + 5
    }
    return this.#fail(at, 'expected a value')
  }

  #spells(at: number, second: number, third: number, fourth: number): boolean {
    return this.#byte(at + 1) === second && this.#byte(at + 2) === third && this.#byte(at + 3) === fourth
  }
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39
}

function isHexDigit(byte: number): boolean {
  return isDigit(byte) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66)
}

function isContinuation(byte: number): boolean {
  return byte >= 0x80 && byte <= 0xbf
}
