/** Headers of a record as JSON text for people and for columns: [[name, value], ...], repeated names apart, in order. */
import { readHeaders } from './batch-reader.ts'

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const utf8 = new TextDecoder()

/** @param block the headers of one record as they are on the wire; null where the record has none */
export function headersText(block: Uint8Array | null): string | null {
  if (block === null || block.length === 0) return null
  const pairs = readHeaders(block, 0).map(({ name, value }) => [utf8.decode(name), headerValue(value)])
  return JSON.stringify(pairs)
}

/** Text where the bytes are UTF-8, else base64 marked as such; null stays null. */
function headerValue(value: Uint8Array | null): string | { base64: string } | null {
  if (value === null) return null
  try {
    return strictUtf8.decode(value)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return { base64: Buffer.from(value).toString('base64') }
  }
}
