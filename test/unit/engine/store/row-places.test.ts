/** The map from records to the rows that came from them: made in pieces, it is what one statement over the table says. */
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dropOtherPlaces, RowPlaces } from '../../../../src-main/engine/store/row-places.ts'

interface Row {
  rowid: number
  topic: string | null
  partition: number | null
  offset: number | null
}

function holding(rows: readonly Row[]): Database.Database {
  const database = new Database(':memory:')
  database.exec('CREATE TABLE t (n INTEGER, _topic TEXT, _partition INTEGER, _offset INTEGER)')
  add(database, rows)
  return database
}

function add(database: Database.Database, rows: readonly Row[]): void {
  const insert = database.prepare(
    'INSERT INTO t (rowid, n, _topic, _partition, _offset) VALUES (@rowid, 0, @topic, @partition, @offset)',
  )
  for (const row of rows) insert.run(row)
}

function grown(places: RowPlaces, rows: number): void {
  while (!places.isWhole) places.grow(rows)()
}

const mapped = (database: Database.Database): unknown[] =>
  database.prepare(`SELECT * FROM "t/places" WHERE topic > '' ORDER BY row`).raw().all()
const inTable = (database: Database.Database): unknown[] =>
  database
    .prepare(
      `SELECT _topic, _partition, _offset, rowid FROM t
       WHERE _topic IS NOT NULL AND _partition IS NOT NULL AND _offset IS NOT NULL ORDER BY rowid`,
    )
    .raw()
    .all()
const row = (rowid: number, offset: number): Row => ({ rowid, topic: 'a', partition: 0, offset })

const rowsArbitrary = fc.uniqueArray(
  fc.record({
    rowid: fc.integer({ min: 1, max: 500 }),
    topic: fc.constantFrom('a', 'b', 'ü/x', null),
    partition: fc.option(fc.integer({ min: 0, max: 3 })),
    offset: fc.option(fc.integer({ min: 0, max: 40 })),
  }),
  { selector: ({ rowid }) => rowid, maxLength: 60 },
)

describe('the places of rows', () => {
  it('are those of all rows that came from a record, however many pieces they are made in', () => {
    fc.assert(
      fc.property(rowsArbitrary, fc.integer({ min: 1, max: 20 }), (rows, piece) => {
        const database = holding(rows)
        const places = new RowPlaces(database, 't', true)
        grown(places, piece)
        expect(mapped(database)).toEqual(inTable(database))
        const firsts = [...places.firsts()].flatMap(([topic, offsets]) =>
          [...offsets].map(([partition, offset]) => [topic, partition, Number(offset)]),
        )
        const expected = database
          .prepare(
            `SELECT _topic, _partition, min(_offset) FROM t
             WHERE _topic > '' AND _partition IS NOT NULL AND _offset IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2`,
          )
          .raw()
          .all()
        expect(firsts).toEqual(expected)
        database.close()
      }),
    )
  })

  it('go on where an earlier start had come, and know the rows that came since', () => {
    const database = holding([row(1, 10), row(2, 11), row(7, 12), row(8, 13)])
    new RowPlaces(database, 't', true).grow(3)()
    add(database, [row(9, 14)])
    const places = new RowPlaces(database, 't', true)
    places.grow(1)()
    expect(mapped(database)).toHaveLength(4)
    grown(places, 1)
    expect(mapped(database)).toEqual(inTable(database))
  })

  it('are made anew where newer records take rows over', () => {
    const database = holding([row(1, 10), row(2, 11)])
    grown(new RowPlaces(database, 't', false), 10)
    database.exec('UPDATE t SET _offset = 20 WHERE rowid = 1')
    grown(new RowPlaces(database, 't', false), 10)
    expect(mapped(database)).toEqual(inTable(database))
  })

  it('take a piece in again that was rolled back', () => {
    const database = holding([row(1, 10), row(2, 11), row(3, 12)])
    const places = new RowPlaces(database, 't', true)
    database.exec('BEGIN')
    places.grow(2)
    database.exec('ROLLBACK')
    grown(places, 2)
    expect(mapped(database)).toEqual(inTable(database))
  })

  it('are whole at once for a table without rows', () => {
    const places = new RowPlaces(holding([]), 't', true)
    expect([places.isWhole, places.firsts().size]).toEqual([true, 0])
  })

  it('go when nothing is filled into their table any more', () => {
    const database = holding([row(1, 10)])
    grown(new RowPlaces(database, 't', true), 10)
    dropOtherPlaces(database, new Set(['t']))
    expect(mapped(database)).toHaveLength(1)
    dropOtherPlaces(database, new Set(['other']))
    expect(database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all()).toEqual([
      't',
    ])
  })
})
