/** Keys and headers of Kafka records as they are on the wire. Ingest thread. */
import { readHeaders } from '../../kafka/records/batch-reader.ts'
import { headersText } from '../../kafka/records/headers-text.ts'
import type { PartReader } from '../part-reader.ts'
import type { RecordPlace } from '../record-place.ts'

const utf8 = new TextEncoder()
const text = new TextDecoder()

export class KafkaParts implements PartReader {
  key(bytes: Uint8Array, { keyStart, keyEnd }: RecordPlace): Uint8Array | null {
    return keyEnd === 0 ? null : bytes.subarray(keyStart, keyEnd)
  }

  header(bytes: Uint8Array, { headersStart, headersEnd }: RecordPlace, name: string): Uint8Array | null {
    if (headersEnd === 0) return null
    const found = readHeaders(bytes, headersStart).findLast((header) => text.decode(header.name) === name)
    return found?.value ?? null
  }

  headersJson(bytes: Uint8Array, { headersStart, headersEnd }: RecordPlace): Uint8Array | null {
    if (headersEnd === 0) return null
    const json = headersText(bytes.subarray(headersStart, headersEnd))
    return json === null ? null : utf8.encode(json)
  }
}
