import Database from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ColumnType } from '../../../../src-main/contract/workspace.ts'
import { givesDoubles, namedExpressions } from '../../../../src-main/engine/transform/number-types.ts'

const types: Readonly<Record<string, ColumnType | null>> = {
  r: 'real',
  s: 'real',
  i: 'integer',
  t: 'timestamp',
  b: 'boolean',
  x: 'text',
  u: null,
}
const typeOf = (name: string): ColumnType | null => types[name] ?? null

describe('an expression', () => {
  it.each([
    'r',
    '-r',
    'i * r',
    'r / i + t',
    '(i + b) * (r - 1)',
    'i * 1.5',
    'i * 2e3',
    '.5 - i',
    'o.r * o.i',
    '"r" * [i]',
    'round(u, 2)',
    'avg(i) - 1',
    'total(x)',
    'sum(r * i)',
    'coalesce(r, 0.0)',
    'abs(min(r)) + 1',
  ])('gives doubles: %s', (expression) => {
    expect(givesDoubles(expression, typeOf)).toBe(true)
  })

  it.each([
    'i',
    'i * b',
    'u * r',
    'x + r',
    'r % i',
    'r || i',
    'r > i',
    'coalesce(r, 0)',
    'sum(i)',
    'count(r)',
    'CASE WHEN r THEN r ELSE 1 END',
    'r COLLATE nocase',
    'r * (SELECT 1)',
    'sum(r) OVER ()',
    'max(DISTINCT r)',
    'nothing * r',
    '0x10 * 1',
    'r * NULL',
    'r AND i',
    '(r',
    '',
  ])('may give something else: %s', (expression) => {
    expect(givesDoubles(expression, typeOf)).toBe(false)
  })

  it('is a double in SQLite wherever it is said to be one', () => {
    const database = new Database(':memory:')
    database.exec('CREATE TABLE rows (r REAL, s REAL, i INTEGER, t INTEGER, b INTEGER, x TEXT, u ANY) STRICT')
    const insert = database.prepare('INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?, ?)')
    insert.run(1.5, -0.0, 3, 1_760_000_000_000, 1, '7', 2)
    insert.run(0, 1e308, 9_223_372_036_854_775_807n, -1, 0, 'a', 'b')
    insert.run(null, Infinity, null, 0, null, null, null)
    insert.run(1e-300, 2, -9_223_372_036_854_775_808n, 5, 1, '', 1.5)
    const { expression } = fc.letrec<{ expression: string }>((tie) => ({
      expression: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom('r', 's', 'i', 't', 'b', 'x', 'u', '1', '2.5', '1e3', 'NULL', "'3'"),
        fc
          .tuple(
            tie('expression'),
            fc.constantFrom('+', '-', '*', '/', '%', '||', '<', 'AND'),
            tie('expression'),
          )
          .map((parts) => parts.join(' ')),
        tie('expression').map((inner) => `(${inner})`),
        tie('expression').map((inner) => `- ${inner}`),
        fc
          .tuple(
            fc.constantFrom('round', 'abs', 'coalesce', 'ifnull', 'max', 'min'),
            tie('expression'),
            tie('expression'),
          )
          .map(([name, one, other]) =>
            name === 'abs' ? `abs(${one})` : name === 'round' ? `round(${one})` : `${name}(${one}, ${other})`,
          ),
      ),
    }))
    let said = 0
    fc.assert(
      fc.property(expression, (sql) => {
        if (!givesDoubles(sql, typeOf)) return
        said++
        for (const row of ['r < 1e-100', 'r = 0', 'r IS NULL', 'r = 1.5']) {
          try {
            const kind = database.prepare(`SELECT typeof(${sql}) FROM rows WHERE ${row}`).pluck().get()
            expect([sql, kind]).toEqual([sql, expect.stringMatching(/^(real|null)$/)])
          } catch (error) {
            // abs of the smallest integer overflows: then there is no value at all.
            if (!(error instanceof Error) || !error.message.includes('overflow')) throw error
          }
        }
      }),
      { numRuns: 5000 },
    )
    expect(said).toBeGreaterThan(500)
    database.close()
  })
})

describe('the expressions of a select list', () => {
  it('are found by their names', () => {
    const sql = `SELECT a, b AS bb, (1, 2) AS "Pair", f(x, y) AS z, q.*, /* not, this */ r * 2 AS twice FROM input AS i WHERE 1 AS no`
    expect([...namedExpressions(sql)]).toEqual([
      ['bb', 'b'],
      ['pair', '(1, 2)'],
      ['z', 'f(x, y)'],
      ['twice', 'r * 2'],
    ])
  })

  it('are none where a name stands twice, or the statement begins otherwise', () => {
    expect([...namedExpressions('SELECT 1 AS a, 2 AS a, 3 AS b')]).toEqual([['b', '3']])
    expect([...namedExpressions('WITH w AS (SELECT 1 AS a) SELECT a FROM w')]).toEqual([])
    expect([...namedExpressions('SELECT DISTINCT r AS a FROM input')]).toEqual([['a', 'DISTINCT r']])
  })
})
