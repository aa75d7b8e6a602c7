/**
 * Turns one record into one packed row of a source's columns: those of its value through RecordDecoder, the others through
 * PartColumns. Runs in the ingest thread for every record.
 */
import type { Column } from '../../workspace/model.ts'
import type { JsonbWriter } from '../batch/jsonb-writer.ts'
import { PartColumns } from './part-columns.ts'
import type { PartReader } from './part-reader.ts'
import { RecordDecoder, type RecordMisfit } from './record-decoder.ts'
import type { RecordPlace } from './record-place.ts'

export class RowWriter {
  /** After a `false` from scan or write. */
  misfit: RecordMisfit = { kind: '', column: '', reason: '' }
  /** Columns of the value; its key path, where records carry their key in the value. */
  readonly values: RecordDecoder

  readonly #columns: readonly Column[]
  /** Place among the columns of the value, or -1. */
  readonly #slots: readonly number[]
  readonly #parts: PartColumns | null
  readonly #seesTombstones: boolean

  /**
   * @param eventTime name of the column that holds event time, or null
   * @param keyPath path of the record's key in its value, or null
   */
  constructor(
    columns: readonly Column[],
    eventTime: string | null,
    keyPath: readonly (string | number)[] | null,
    parts: PartReader,
  ) {
    const inValue = columns.filter((column) => column.from === 'value')
    this.values = new RecordDecoder(inValue, eventTime, keyPath)
    this.#columns = columns
    this.#slots = columns.map((column) => inValue.indexOf(column))
    this.#parts = inValue.length === columns.length ? null : new PartColumns(columns, parts)
    this.#seesTombstones = columns.some((column) => column.from === 'tombstone')
  }

  /** Validates the value in `bytes[start, end)`, JSON; false sets {@link misfit}. */
  scan(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.values.scan(bytes, start, end)) return true
    this.misfit = this.values.misfit
    return false
  }

  /**
   * Appends the columns of the scanned record to the writer's open row; false sets {@link misfit}.
   * @param value bytes that were scanned
   * @param block bytes that the place points into
   */
  write(value: Uint8Array, block: Uint8Array, place: RecordPlace, writer: JsonbWriter): boolean {
    const parts = this.#parts
    if (parts === null) return this.#done(this.values.write(value, writer), this.values.misfit)
    parts.open(block, place)
    for (let index = 0; index < this.#columns.length; index++) {
      const column = this.#columns[index]
      const slot = this.#slots[index] ?? -1
      if (column === undefined) return false
      if (slot >= 0) {
        if (!this.values.writeColumn(slot, value, writer)) return this.#done(false, this.values.misfit)
      } else if (!parts.write(column, block, place, writer)) return this.#done(false, parts.misfit)
    }
    return true
  }

  /** Appends a record without a value: NULL in each column of the value. */
  writeTombstone(block: Uint8Array, place: RecordPlace, writer: JsonbWriter): boolean {
    const parts = this.#parts
    parts?.open(block, place)
    for (const column of this.#columns) {
      if (column.from !== 'value') {
        if (parts?.write(column, block, place, writer) === false) return this.#done(false, parts.misfit)
      } else if (column.nullable || this.#seesTombstones) writer.null()
      else {
        const reason = `${column.name}: the record is a tombstone, and the column is not nullable`
        return this.#done(false, { kind: 'tombstone', column: column.name, reason })
      }
    }
    return true
  }

  #done(isWritten: boolean, misfit: RecordMisfit): boolean {
    if (!isWritten) this.misfit = misfit
    return isWritten
  }
}
