/** Plans as SQLite writes them. */
import { expect, it } from 'vitest'
import { isScanned } from '../../../../../src-main/engine/query/advice/plan-scans.ts'

it.each([
  ['SELECT * FROM flights', 'SCAN flights', true],
  ['SELECT * FROM flights f WHERE f.x = 1', 'SCAN f', true],
  ['SELECT * FROM "Flights" AS f', 'SCAN f', true],
  ['SELECT * FROM flights', 'SCAN flights USING COVERING INDEX a', true],
  ['SELECT * FROM flights WHERE x = 1', 'SEARCH flights USING INDEX flights/by x (x=?)', false],
  [
    'SELECT * FROM flights, a WHERE a.x = flights.x',
    'SEARCH flights USING AUTOMATIC COVERING INDEX (x=?)',
    true,
  ],
  ['SELECT * FROM late_flights f', 'SCAN f', false],
  ['SELECT * FROM flights2', 'SCAN flights2', false],
])('%s: %s', (sql, detail, expected) => {
  expect(isScanned(['QUERY PLAN', detail], sql, 'flights')).toBe(expected)
})
