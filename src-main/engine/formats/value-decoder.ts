/** Turns the body of a value, without any framing, into JSON; what schemas are compiled to. */

/** A value that is not what its schema says: data, not a fault. `kind` is a stable word, the message is for people. */
export class ValueMisfit extends Error {
  readonly kind: string

  constructor(kind: string, reason: string) {
    super(reason)
    this.name = 'ValueMisfit'
    this.kind = kind
  }
}

/** A schema that cannot be used: what is wrong with it, for people. */
export class SchemaFault extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'SchemaFault'
  }
}

export interface ValueDecoder {
  /** After {@link decode}: the JSON is `bytes[start, end)`, valid until the next call. */
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
  /** @throws ValueMisfit */
  decode(bytes: Uint8Array, start: number, end: number): void
}
