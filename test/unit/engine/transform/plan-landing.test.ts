import { describe, expect, it } from 'vitest'
import { openScratch } from '../../../../src-main/engine/store/database.ts'
import { planWorkspace } from '../../../../src-main/engine/transform/plan.ts'
import type { Table } from '../../../../src-main/workspace/model.ts'
import { column, source, step, table, workspace } from '../../../support/workspaces.ts'
import { distinctBy, keyOf } from './keyed-bench.ts'

const columns = [
  column('order_id', 'text', { from: 'key', path: [] }),
  column('status', 'text'),
  column('at', 'timestamp'),
  column('price', 'real'),
]

function planned(extra: Partial<Table>, steps = [step('all', 'SELECT *, at * 2 AS twice FROM input')]) {
  const parts = {
    sources: [{ ...source('s', '/s', columns), eventTime: 'at' }],
    tables: [table('t', 's', steps, extra)],
  }
  const { plans, problems } = planWorkspace(
    ...([workspace('/w', parts), new Map([['s', columns]]), [], openScratch()] as const),
  )
  return {
    landing: plans[0]?.tables[0]?.landing,
    columns: plans[0]?.tables[0]?.columns.map(({ name }) => name),
    problems: problems.map(({ line, column: at, path, message, hint }) => [
      `${String(line)}:${String(at)} ${path}`,
      message,
      hint,
    ]),
  }
}

describe('a table with a key', () => {
  it('takes columns by name in any case, with their types', () => {
    expect(planned({ key: keyOf(['ORDER_ID', 'price'], { newestBy: 'At' }) }).landing).toMatchObject({
      kind: 'keyed',
      key: [
        { name: 'order_id', type: 'text' },
        { name: 'price', type: 'real' },
      ],
      ...{ newestBy: 'at', deletes: null, reorders: false },
    })
  })

  it('lets a tombstone delete where the key is that of the record, through steps, and hides how it is known', () => {
    const steps = [step('one', 'SELECT order_id AS id, status FROM input'), step('two', 'SELECT * FROM one')]
    const keyed = planned({ key: keyOf(['id']) }, steps)
    expect(keyed.landing).toMatchObject({ deletes: expect.stringContaining('_tombstone') as string })
    expect(keyed.columns).toEqual(['id', 'status'])
    expect(planned({ key: keyOf(['status']) }).landing).toMatchObject({ deletes: null })
    const changed = [step('one', 'SELECT lower(order_id) AS id FROM input')]
    expect(planned({ key: keyOf(['id']) }, changed).landing).toMatchObject({ deletes: null })
    expect(planned({}).columns).toEqual(['order_id', 'status', 'at', 'price', 'twice'])
  })

  it.each([
    [
      keyOf(['oder_id']),
      ['1:1 tables.t.key', 'table t: key names no column of the last step: "oder_id"', 'write "order_id"'],
    ],
    [
      keyOf(['order_id'], { newestBy: 'nothing' }),
      [
        '1:1 tables.t.newest_by',
        'table t: newest_by names no column of the last step: "nothing"',
        'the last step gives order_id, status, at, price, twice',
      ],
    ],
    [
      keyOf(['order_id'], { newestBy: 'status' }),
      [
        '1:1 tables.t.newest_by',
        'table t: newest_by names "status", which is text',
        'name a column of type timestamp or integer',
      ],
    ],
    [
      keyOf(['order_id'], { newestBy: 'twice' }),
      [
        '1:1 tables.t.newest_by',
        'table t: newest_by names "twice", which has no certain type',
        'write CAST(... AS INTEGER) AS twice in the last step',
      ],
    ],
  ])('refuses columns that cannot be what they are named for: %j', (key, expected) => {
    expect(planned({ key })).toMatchObject({ landing: null, problems: [expected] })
  })

  const example = "for example status = 'cancelled'"
  it.each([
    ['status = ', '1:9', 'the condition is not complete', example],
    ['(status', '1:8', 'the condition is not complete', example],
    ['status = ; 1', '1:10', 'it is one condition, without a semicolon', example],
    ["status = 'a'; DROP TABLE t", '1:13', 'it is one condition, without a semicolon', example],
    ['-- nothing', '1:1', 'there is no condition', example],
    ['status = :s', '1:10', 'a condition has no parameters: :s', 'write the value itself'],
    ['status = ?', '1:10', 'a condition has no parameters: ?', 'write the value itself'],
    [
      'status IN (SELECT 1)',
      '1:12',
      'a condition reads the row, and no table',
      'add a column to the last step, and name it here',
    ],
    [
      'SELECT 1',
      '1:1',
      'a condition reads the row, and no table',
      'add a column to the last step, and name it here',
    ],
    ['status = 1) OR (1 = 1', '1:11', 'a parenthesis is closed that was not opened', example],
    ['WHERE status = 1', '1:1', 'near "WHERE": syntax error', example],
    ["state = 'x'", '1:1', 'no such column: state', 'the last step gives order_id, status, at, price, twice'],
    ['count(*) > 1', '1:1', 'misuse of aggregate function count()', example],
  ])('refuses %j as a condition for deletes', (deleteWhen, at, message, hint) => {
    const { landing, problems } = planned({ key: keyOf(['order_id'], { deleteWhen }) })
    expect(landing).toBeNull()
    expect(problems).toEqual([[`${at} tables.t.delete_when`, `table t: delete_when: ${message}`, hint]])
  })
})

describe('a table without duplicates', () => {
  it('measures by the event time of the source', () => {
    const within = planned({ deduplicate: distinctBy(['order_id'], 1000) }).landing
    expect(within).toMatchObject({ kind: 'distinct', withinMs: 1000, joinsRecord: false })
    const without = planned({ deduplicate: distinctBy(['id'], 1) }, [
      step('one', 'SELECT order_id AS id FROM input'),
    ])
    expect(without.landing).toMatchObject({ joinsRecord: true })
  })

  it('refuses columns that are not there', () => {
    expect(planned({ deduplicate: distinctBy(['order'], 1000) }).problems).toEqual([
      [
        '1:1 tables.t.deduplicate.by',
        'table t: deduplicate.by names no column of the last step: "order"',
        expect.any(String),
      ],
    ])
  })
})
