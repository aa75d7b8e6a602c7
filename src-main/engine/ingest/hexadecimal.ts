/** Bytes as hexadecimal text in a packed row: the store turns it into a BLOB with unhex(). Ingest thread. */
import { type JsonbWriter, jsonbType } from '../batch/jsonb-writer.ts'

const digits = new TextEncoder().encode('0123456789ABCDEF')

export function writeHexadecimal(writer: JsonbWriter, bytes: Uint8Array): void {
  const text = new Uint8Array(bytes.length * 2)
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] ?? 0
    text[index * 2] = digits[byte >>> 4] ?? 0
    text[index * 2 + 1] = digits[byte & 15] ?? 0
  }
  writer.span(jsonbType.textRaw, text, 0, text.length)
}
