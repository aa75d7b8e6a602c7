/** How the parts of a record beside its value are read; captures and topics keep them in different forms. Ingest thread. */
import type { RecordPlace } from './record-place.ts'

export interface PartReader {
  /** Bytes of the key, or null where there is none. May be a view. */
  key(bytes: Uint8Array, place: RecordPlace): Uint8Array | null
  /** Value of a header by its name, the last one where it is repeated; null where there is none. */
  header(bytes: Uint8Array, place: RecordPlace, name: string): Uint8Array | null
  /** All headers as JSON text, an array of [name, value]; null where there are none. */
  headersJson(bytes: Uint8Array, place: RecordPlace): Uint8Array | null
}
