/** Decimals of any size as exact JSON numbers. */
import type { JsonOutput } from '../json-output.ts'
import { ValueMisfit } from '../value-decoder.ts'

/** Nobody has decimals larger than this; converting is slow for large ones. */
const mostBytes = 1024
/** Bytes whose value a double holds exactly. */
const smallBytes = 6

/** @param number big-endian two's complement in `bytes[start, end)`, to be divided by 10^scale. @throws ValueMisfit */
export function writeDecimal(
  output: JsonOutput,
  bytes: Uint8Array,
  number: { start: number; end: number; scale: number },
): void {
  const { start, end, scale } = number
  const size = end - start
  if (size > mostBytes) throw new ValueMisfit('avro', `a decimal of ${String(size)} bytes`)
  if (scale === 0 && size <= smallBytes) {
    output.integer(smallNumber(bytes, start, end))
    return
  }
  const unscaled = size <= smallBytes ? String(smallNumber(bytes, start, end)) : wideNumber(bytes, start, end)
  output.ascii(withPoint(unscaled, scale))
}

function smallNumber(bytes: Uint8Array, start: number, end: number): number {
  let value = 0
  for (let at = start; at < end; at++) value = value * 256 + (bytes[at] ?? 0)
  const isNegative = end > start && (bytes[start] ?? 0) >= 0x80
  return isNegative ? value - 256 ** (end - start) : value
}

function wideNumber(bytes: Uint8Array, start: number, end: number): string {
  const hexadecimal = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('hex')
  return BigInt.asIntN((end - start) * 8, BigInt(`0x${hexadecimal}`)).toString()
}

function withPoint(unscaled: string, scale: number): string {
  if (scale === 0) return unscaled
  const sign = unscaled.startsWith('-') ? '-' : ''
  const digits = unscaled.slice(sign.length).padStart(scale + 1, '0')
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}
