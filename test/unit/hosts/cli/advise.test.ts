/** What `penstock advise` prints. */
import { expect, it } from 'vitest'
import { adviceText } from '../../../../src-main/hosts/cli/commands/advise.ts'

const measured = {
  runs: 4,
  totalMs: 1234,
  beforeMs: 41.2,
  planBefore: ['SCAN t'],
  afterMs: 0.512,
  planAfter: [],
}
const sizes = { sampledRows: 300_000, tableRows: 5_000_000 }
const counts = { statements: 12, considered: 12, scanning: 2, tried: 2 }
const sql = 'SELECT origin, count(*)\nFROM t GROUP BY origin'

it('says each proposal with what was measured', () => {
  const index = {
    ...{
      table: 't',
      columns: ['customer', 'at'],
      yaml: 'indexes: [[customer, at]]',
      reason: 'Why.',
      madeMs: 190,
      ...sizes,
    },
    statements: [{ ...measured, sql: "SELECT *\nFROM t WHERE customer = 'a'" }],
  }
  const rollup = { rollup: 'r', table: 't', columns: ['origin', 'n'], note: 'A note.', ...sizes }
  const rollups = [
    { ...rollup, sql: 'SELECT origin, n\nFROM r', statement: { ...measured, sql } },
    { ...rollup, sql: null, statement: { ...measured, sql, afterMs: null } },
  ]
  expect(adviceText({ ...counts, indexes: [index], rollups })).toBe(`Index of t by customer, at
  SELECT * FROM t WHERE customer = 'a'
    asked 4 times, 1.2 s in all
    on a sample of 300,000 rows: 41 ms without, 0.51 ms with it
  Why.
  190 ms to make on the sample; in penstock.yaml, under tables.t: indexes: [[customer, at]]

Rollup r holds these figures of t
  SELECT origin, count(*) FROM t GROUP BY origin
    asked 4 times, 1.2 s in all
    41 ms on a sample of 300,000 rows, 0.51 ms from the rollup
  the same from the rollup: SELECT origin, n FROM r
  A note.

Rollup r holds these figures of t
  SELECT origin, count(*) FROM t GROUP BY origin
    asked 4 times, 1.2 s in all
  select from r instead: origin, n
  A note.
`)
})

it('says so where nothing was asked', () => {
  const none = { statements: 0, considered: 0, scanning: 0, tried: 0 }
  expect(adviceText({ ...none, indexes: [], rollups: [] })).toBe(
    'The query history holds no statement yet. Run some in Query of the console first.\n',
  )
})

it('says so where nothing helps', () => {
  const one = { statements: 1, considered: 1, scanning: 1, tried: 1 }
  expect(adviceText({ ...one, indexes: [], rollups: [] })).toBe(
    'No index or rollup was found that would make the statement of the query history quicker.\n',
  )
  expect(adviceText({ ...counts, indexes: [], rollups: [] })).toBe(
    'No index or rollup was found that would make one of the 12 statements of the query history quicker.\n',
  )
})
