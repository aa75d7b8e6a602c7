import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { relationsRead } from '../../../../src-renderer/features/overview/sql-references.ts'

describe('the relations that a statement reads', () => {
  it.each([
    ['SELECT * FROM input', ['input']],
    ['SELECT f.*, a.city FROM input f LEFT JOIN airports a ON a.iata = f.origin', ['input', 'airports']],
    ['select x from A, "b c" , [d] where x in (select y from `e`)', ['a', 'b c', 'd', 'e']],
    ["SELECT 'FROM nowhere' -- FROM comment\n/* JOIN other */ FROM input", ['input']],
    ['SELECT * FROM (SELECT * FROM inner_one) JOIN outer_one USING (id, place)', ['inner_one', 'outer_one']],
    ['SELECT a, b FROM input WHERE a > 1 ORDER BY a, b', ['input']],
    ['SELECT a FROM input GROUP BY a, b', ['input']],
    ['WITH x AS (SELECT 1) SELECT * FROM x', ['x']],
    ['SELECT count(*), max(delay) FROM enriched', ['enriched']],
    ['SELECT "FROM" FROM input', ['input']],
    ['', []],
  ])('%s', (sql, expected) => {
    expect([...relationsRead(sql)]).toEqual(expected)
  })

  it('can be asked of anything', () => {
    const piece = fc.constantFrom(
      'FROM',
      'join',
      ',',
      '(',
      ')',
      '"',
      "'",
      '`',
      '[',
      ']',
      '--',
      '/*',
      'a',
      ' ',
      '\n',
      '.',
    )
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        relationsRead(pieces.join(' '))
        relationsRead(pieces.join(''))
      }),
    )
  })
})
