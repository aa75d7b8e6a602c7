/** A Protobuf message made ready for decoding: plain objects of one form each. */

export const protoKind = {
  int32: 0,
  uint32: 1,
  sint32: 2,
  fixed32: 3,
  sfixed32: 4,
  int64: 5,
  uint64: 6,
  sint64: 7,
  fixed64: 8,
  sfixed64: 9,
  float: 10,
  double: 11,
  bool: 12,
  string: 13,
  bytes: 14,
  enum: 15,
  message: 16,
} as const

/** How a message becomes JSON: as an object, as what its one field holds, or as a time. */
export type MessageForm = 'object' | 'unwrapped' | 'timestamp' | 'duration'

export interface ProtoField {
  number: number
  /** Place among the fields of its message. */
  index: number
  name: string
  /** `"name":`. */
  prefix: Uint8Array
  kind: number
  isRepeated: boolean
  /** Message in groups instead of with a length. */
  isDelimited: boolean
  /** Map: the fields of its entries; then `kind` is that of a message. */
  entry: { key: ProtoField; value: ProtoField } | null
  message: ProtoMessage | null
  /** Enum: names as JSON strings by number. */
  names: ReadonlyMap<number, Uint8Array> | null
  /** Other members of its oneof, by their index. */
  siblings: readonly number[]
  /** What stands for it where it is not there; null where it is then left out. */
  absent: Uint8Array | null
}

export interface ProtoMessage {
  name: string
  form: MessageForm
  fields: ProtoField[]
  byNumber: Map<number, ProtoField>
}
