/** Bytes for people: base64 read, hex dumped, UTF-8 decoded with what is invalid kept in sight. Pure. */

/** The bytes of base64 text. Throws where it is none. */
export function base64Bytes(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}

/** Bytes as upper-case hexadecimal digits, two each, without gaps. */
export function hexDigits(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('')
}

export interface HexRow {
  /** Offset of the first byte, eight hexadecimal digits. */
  offset: string
  /** The bytes as pairs of digits. */
  pairs: string[]
  /** The same bytes as ASCII, a middle dot where one cannot be printed. */
  text: string
}

/** Bytes in a line of a dump that has room for them. */
export const bytesPerRow = 16

/** One line of a hex dump, counted from 0. */
export function hexRow(bytes: Uint8Array, row: number, perRow = bytesPerRow): HexRow {
  const slice = bytes.subarray(row * perRow, (row + 1) * perRow)
  return {
    offset: (row * perRow).toString(16).padStart(8, '0'),
    pairs: Array.from(slice, (byte) => byte.toString(16).padStart(2, '0')),
    text: Array.from(slice, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·')).join(
      '',
    ),
  }
}

/** The whole dump as text, for copying. */
export function hexDump(bytes: Uint8Array): string {
  const rows = Math.ceil(bytes.length / bytesPerRow)
  return Array.from({ length: rows }, (_, row) => {
    const { offset, pairs, text } = hexRow(bytes, row)
    return `${offset}  ${pairs.join(' ').padEnd(bytesPerRow * 3 - 1)}  ${text}`
  }).join('\n')
}

export interface TextPiece {
  text: string
  /** True for bytes that are no UTF-8, and control characters: shown as \xNN. */
  isRaw: boolean
}

/** Length of the valid UTF-8 sequence at `at`, or 0. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0
  if (first < 0x80) return 1
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2
  if (first < 0xc2 || first > 0xf4 || at + length > bytes.length) return 0
  const second = bytes[at + 1] ?? 0
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf
  if (second < low || second > high) return 0
  for (let index = 2; index < length; index++) {
    if (((bytes[at + index] ?? 0) & 0xc0) !== 0x80) return 0
  }
  return length
}

function isControl(byte: number): boolean {
  return (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) || byte === 0x7f
}

function escaped(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')
}

/** Text with every byte accounted for: runs of UTF-8, and between them runs of bytes that are none. */
export function textPieces(bytes: Uint8Array): TextPiece[] {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const pieces: TextPiece[] = []
  let start = 0
  let isRaw = false
  const close = (end: number): void => {
    const run = bytes.subarray(start, end)
    if (run.length > 0) pieces.push({ text: isRaw ? escaped(run) : decoder.decode(run), isRaw })
    start = end
  }
  for (let at = 0; at < bytes.length;) {
    const length = sequenceLength(bytes, at)
    const isNextRaw = length === 0 || isControl(bytes[at] ?? 0)
    if (isNextRaw !== isRaw) {
      close(at)
      isRaw = isNextRaw
    }
    at += Math.max(1, length)
  }
  close(bytes.length)
  return pieces
}

/** The bytes as UTF-8 text, or null where they are not. */
export function utf8Text(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    if (error instanceof TypeError) return null
    throw error
  }
}
