/** Where the elements of a JSON array begin and end, found without parsing them. Used by json-rows.ts. */
import type { FileLookup } from './file-lookup.ts'
import { lookupFault } from './lookup-fault.ts'

const quote = 0x22
const backslash = 0x5c
const comma = 0x2c
const openBracket = 0x5b
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d
const lineFeed = 0x0a

/** Bytes [start, end) of one element, and the line where it begins. */
export interface ArrayElement {
  start: number
  end: number
  line: number
}

/**
 * Splits the text of one array at its commas. Elements themselves are not checked.
 * @throws AppError LOOKUP_UNREADABLE where the text is no array, is cut off, or goes on after the array
 */
export function* splitArray(lookup: FileLookup, bytes: Buffer): Generator<ArrayElement, void> {
  const cursor = new Cursor(bytes)
  cursor.skipBlanks()
  if (cursor.peek() !== openBracket) throw notAnArray(lookup, cursor)
  cursor.next()
  cursor.skipBlanks()
  const isEmpty = cursor.peek() === closeBracket
  while (!isEmpty) {
    cursor.skipBlanks()
    const { at: start, line } = cursor
    cursor.skipElement()
    if (cursor.isAtEnd)
      throw lookupFault(lookup, 'the array is not closed', { line, hint: 'is the file cut off?' })
    if (cursor.at === start)
      throw lookupFault(lookup, 'a value is missing before the comma or bracket', { line })
    yield { start, end: cursor.at, line }
    if (cursor.peek() === closeBracket) break
    if (cursor.peek() !== comma) throw lookupFault(lookup, 'a comma is missing here', { line: cursor.line })
    cursor.next()
  }
  cursor.next()
  cursor.skipBlanks()
  if (!cursor.isAtEnd) {
    const hint = 'put all rows into one array'
    throw lookupFault(lookup, 'text follows the array', { line: cursor.line, hint })
  }
}

function notAnArray(lookup: FileLookup, cursor: Cursor): Error {
  if (cursor.isAtEnd) return lookupFault(lookup, 'the file is empty')
  const isObject = cursor.peek() === openBrace
  const message = isObject
    ? 'the file holds an object, not an array of objects'
    : 'the file is not an array of objects'
  const hint = isObject ? 'put it in [ ], or add format: ndjson where each line is an object' : 'begin with ['
  return lookupFault(lookup, message, { line: cursor.line, hint })
}

class Cursor {
  at = 0
  line = 1
  readonly #bytes: Buffer

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get isAtEnd(): boolean {
    return this.at >= this.#bytes.length
  }

  /** The byte here, or -1 at the end. */
  peek(): number {
    return this.#bytes[this.at] ?? -1
  }

  next(): void {
    if (this.peek() === lineFeed) this.line++
    this.at++
  }

  skipBlanks(): void {
    for (let byte = this.peek(); byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === lineFeed;) {
      this.next()
      byte = this.peek()
    }
  }

  /** Goes to the comma or bracket that ends the element which begins here. */
  skipElement(): void {
    let depth = 0
    while (!this.isAtEnd) {
      const byte = this.peek()
      if (depth === 0 && (byte === comma || byte === closeBracket)) return
      if (byte === quote) this.#skipString()
      else if (byte === openBrace || byte === openBracket) depth++
      else if (byte === closeBrace || byte === closeBracket) depth--
      this.next()
    }
  }

  /** From the opening quote to the closing one. */
  #skipString(): void {
    this.next()
    while (!this.isAtEnd && this.peek() !== quote) {
      if (this.peek() === backslash) this.next()
      this.next()
    }
  }
}
