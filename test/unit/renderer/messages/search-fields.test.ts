import { describe, expect, it } from 'vitest'
import {
  fieldsOf,
  filterMarks,
  firstFields,
  paramsOf,
  searchOf,
  withFilter,
  withoutFilter,
  type SearchFields,
} from '../../../../src-renderer/features/messages/search-fields.ts'

const now = Date.parse('2026-11-25T14:07:31.000Z')
const utc = { now, zone: 'utc' } as const
const topic = { connection: 'prod', topic: 'orders' }
const some = (change: Partial<SearchFields>): SearchFields => ({ ...firstFields, ...change })

describe('the search of the fields', () => {
  it('is the newest records of all partitions at first', () => {
    expect(searchOf(firstFields, topic, utc)).toEqual({
      search: {
        ...topic,
        start: { at: 'newest' },
        live: false,
        filter: {},
        limit: 500,
        keyFormat: 'auto',
        valueFormat: 'auto',
        isolation: 'read_committed',
      },
    })
  })

  it('holds every filter that is set', () => {
    const fields = some({
      ...{ text: 'foo', jsonPath: 'status', jsonValue: 'returned', sql: ' partition = 3 ' },
      ...{ key: 'cust', headerName: 'trace', headerValue: '00' },
    })
    const asked = searchOf(fields, topic, utc)
    expect('search' in asked && asked.search.filter).toEqual({
      text: 'foo',
      key: 'cust',
      header: { name: 'trace', value: '00' },
      json: { path: '$.status', operator: '=', value: 'returned' },
      sql: 'partition = 3',
    })
  })

  it.each<[Partial<SearchFields>, object]>([
    [
      { from: 'offset', at: '1,802', until: '2000' },
      { start: { at: 'offset', offset: '1802' }, end: { at: 'offset', offset: '2000' } },
    ],
    [
      { from: 'time', at: '14:02', until: '1 min' },
      { start: { at: 'time', timeMs: now - 331_000 }, end: { at: 'time', timeMs: now - 60_000 } },
    ],
    [{ from: 'ago', at: '5 min' }, { start: { at: 'ago', ms: 300_000 } }],
  ])('begins and ends where %j says', (change, expected) => {
    const asked = searchOf(some(change), topic, utc)
    expect('search' in asked ? asked.search : asked).toMatchObject(expected)
  })

  it.each<[Partial<SearchFields>, keyof SearchFields]>([
    [{ from: 'offset', at: 'x' }, 'at'],
    [{ partitions: 'x' }, 'partitions'],
    [{ from: 'oldest', until: 'x' }, 'until'],
    [{ jsonValue: 'returned' }, 'jsonPath'],
  ])('says which field cannot be read: %j', (change, field) => {
    expect(searchOf(some(change), topic, utc)).toHaveProperty('field', field)
  })
})

describe('the address', () => {
  it('holds what differs from the first search and gives it back', () => {
    const fields = some({ from: 'time', at: '2026-11-25 14:02:00', text: 'a&b', limit: 1000, live: true })
    const params = paramsOf(fields, utc)
    expect(params).toEqual({
      from: 'time',
      at: '2026-11-25T14:02:00.000Z',
      text: 'a&b',
      limit: '1000',
      live: 'true',
    })
    expect(fieldsOf(params, 'utc')).toEqual(fields)
  })

  it('with nonsense in it is the first search', () => {
    expect(fieldsOf({ from: 'nowhere', limit: '7', isolation: 'x', jsonOperator: '~' }, 'utc')).toEqual(
      firstFields,
    )
  })
})

it('filters are named, taken away and taken from a message', () => {
  const fields = withFilter(some({ text: 'foo' }), { path: '$.status', value: 'returned' })
  expect(filterMarks(fields)).toEqual([
    { kind: 'text', words: 'contains “foo”' },
    { kind: 'json', words: '$.status = returned' },
  ])
  expect(filterMarks(withoutFilter(fields, 'json'))).toEqual([{ kind: 'text', words: 'contains “foo”' }])
  expect(withFilter(fields, { header: 'retry', value: '2' })).toMatchObject({
    headerName: 'retry',
    headerValue: '2',
  })
  expect(withFilter(fields, { key: 'k' })).toMatchObject({ key: 'k', text: 'foo' })
})
