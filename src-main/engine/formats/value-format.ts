/**
 * How the values of a topic become JSON, from which columns are then taken as from any record. A format may have to wait
 * for a schema; it says so, and goes on with the same value once it is there.
 */

/** Why a value is not what its format says. `schemaId` is null where none was read. */
export interface FormatMisfit {
  kind: string
  reason: string
  schemaId: number | null
}

export interface ValueFormat {
  /** After `'json'`: the JSON is `bytes[start, end)`, valid until the next call. */
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
  /** After `'misfit'`. */
  readonly misfit: FormatMisfit
  /**
   * Reads one value. `'wait'`: something must be fetched first; await {@link ready} and call again with the same value.
   */
  decode(bytes: Uint8Array, start: number, end: number): 'json' | 'misfit' | 'wait'
  /**
   * Resolves when what the last `'wait'` was for is there.
   * @throws AppError SCHEMA_UNAVAILABLE where it cannot be had now; trying again later may help
   */
  ready(signal?: AbortSignal): Promise<void>
}

/** JSON as it is: no copy. Whether it is valid JSON the record decoder finds out. */
export class JsonFormat implements ValueFormat {
  bytes: Uint8Array = new Uint8Array(0)
  start = 0
  end = 0
  readonly misfit: FormatMisfit = { kind: '', reason: '', schemaId: null }

  decode(bytes: Uint8Array, start: number, end: number): 'json' {
    this.bytes = bytes
    this.start = start
    this.end = end
    return 'json'
  }

  ready(): Promise<void> {
    return Promise.resolve()
  }
}
