import Database from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonbType, JsonbWriter } from '../../../../src-main/engine/batch/jsonb-writer.ts'

const database = new Database(':memory:')
const rowsOf = (bytes: Uint8Array): unknown[] =>
  database.prepare('SELECT json(value) FROM jsonb_each(?)').pluck().all(Buffer.from(bytes))

describe('JsonbWriter', () => {
  it('writes whole numbers of any size within 2^53 as SQLite reads them', () => {
    const writer = new JsonbWriter()
    fc.assert(
      fc.property(fc.array(fc.maxSafeInteger(), { minLength: 1, maxLength: 20 }), (values) => {
        writer.beginRow()
        for (const value of values) writer.integer(value)
        writer.endRow()
        expect(rowsOf(writer.take())).toEqual([JSON.stringify(values)])
      }),
      { numRuns: 500 },
    )
  })

  it('writes numbers at every change of length', () => {
    const values: number[] = []
    for (let digits = 0; digits < 16; digits++) values.push(10 ** digits - 1, 10 ** digits, -(10 ** digits))
    values.push(Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER)
    const writer = new JsonbWriter()
    writer.beginRow()
    for (const value of values) writer.integer(value)
    writer.endRow()
    expect(rowsOf(writer.take())).toEqual([JSON.stringify(values)])
  })

  it.each([0, 11, 12, 47, 48, 255, 256, 65_535, 65_536, 300_000])('writes a text of %i bytes', (size) => {
    const writer = new JsonbWriter()
    const source = new Uint8Array(size + 2).fill(0x78)
    writer.beginRow()
    writer.span(jsonbType.text, source, 1, size + 1)
    writer.null()
    writer.endRow()
    expect(rowsOf(writer.take())).toEqual([JSON.stringify(['x'.repeat(size), null])])
  })

  it('drops a row that is rolled back, and starts afresh after take', () => {
    const writer = new JsonbWriter()
    writer.beginRow()
    writer.integer(1)
    writer.endRow()
    writer.beginRow()
    writer.integer(2)
    writer.rollbackRow()
    writer.beginRow()
    writer.integer(3)
    writer.endRow()
    expect(writer.rows).toBe(2)
    expect(rowsOf(writer.take(new ArrayBuffer(8)))).toEqual(['[1]', '[3]'])
    expect(writer.rows).toBe(0)
    writer.beginRow()
    writer.integer(4)
    writer.endRow()
    expect(rowsOf(writer.take())).toEqual(['[4]'])
    expect(rowsOf(writer.take())).toEqual([])
  })
})
