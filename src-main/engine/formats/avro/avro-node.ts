/** An Avro schema made ready for decoding: every node has the same form, so that the decoder stays fast. */
import type { Column } from '../../../columns/column.ts'

export const avroKind = {
  null: 0,
  boolean: 1,
  int: 2,
  long: 3,
  float: 4,
  double: 5,
  bytes: 6,
  string: 7,
  record: 8,
  enum: 9,
  array: 10,
  map: 11,
  union: 12,
  fixed: 13,
  decimal: 14,
  uuid: 15,
  duration: 16,
  date: 17,
  time: 18,
  /** A time since 1970 as text. */
  instant: 19,
  /** A time since 1970 as a number in the unit of the column that wants it. */
  timestamp: 20,
} as const

export interface AvroNode {
  kind: number
  /** Full name, or the name of the type. */
  name: string
  /** Fields, branches, items, or values. */
  children: AvroNode[]
  /** Record: names of the fields, and the bytes before each value: `{"a":`, `,"b":`. */
  fields: string[]
  prefixes: Uint8Array[]
  /** Enum: symbols as JSON strings. */
  symbols: Uint8Array[]
  /** Fixed: bytes; -1 for bytes and decimals with a length in front. */
  size: number
  /** Decimal: digits after the point. */
  scale: number
  /** Times: a second has 10^power units. */
  power: number
  /** Timestamp: the unit wanted as a power. */
  wantedPower: number
  /** Instant: "Z", or empty for local times. */
  zone: '' | 'Z'
}

export function avroNode(kind: number, name: string): AvroNode {
  return {
    kind,
    name,
    children: [],
    fields: [],
    prefixes: [],
    symbols: [],
    size: -1,
    scale: 0,
    power: 0,
    wantedPower: 0,
    zone: '',
  }
}

export const unitPowers: Record<Column['unit'], number> = { s: 0, ms: 3, us: 6, ns: 9 }
