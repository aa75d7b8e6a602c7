/** One value opened for reading: which ways of showing it make sense, and what copying gives. Pure. */
import type { Cell } from '#contract/cells.ts'
import { base64Bytes, hexDump, utf8Text } from './bytes.ts'
import { isBranch, prettyJson, readJson, type JsonNode } from './json-document.ts'

export type ValueMode = 'json' | 'text' | 'hex'

export interface ValueContent {
  bytes: Uint8Array
  /** The bytes as text, null where they are no UTF-8. */
  text: string | null
  /** The document, null where the text is no JSON object or array. */
  json: JsonNode | null
  /** Size of the whole value; larger than `bytes` where only its beginning is here. */
  sizeBytes: number
}

function contentOf(bytes: Uint8Array, text: string | null, sizeBytes: number): ValueContent {
  const json = text !== null && /^\s*[[{]/.test(text) ? readJson(text) : null
  return { bytes, text, json: json !== null && isBranch(json) ? json : null, sizeBytes }
}

/** Content of bytes in base64, for example a record's value. */
export function contentOfBase64(base64: string, sizeBytes: number): ValueContent {
  const bytes = base64Bytes(base64)
  return contentOf(bytes, utf8Text(bytes), sizeBytes)
}

/** Content of a text or blob of a result; null for values that a line says whole. */
export function contentOfCell(value: Cell): ValueContent | null {
  if (value === null || typeof value === 'number') return null
  if (typeof value === 'string') {
    const bytes = new TextEncoder().encode(value)
    return contentOf(bytes, value, bytes.length)
  }
  if ('t' in value) return contentOf(new TextEncoder().encode(value.t), value.t, value.n)
  return 'b' in value ? contentOfBase64(value.b, value.n) : null
}

/** Control characters that no text has: not tab, line feed, form feed and the like. */
const unprintable = /[^\P{Cc}\t\n\v\f\r]/u

/** The ways of showing a value, the best one first. `isBlob`: bytes that nobody declared as text. */
export function modesOf(content: ValueContent, isBlob: boolean): ValueMode[] {
  if (content.json !== null) return ['json', 'text', 'hex']
  const isBinary = content.text === null || unprintable.test(content.text)
  return isBlob && isBinary ? ['hex', 'text'] : ['text', 'hex']
}

/** What copying gives in a mode. Invalid bytes become replacement characters in text; hex has them all. */
export function copyOf(content: ValueContent, mode: ValueMode): string {
  if (mode === 'hex') return hexDump(content.bytes)
  if (mode === 'json' && content.json !== null) return prettyJson(content.json)
  return content.text ?? new TextDecoder().decode(content.bytes)
}
