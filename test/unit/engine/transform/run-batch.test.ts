import Database from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonbType, JsonbWriter } from '../../../../src-main/engine/batch/jsonb-writer.ts'
import type { OffsetRun } from '../../../../src-main/engine/batch/packed-batch.ts'
import type { BatchResult } from '../../../../src-main/engine/batch/batch-result.ts'
import { systemSchema } from '../../../../src-main/engine/store/system-schema.ts'
import { prepareTables } from '../../../../src-main/engine/store/tables.ts'
import { planWorkspace } from '../../../../src-main/engine/transform/plan.ts'
import { SourceTransform } from '../../../../src-main/engine/transform/run-batch.ts'
import type { Step, Table } from '../../../../src-main/workspace/model.ts'
import { column, source, step, table, workspace } from '../../../support/workspaces.ts'

const columns = [column('n', 'integer'), column('doc', 'text')]

/** Runs one batch of (n, doc) rows through tables and gives what landed and what was counted. */
function run(
  tables: Table[],
  rows: readonly (readonly [number, string])[],
  offsets: OffsetRun | null = null,
) {
  const database = new Database(':memory:')
  database.exec(systemSchema)
  const parts = { sources: [source('s', '/s', columns)], tables }
  const { plans, problems } = planWorkspace(
    workspace('/w', parts),
    new Map([['s', columns]]),
    [],
    new Database(':memory:'),
  )
  expect(problems).toEqual([])
  const [plan] = plans
  if (plan === undefined) throw new Error('no plan')
  prepareTables(database, plan.tables)
  const transform = new SourceTransform(database, plan)
  const writer = new JsonbWriter()
  rows.forEach(([n, doc], index) => {
    const text = new TextEncoder().encode(doc)
    writer.beginRow()
    writer.integer(n)
    writer.span(jsonbType.textRaw, text, 0, text.length)
    writer.integer(0)
    writer.integer(100 + index)
    writer.integer(1000 + index)
    writer.endRow()
  })
  expect(transform.load(Buffer.from(writer.take()), offsets)).toBe(rows.length)
  const result = transform.run(rows.length, { topic: 'topic', ingestedAt: 77 }, null)
  const landed = (name: string): unknown[] => database.prepare(`SELECT * FROM "${name}" ORDER BY rowid`).all()
  const offsetsOf = (): unknown[] =>
    database.prepare('SELECT CAST(_offset AS TEXT) FROM t ORDER BY rowid').pluck().all()
  return {
    result,
    landed,
    offsets: offsetsOf,
    again: () => transform.load(Buffer.from(new JsonbWriter().take()), null),
  }
}

function counts(result: BatchResult) {
  return result.steps.map(({ step: name, rowsIn, rowsOut, filtered, failed }) => [
    name,
    rowsIn,
    rowsOut,
    filtered,
    failed,
  ])
}

const parse = (name: string): Step => step(name, "SELECT n, json_extract(doc, '$.a') AS a FROM input")
const numbered = (docs: readonly string[]): [number, string][] => docs.map((doc, index) => [index, doc])

describe('SourceTransform', () => {
  it('lands rows with their coordinates and counts rows in, out and filtered', () => {
    const steps = [
      step('doubled', 'SELECT n, n * 2 AS twice FROM input'),
      step('big', 'SELECT * FROM doubled WHERE n > 1'),
    ]
    const { result, landed } = run([table('t', 's', steps)], numbered(['', '', '']))
    expect(counts(result)).toEqual([
      ['doubled', 3, 3, 0, 0],
      ['big', 3, 1, 2, 0],
    ])
    expect(landed('t')).toEqual([
      { n: 2, twice: 4, _topic: 'topic', _partition: 0, _offset: 102, _timestamp: 1002, _ingested_at: 77 },
    ])
  })

  it('keeps apart the records that a step cannot take and lands all others in order', () => {
    const docs = ['{"a":1}', 'bad', '{"a":3}', '{"a":4}', 'worse', '{"a":6}', '{"a":7}']
    const steps = [parse('parsed'), step('some', 'SELECT * FROM parsed WHERE a <> 4')]
    const { result, landed } = run([table('t', 's', steps)], numbered(docs))
    expect(counts(result)).toEqual([
      ['parsed', 7, 5, 0, 2],
      ['some', 5, 4, 1, 0],
    ])
    expect(result.failures.map(({ row, offset, step: name, reason }) => [row, offset, name, reason])).toEqual(
      [
        [2, 101n, 'parsed', 'malformed JSON'],
        [5, 104n, 'parsed', 'malformed JSON'],
      ],
    )
    expect(landed('t')).toMatchObject([{ a: 1 }, { a: 3 }, { a: 6 }, { a: 7 }])
  })

  it('isolates exactly the bad records, whichever they are', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 60 }), (good) => {
        const { result, landed } = run(
          [table('t', 's', [parse('parsed')])],
          numbered(good.map((ok, index) => (ok ? `{"a":${String(index)}}` : '}'))),
        )
        const goodOnes = good.flatMap((ok, index) => (ok ? [index] : []))
        const badOnes = good.flatMap((ok, index) => (ok ? [] : [index + 1]))
        expect(landed('t').map((row) => (row as { a: number }).a)).toEqual(goodOnes)
        expect(result.failures.map((failure) => failure.row)).toEqual(badOnes)
        expect(counts(result)).toEqual([['parsed', good.length, goodOnes.length, 0, badOnes.length]])
      }),
      { numRuns: 60 },
    )
  })

  it('lands the others as one batch, so that groups, windows and totals are whole', () => {
    const docs = ['{"a":1}', '{"a":1}', 'bad', '{"a":1}', '{"a":2}', 'worse', '{"a":1}']
    const tables = [
      table('t', 's', [parse('parsed'), step('grouped', 'SELECT a, count(*) AS c FROM parsed GROUP BY a')]),
      table('w', 's', [
        parse('parsed'),
        step(
          'numbered',
          'SELECT n, row_number() OVER (ORDER BY n) AS r, (SELECT count(*) FROM parsed) AS c FROM parsed',
        ),
        step('last', 'SELECT * FROM numbered ORDER BY n DESC LIMIT 2'),
      ]),
    ]
    const { result, landed } = run(tables, numbered(docs))
    expect(landed('t')).toMatchObject([
      { a: 1, c: 4 },
      { a: 2, c: 1 },
    ])
    expect(landed('w')).toMatchObject([
      { n: 6, r: 5, c: 5 },
      { n: 4, r: 4, c: 5 },
    ])
    expect(counts(result)).toEqual([
      ['parsed', 7, 5, 0, 2],
      ['grouped', 5, 2, null, 0],
      ['parsed', 7, 5, 0, 2],
      ['numbered', 5, 5, 0, 0],
      ['last', 5, 2, 3, 0],
    ])
    expect(result.failures.map((failure) => [failure.table, failure.row])).toEqual([
      ['t', 3],
      ['t', 6],
      ['w', 3],
      ['w', 6],
    ])
  })

  it('lands the others in parts where they fail, too, but only together', () => {
    const huge = 9_000_000_000_000_000
    const steps = [
      step('parsed', "SELECT n, json_extract(doc, '$') AS d FROM input"),
      step('total', 'SELECT sum(n * 1000) AS total FROM parsed'),
    ]
    const rows: [number, string][] = [huge, 1, huge].map((n) => [n, n === 1 ? 'bad' : '1'])
    const { result, landed } = run([table('t', 's', steps)], rows)
    expect(result.failures.map((failure) => failure.row)).toEqual([2])
    expect(landed('t').map((row) => (row as { total: number }).total)).toEqual([huge * 1000, huge * 1000])
    expect(counts(result)).toEqual([
      ['parsed', 3, 2, 0, 1],
      ['total', 2, 2, null, 0],
    ])
  })

  it('keeps the failures of one table out of another', () => {
    const tables = [
      table('strict', 's', [parse('parsed')]),
      table('lenient', 's', [step('kept', 'SELECT n FROM input')]),
    ]
    const { result, landed } = run(tables, numbered(['{"a":1}', 'bad']))
    expect([landed('strict').length, landed('lenient').length]).toEqual([1, 2])
    expect(result.failures.map((failure) => failure.table)).toEqual(['strict'])
  })

  it('lands a column that mixes types as it is', () => {
    const mixed = [step('mixed', 'SELECT n AS v FROM input UNION ALL SELECT doc FROM input')]
    const { result, landed } = run([table('t', 's', mixed)], numbered(['x']))
    expect(result.failures).toEqual([])
    expect(landed('t')).toMatchObject([{ v: 0 }, { v: 'x' }])
  })

  it('lands what fails only together in parts', () => {
    const huge = 9_000_000_000_000_000
    const steps = [step('total', 'SELECT sum(n * 1000) AS total FROM input')]
    const { result, landed } = run(
      [table('t', 's', steps)],
      [
        [huge, ''],
        [huge, ''],
      ],
    )
    expect(result.failures).toEqual([])
    expect(landed('t').map((row) => (row as { total: number }).total)).toEqual([huge * 1000, huge * 1000])
  })

  it('does not call it filtering where a join multiplies rows', () => {
    const steps = [step('twice', 'SELECT i.n FROM input i JOIN (SELECT 1 AS x UNION ALL SELECT 2)')]
    expect(counts(run([table('t', 's', steps)], numbered(['', ''])).result)).toEqual([
      ['twice', 2, 4, null, 0],
    ])
  })

  it('gives the same rows where offsets follow each other and are not read one by one', () => {
    const offsets = { partition: 0, firstOffset: 100n }
    const rows = numbered(['a', 'b', 'c'])
    const one = run([table('t', 's', [])], rows)
    const other = run([table('t', 's', [])], rows, offsets)
    expect(other.landed('t')).toEqual(one.landed('t'))
    const far = run([table('t', 's', [])], rows, { partition: 7, firstOffset: 9_007_199_254_740_993n })
    expect(far.offsets()).toEqual(['9007199254740993', '9007199254740994', '9007199254740995'])
  })

  it('runs an empty batch', () => {
    const { result, again } = run([table('t', 's', [parse('parsed')])], [])
    expect(counts(result)).toEqual([['parsed', 0, 0, 0, 0]])
    expect(again()).toBe(0)
  })
})
