import { describe, expect, it } from 'vitest'
import { shapeOfStep } from '../../../../src-main/engine/transform/step-shape.ts'

const relations = ['input', 'enriched']

describe('shapeOfStep', () => {
  it.each([
    ['SELECT * FROM input', 'input', 'input'],
    ['select f.* from INPUT as f left join airports a on a.iata = f.origin', 'input', 'f'],
    ['SELECT x FROM enriched e WHERE x > 1', 'enriched', 'e'],
    ['SELECT x FROM input WHERE x IS DISTINCT FROM 2', 'input', 'input'],
    ['SELECT a IS NOT DISTINCT FROM b AS same FROM input i', 'input', 'i'],
    ['SELECT (SELECT max(b) FROM enriched) AS m FROM "input" i', 'input', 'i'],
    ['WITH x AS (SELECT * FROM enriched) SELECT * FROM input n', 'input', 'n'],
    ['SELECT * FROM airports JOIN input', null, null],
    ['SELECT * FROM (SELECT * FROM input)', null, null],
    ['SELECT * FROM main.input', null, null],
    ["SELECT 'FROM enriched' AS t -- FROM enriched\nFROM input", 'input', 'input'],
  ])('%s is driven by %s, called %s', (sql, driving, alias) => {
    const shape = shapeOfStep(sql, relations)
    expect([shape.driving, shape.drivingAlias]).toEqual([driving, alias])
  })

  it.each([
    ['SELECT * FROM input', false],
    ['SELECT DISTINCT a FROM input', true],
    ['SELECT a, count(*) AS n FROM input GROUP BY a', true],
    ['SELECT count(*) FROM input', true],
    ['SELECT max(a) FROM input', true],
    ['SELECT max(a, b) FROM input', false],
    ['SELECT min(a, (b)) FROM input', false],
    ['SELECT round(avg(a), 2) FROM input', true],
    ['SELECT sum(a) OVER (ORDER BY b) FROM input', false],
    ['SELECT sum(a) FILTER (WHERE a > 1) OVER () FROM input', false],
    ['SELECT sum(a) FILTER (WHERE a > 1) FROM input', true],
    ['SELECT (SELECT count(*) FROM enriched) AS n FROM input', false],
    ['SELECT a FROM input UNION ALL SELECT a FROM enriched', true],
    ['VALUES (1)', true],
    ['SELECT count FROM input', false],
  ])('%s groups rows: %s', (sql, groups) => {
    expect(shapeOfStep(sql, relations).groups).toBe(groups)
  })
})
