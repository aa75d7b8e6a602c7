/**
 * Keys and headers of records with their masks applied, in both forms in which they travel: as they are on Kafka's wire, and
 * as JSON tokens of captures. What cannot be read is left out. Ingest and cluster thread.
 */
import type { Mask } from '../../columns/mask.ts'
import { JsonScanner } from '../json/json-scanner.ts'
import { unescapeText } from '../json/unescape-text.ts'
import { readHeaders } from '../kafka/records/batch-reader.ts'
import { type HeaderBytes, writeHeaders } from '../kafka/records/batch-writer.ts'
import { ByteArena } from './byte-arena.ts'
import { JsonMasker } from './json-masker.ts'
import { maskTree } from './mask-tree.ts'
import type { ValueMasker } from './value-masker.ts'

const quote = 0x22
const openBrace = 0x7b
const openBracket = 0x5b
const utf8 = new TextEncoder()
const text = new TextDecoder()

/** Keys are bytes: a text, or JSON of which members are masked. */
export class KeyMasker {
  readonly #whole: Mask | null
  readonly #members: JsonMasker | null
  readonly #masker: ValueMasker
  readonly #scanner = new JsonScanner([])
  readonly #arena = new ByteArena(4096)

  constructor(masks: readonly Mask[], masker: ValueMasker) {
    const mine = masks.filter(({ part }) => part === 'key')
    const tree = maskTree(mine)
    this.#whole = mine.find(({ path }) => path.length === 0) ?? null
    this.#members = tree === null || this.#whole !== null ? null : new JsonMasker(tree, masker)
    this.#masker = masker
  }

  /** Null where nothing is left. */
  mask(key: Uint8Array): Uint8Array | null {
    if (this.#whole !== null) {
      const masked = this.#masker.mask(this.#whole.action, key, this.#whole.isText ?? true)
      return masked === null ? null : utf8.encode(masked)
    }
    if (this.#members === null) return key
    const arena = this.#arena
    arena.reset()
    const isWritten = this.#members.write(key, 0, key.length, arena)
    if (!isWritten || !this.#scanner.scan(arena.bytes, 1, arena.length)) return null
    return arena.bytes.slice(1, arena.length)
  }

  /** @param token JSON, valid */
  maskToken(token: Uint8Array): Uint8Array | null {
    const isText = token[0] === quote
    const masked = this.mask(isText ? utf8.encode(unescapeText(token, 1, token.length - 1)) : token)
    if (masked === null || (!isText && this.#whole === null)) return masked
    return utf8.encode(JSON.stringify(text.decode(masked)))
  }
}

/** Headers by name, or all of them. */
export class HeadersMasker {
  readonly #masks: ReadonlyMap<string, Mask>
  readonly #isDropped: boolean
  readonly #masker: ValueMasker
  readonly #object: JsonMasker | null
  readonly #arena = new ByteArena(4096)

  constructor(masks: readonly Mask[], masker: ValueMasker) {
    const mine = masks.filter(({ part }) => part === 'header')
    const tree = maskTree(mine)
    this.#isDropped = masks.some(({ part }) => part === 'headers')
    this.#masks = new Map(mine.map((mask) => [String(mask.path[0]), mask] as const).toReversed())
    this.#masker = masker
    this.#object = tree === null ? null : new JsonMasker(tree, masker)
  }

  /** @param block headers as they are on the wire */
  maskBlock(block: Uint8Array): Uint8Array | null {
    if (this.#isDropped) return null
    if (this.#masks.size === 0) return block
    return writeHeaders(
      readHeaders(block, 0).map((header): HeaderBytes => {
        const mask = this.#masks.get(text.decode(header.name))
        if (mask === undefined || header.value === null) return header
        const masked = this.#masker.mask(mask.action, header.value, mask.isText ?? true)
        return { name: header.name, value: masked === null ? null : utf8.encode(masked) }
      }),
    )
  }

  /** @param token JSON, valid: an object, or an array of [name, value] */
  maskToken(token: Uint8Array): Uint8Array | null {
    if (this.#isDropped) return null
    if (this.#object === null) return token
    if (token[0] === openBracket) return this.#maskPairs(token)
    const arena = this.#arena
    arena.reset()
    if (token[0] !== openBrace || !this.#object.write(token, 0, token.length, arena)) return null
    return arena.bytes.slice(1, arena.length)
  }

  #maskPairs(token: Uint8Array): Uint8Array | null {
    const pairs: unknown = JSON.parse(text.decode(token))
    if (!Array.isArray(pairs) || !pairs.every(isPair)) return null
    const masked = pairs.map(([name, value]) => {
      const mask = this.#masks.get(name)
      if (mask === undefined || value === null) return [name, value]
      return [name, this.#masker.mask(mask.action, headerBytes(value), mask.isText ?? true)]
    })
    return utf8.encode(JSON.stringify(masked))
  }
}

function isPair(entry: unknown): entry is [string, unknown] {
  return Array.isArray(entry) && entry.length === 2 && typeof entry[0] === 'string'
}

/** Bytes that are no text stand in captures as `{ base64: ... }`. */
function headerBytes(value: unknown): Uint8Array {
  if (typeof value === 'string') return utf8.encode(value)
  if (typeof value === 'object' && value !== null && 'base64' in value)
    return Buffer.from(String(value.base64), 'base64')
  return utf8.encode(JSON.stringify(value))
}
