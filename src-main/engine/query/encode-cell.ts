/** Values of SQLite as cells of the contract. Pure; called for every value of a result, in the query processes. */
import type { Cell } from '#contract/cells.ts'
import type { SqlValue } from '../../columns/values.ts'

/**
 * One value as a cell that keeps its type and, for text, all that fits.
 * @param mostBytes longest TEXT (in UTF-8) or BLOB that travels whole; longer ones are cut and say their full size
 */
export function encodeCell(value: SqlValue, mostBytes: number): Cell {
  if (value === null) return null
  if (typeof value === 'string') return encodeText(value, mostBytes)
  if (typeof value === 'bigint') return isSafe(value) ? Number(value) : { i: value.toString() }
  if (typeof value === 'number') return encodeReal(value)
  return { b: bytesView(value, mostBytes).toString('base64'), n: value.byteLength }
}

/** The longest start of a text that takes at most `mostBytes` in UTF-8 and splits no character. */
export function cutText(text: string, mostBytes: number): string {
  if (text.length * 3 <= mostBytes || Buffer.byteLength(text) <= mostBytes) return text
  const bytes = Buffer.from(text.slice(0, mostBytes))
  let end = mostBytes
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1
  return bytes.toString('utf8', 0, end)
}

function encodeText(text: string, mostBytes: number): Cell {
  const cut = cutText(text, mostBytes)
  return cut.length === text.length ? text : { t: cut, n: Buffer.byteLength(text) }
}

function encodeReal(value: number): Cell {
  if (!Number.isInteger(value)) return Number.isFinite(value) ? value : { r: String(value) }
  const digits = Object.is(value, -0) ? '-0' : String(value)
  return { r: /^-?\d+$/.test(digits) ? `${digits}.0` : digits }
}

const isSafe = (value: bigint): boolean =>
  value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)

function bytesView(bytes: Uint8Array, mostBytes: number): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, mostBytes))
}
