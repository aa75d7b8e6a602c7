import Database from 'better-sqlite3'
import { expect, it } from 'vitest'
import { resultTypes } from '../../../../src-main/engine/batch/result-types.ts'

const scratch = new Database(':memory:')

it('is sure of casts and columns, and of nothing that may give several types', () => {
  scratch.exec('CREATE TABLE t (n INTEGER, r REAL, s TEXT, b BLOB)')
  const select = 'SELECT n, r, s, b, CAST(s AS INTEGER), CAST(n AS TEXT), n + r, ifnull(n, s), 1 FROM t'
  expect(resultTypes(scratch, select)).toEqual([
    ...['integer', 'real', 'text', null],
    ...['integer', 'text', null, null, null],
  ])
})

it('can be asked again, and for parameters', () => {
  expect(resultTypes(scratch, 'SELECT CAST(@topic AS TEXT)', { topic: null })).toEqual(['text'])
  expect(resultTypes(scratch, 'SELECT CAST(1 AS REAL)')).toEqual(['real'])
})

it('fails with what the database says where the statement does not compile', () => {
  expect(() => resultTypes(scratch, 'SELECT 1 FROM nowhere')).toThrow('no such table: nowhere')
})
