import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { planWorkspace } from '../../../../src-main/engine/transform/plan.ts'
import type { Step } from '../../../../src-main/workspace/model.ts'
import { column, lookup, source, step, table, workspace } from '../../../support/workspaces.ts'

const columns = [
  column('at', 'timestamp'),
  column('delay', 'integer'),
  column('price', 'real'),
  column('origin', 'text'),
  column('ok', 'boolean'),
]
const airports = {
  lookup: { ...lookup('airports', '/airports.csv', 'iata'), origin: '/airports.csv' },
  columns: [column('iata', 'text'), column('city', 'text'), column('latitude', 'real')],
}

function plan(...steps: Step[]) {
  const parts = {
    sources: [source('flights', '/flights', columns)],
    lookups: [airports.lookup],
    tables: [table('late', 'flights', steps)],
  }
  const { plans, problems } = planWorkspace(
    workspace('/w', parts),
    new Map([['flights', columns]]),
    [airports],
    new Database(':memory:'),
  )
  return {
    table: plans[0]?.tables[0],
    problems: problems.map(({ line, column: at, message, hint }) => ({
      at: `${String(line)}:${String(at)}`,
      message,
      hint,
    })),
  }
}

describe('planWorkspace', () => {
  it('knows the types of columns through steps, lookups and casts', () => {
    const { table: planned, problems } = plan(
      step(
        'enriched',
        'SELECT f.*, a.city, a.latitude FROM input f LEFT JOIN airports a ON a.iata = f.origin',
      ),
      step(
        'late',
        'SELECT at AS since, delay, ok, city, latitude, CAST(delay AS REAL) / 60 AS hours, CAST(delay AS TEXT) AS t FROM enriched',
      ),
    )
    expect(problems).toEqual([])
    expect(planned?.columns).toEqual([
      { name: 'since', type: 'timestamp' },
      { name: 'delay', type: 'integer' },
      { name: 'ok', type: 'boolean' },
      { name: 'city', type: 'text' },
      { name: 'latitude', type: 'real' },
      { name: 'hours', type: null },
      { name: 't', type: 'text' },
    ])
  })

  it('lands the input as it is where a table has no steps', () => {
    expect(plan().table?.columns.map((entry) => entry.name)).toEqual(['at', 'delay', 'price', 'origin', 'ok'])
  })

  it('carries the coordinates along where a step does not select them, and not where it groups', () => {
    const { table: planned } = plan(
      step('one', 'SELECT origin FROM input'),
      step('two', 'SELECT origin, 1 AS n FROM one o'),
    )
    expect(planned?.steps[1]?.columns.map((entry) => entry.name)).toEqual([
      'origin',
      'n',
      '_partition',
      '_offset',
      '_timestamp',
    ])
    const grouped = plan(step('one', 'SELECT origin, count(*) AS n FROM input GROUP BY origin')).table
    expect(grouped?.steps[0]?.columns.map((entry) => entry.name)).toEqual(['origin', 'n'])
    expect(grouped?.steps[0]?.filters).toBe(false)
  })

  it('lets a step name the topic and the time of ingest', () => {
    const { table: planned, problems } = plan(
      step('one', 'SELECT _topic, _ingested_at - _timestamp AS age FROM input'),
    )
    expect(problems).toEqual([])
    expect(planned?.steps[0]?.columns.slice(0, 2)).toEqual([
      { name: '_topic', type: 'text' },
      { name: 'age', type: null },
    ])
  })

  it.each([
    ['SELECT nope FROM input', 'no such column: nope', '1:8'],
    ['SELECT f.nope FROM input f', 'no such column: f.nope', '1:8'],
    ['SELECT * FORM input', 'near "FORM": syntax error', '1:10'],
    ['SELECT * FROM sys_events', 'no such table: sys_events', '1:15'],
    ['SELECT nosuch(delay) FROM input', 'no such function: nosuch', '1:8'],
    ['SELECT delay FROM input WHERE', 'the statement is not complete', '1:1'],
    ['DELETE FROM input', 'a step is a SELECT; DELETE is refused', '1:1'],
    ['SELECT 1; SELECT 2', 'a step is one SELECT statement', '1:11'],
    ['', 'a step is one SELECT statement', '1:1'],
    ['SELECT delay, Delay FROM input', 'column "delay" appears twice in the result', '1:1'],
    ['SELECT delay AS rowid FROM input', '"rowid" is SQLite\'s own name for the number of a row', '1:1'],
    ['SELECT delay AS OID FROM input', '"OID" is SQLite\'s own name for the number of a row', '1:1'],
    ['SELECT delay AS _rowid_ FROM input', '"_rowid_" is SQLite\'s own name for the number of a row', '1:1'],
    [
      'WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) SELECT x FROM c',
      '"c" reads itself; a recursive step might never end',
      '1:1',
    ],
    [
      "WITH c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM ('c')) SELECT delay, x FROM input, c",
      '"c" reads itself; a recursive step might never end',
      '1:1',
    ],
    [
      'SELECT delay FROM input WHERE delay IN (WITH c AS (SELECT 1 AS x UNION SELECT x + 1 FROM (c)) SELECT x FROM c)',
      '"c" reads itself; a recursive step might never end',
      '1:1',
    ],
    ['SELECT delay FROM input WHERE WHERE delay > 1', 'near "WHERE": syntax error', '1:31'],
    ['SELECT delay FROM input; garbage', 'a step is one SELECT statement', '1:26'],
    ['SELECT delay FROM input garbage more', 'near "more": syntax error', '1:33'],
    ['SELECT delay AS nope, nope FROM input', 'no such column: nope', '1:23'],
    ['SELECT a.iata, 1 AS city, iata FROM airports a, airports b', 'ambiguous column name: iata', '1:27'],
    ['SELECT "nope" FROM input', 'no such column: "nope" - should this be a string literal', '1:8'],
    ['SELECT delay FROM input WHERE count(*) > 1', 'misuse of aggregate function count()', '1:31'],
    ['SELECT delay + @topic AS d FROM input', 'a step has no parameters: @topic', '1:16'],
    ['SELECT ?1 AS d FROM input', 'a step has no parameters: ?1', '1:8'],
    ['SELECT *, * FROM input', 'column "at" appears twice in the result', '1:1'],
    ['SELECT * FROM later', 'no such table: later', '1:15'],
    ['-- nothing but a comment', 'a step is one SELECT statement', '1:1'],
    ['SELECT \'\' AS "" FROM input', 'a column has no name', '1:1'],
    [
      'SELECT origin AS _Offset FROM input',
      'column "_Offset" is integer in every table, and text here',
      '1:1',
    ],
    ["ATTACH 'x' AS y", 'a step is a SELECT; ATTACH is refused', '1:1'],
  ])('refuses %s', (sql, message, at) => {
    const { problems } = plan(step('bad', sql))
    expect(problems.map(({ message: said, at: where }) => ({ said, where }))).toEqual([
      { said: expect.stringContaining(`step bad: ${message}`) as string, where: at },
    ])
  })

  it('checks the event time against inferred columns', () => {
    const parts = { sources: [{ ...source('flights', '/flights', null), eventTime: 'origin' }] }
    const { problems } = planWorkspace(
      workspace('/w', parts),
      new Map([['flights', columns]]),
      [],
      new Database(':memory:'),
    )
    expect(problems.map((problem) => problem.message)).toEqual([
      'inferred columns: event_time origin is text and no timestamp',
    ])
  })

  it('says what a step may read', () => {
    const { problems } = plan(step('one', 'SELECT * FROM input'), step('two', 'SELECT * FROM flight'))
    expect(problems[0]?.hint).toBe('A step reads input, one, airports.')
  })

  it('places a fault on its own line of a block scalar', () => {
    const sql = 'SELECT delay,\n  nope\nFROM input'
    const { problems } = plan({ ...step('bad', sql), position: { line: 20, column: 11 }, multiline: true })
    expect(problems[0]?.at).toBe('21:13')
  })

  it('does not say that a step filters which reads no records', () => {
    for (const sql of ['SELECT 1 AS x', 'SELECT * FROM airports', 'VALUES (1)']) {
      expect(plan(step('one', sql)).table?.steps[0]?.filters).toBe(false)
    }
  })

  it('takes WITH RECURSIVE where nothing recurs', () => {
    const { table: planned, problems } = plan(
      step('one', 'WITH RECURSIVE far AS (SELECT * FROM input WHERE delay > 5) SELECT delay FROM far'),
    )
    expect(problems).toEqual([])
    expect(planned?.columns).toEqual([{ name: 'delay', type: 'integer' }])
  })

  it('takes text that looks like a parameter, and a column of every table in other letters', () => {
    const { table: planned, problems } = plan(
      step('one', "SELECT '@topic ?1' AS t, _topic AS _TOPIC FROM input"),
      step('two', 'SELECT t, _TOPIC FROM one'),
    )
    expect(problems).toEqual([])
    expect(planned?.columns).toEqual([{ name: 't', type: null }])
  })

  it('takes statements that begin with comments or WITH, and end with a semicolon', () => {
    const { table: planned, problems } = plan(
      step('one', '-- first\nWITH far AS (SELECT * FROM input WHERE delay > 5) SELECT delay FROM far;'),
      step('two', '/* second */ SELECT delay FROM one;'),
    )
    expect(problems).toEqual([])
    expect(planned?.columns).toEqual([{ name: 'delay', type: 'integer' }])
  })
})
