/** What one kind of request is: which versions Penstock speaks, how it is written and how its answer is read. */
import type { WireReader } from '../wire/wire-reader.ts'
import type { WireWriter } from '../wire/wire-writer.ts'

/** One API of Kafka's protocol (kafka.apache.org/protocol, "API Keys"). Pure; one file each. */
export interface KafkaRequest<Input, Output> {
  name: string
  /** API key. */
  key: number
  /** Versions that this implementation writes and reads. */
  minVersion: number
  maxVersion: number
  /** First flexible version (KIP-482); higher than `maxVersion` where none is spoken. */
  flexibleFrom: number
  write: (writer: WireWriter, version: number, input: Input) => void
  read: (reader: WireReader, version: number) => Output
  /** Milliseconds that the broker may hold the request back on purpose, on top of the usual limit. */
  holdsMs?: (input: Input) => number
}
