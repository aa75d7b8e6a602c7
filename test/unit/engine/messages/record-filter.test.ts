import { describe, expect, test } from 'vitest'
import type { MessageFilter } from '../../../../src-main/contract/messages.ts'
import { BatchReader } from '../../../../src-main/engine/kafka/records/batch-reader.ts'
import { nothingSeen } from '../../../../src-main/engine/messages/held-record.ts'
import { PlainDecoder } from '../../../../src-main/engine/messages/part-decoder.ts'
import { RecordFilter } from '../../../../src-main/engine/messages/record-filter.ts'
import { SqlCondition } from '../../../../src-main/engine/messages/sql-condition.ts'
import { batchOf, readerAt, type TestRecord } from './record-at.ts'

function open(filter: MessageFilter): RecordFilter {
  return new RecordFilter(filter, { key: new PlainDecoder('auto'), value: new PlainDecoder('auto') })
}

function matches(filter: MessageFilter, record: TestRecord): boolean {
  return ask(open(filter), record) === 'yes'
}

/** Asks of one record in partition 3, the SQL expression too. */
function ask(filter: RecordFilter, record: TestRecord): string | undefined {
  const reader = readerAt(record)
  const batch = filter.takeBatch()
  if (batch === null || filter.matches(reader) !== 'yes') return filter.matches(reader)
  batch.add(reader, 3, nothingSeen())
  return batch.ask(3)[0]?.answer
}

const order: TestRecord = {
  key: 'Customer-7',
  value:
    '{"id":9007199254740993,"delay":61,"name":"Ann\\u00e9","open":true,"items":[{"sku":"X1"}],"note":null}',
  headers: [
    ['Trace', 'AbC'],
    ['trace', 'second'],
    ['empty', null],
  ],
}

describe('text', () => {
  test.for(['customer', '"DELAY":61', 'trace', 'abc', 'SECOND'])(
    '%s is found in key, value or headers',
    (text) => {
      expect(matches({ text }, order)).toBe(true)
    },
  )

  test('is not found where it goes from one part into the next', () => {
    expect(matches({ text: '7{"id' }, { key: 'k7', value: '{"id":1}' })).toBe(false)
  })

  test('is found in every record of a batch that has it, and in no other', () => {
    const reader = new BatchReader()
    const values = ['one', 'needle', 'two', 'x needle', 'needl', 'e']
    reader.open(batchOf(values.map((value) => ({ value }))), 0, [])
    const filter = open({ text: 'NEEDLE' })
    const found: number[] = []
    while (reader.next()) if (filter.matches(reader) === 'yes') found.push(reader.offset)
    expect(found).toEqual([1, 3])
  })

  test('names bytes in hexadecimal, as they are shown', () => {
    const value = Buffer.from('00ffdead', 'hex')
    expect([matches({ text: 'FFDE' }, { value }), matches({ text: 'ffdf' }, { value })]).toEqual([
      true,
      false,
    ])
  })

  test('that is hexadecimal is still text in text', () => {
    const reader = new BatchReader()
    reader.open(
      batchOf([{ value: 'none' }, { value: 'order 1234' }, { value: Buffer.from('ff1234', 'hex') }]),
      0,
      [],
    )
    const filter = open({ text: '1234' })
    const found: number[] = []
    while (reader.next()) if (filter.matches(reader) === 'yes') found.push(reader.offset)
    expect(found).toEqual([1, 2])
  })
})

test.for<[MessageFilter, boolean]>([
  [{ key: 'MER-7' }, true],
  [{ key: 'delay' }, false],
  [{ header: { name: 'TRACE', value: 'sec' } }, true],
  [{ header: { name: 'trace', value: 'third' } }, false],
  [{ header: { name: 'empty', value: '' } }, true],
  [{ header: { name: 'empty', value: 'x' } }, false],
  [{ text: 'customer', key: 'nobody' }, false],
  [{}, true],
])('key and headers: %j is %s', ([filter, expected]) => {
  expect(matches(filter, order)).toBe(expected)
})

describe('a JSON path', () => {
  test.for<[string, NonNullable<MessageFilter['json']>['operator'], string, boolean]>([
    ['$.delay', '>', '60', true],
    ['$.delay', '>', '100', false],
    ['$.delay', '=', '61.0', true],
    ['$.delay', '!=', '61', false],
    ['$.id', '=', '9007199254740993', true],
    ['$.id', '=', '9007199254740992', false],
    ['$.id', '>', '9007199254740992', true],
    ['$.name', '=', 'anné', true],
    ['$.name', 'contains', 'NÉ', true],
    ['$.name', '<', 'b', true],
    ['$.open', '=', 'true', true],
    ['$.items[0].sku', '=', 'x1', true],
    ['$.items', 'contains', 'sku', true],
    ['$.note', 'exists', '', true],
    ['$.missing', 'exists', '', false],
    ['$.missing', '!=', 'x', false],
  ])('%s %s %s: %s', ([path, operator, value, expected]) => {
    expect(matches({ json: { path, operator, value } }, order)).toBe(expected)
  })

  test('counts values that are no JSON', () => {
    const filter = open({ json: { path: '$.a', operator: 'exists', value: '' } })
    expect(filter.matches(readerAt({ value: 'plain' }))).toBe('no')
    expect(filter.matches(readerAt({ value: null }))).toBe('no')
    expect(filter.notJson).toBe(1)
  })

  test('that cannot be read is refused with its reason', () => {
    expect(() => open({ json: { path: '$.a..b', operator: '=', value: '' } })).toThrow(/JSON path: .*\.\./)
  })
})

describe('a SQL expression', () => {
  test.for<[string, boolean]>([
    [`value ->> '$.delay' > 60`, true],
    [`value ->> '$.delay' > 60 AND partition = 3`, true],
    [`partition IN (1, 2)`, false],
    [`offset = 0 AND timestamp = 1000`, true],
    [`key LIKE 'customer-%'`, true],
    [`headers ->> '$[1][1]' = 'second'`, true],
    [`size > 100`, true],
    [`abs(random() % 100) < 100`, true],
    [`message.size > 100 -- a comment at its end`, true],
    [`value ->> '$.missing'`, false],
    [`upper(key) = 'CUSTOMER-7' OR (size < 1)`, true],
  ])('%s: %s', ([sql, expected]) => {
    expect(matches({ sql }, order)).toBe(expected)
  })

  test('sees bytes that are no text as a BLOB, and a tombstone as NULL', () => {
    expect(matches({ sql: `value = x'ff00'` }, { value: Buffer.from('ff00', 'hex') })).toBe(true)
    expect(matches({ sql: 'value IS NULL' }, { value: null })).toBe(true)
  })

  test('that fails on a record does not match it, and is counted', () => {
    const filter = open({ sql: `value ->> '$.a' = 1` })
    expect(ask(filter, { value: '{broken' })).toBe('fails')
    expect(filter.sqlFailure).toBe('malformed JSON')
  })

  test.for([
    ['packed', order],
    ['by itself', { ...order, key: Buffer.from('ff', 'hex') }],
  ] as const)('sees whole numbers as such, %s', ([, record]) => {
    for (const column of ['partition', 'offset', 'timestamp', 'size'])
      expect(matches({ sql: `typeof(${column}) = 'integer' AND key IS NOT NULL` }, record)).toBe(true)
    expect(matches({ sql: `partition || '/' || offset || '/' || timestamp = '3/0/1000'` }, record)).toBe(true)
  })

  test('is asked of many records at once, and each has the answer that it has by itself', () => {
    const values = [
      ...[
        '{"a":1}',
        '{"a":2}',
        '',
        '{"a":"1"}',
        '{"a":1.0}',
        '{broken',
        '{"a":"x\\u0000y"}',
        '{"b":1}',
        'null',
      ],
      ...[null, Buffer.from('ff00', 'hex'), `{"a":1,"b":"${'ü'.repeat(40_000)}"}`, '[{"a":1}]', '{a:1}'],
    ]
    const records = values.map((value, index) => ({ value, key: index % 3 === 0 ? null : `k${index}` }))
    const sql = [
      `value ->> '$.a' = 1`,
      `json_valid(value) AND value ->> '$.a' = 1`,
      `typeof(value) = 'blob' OR key IS NULL`,
      `length(value) > 1000 OR offset % 2 = 1`,
      `value LIKE '%A%' AND size < 100`,
      `1`,
    ]
    for (const expression of sql) {
      const filter = open({ sql: expression })
      const batch = filter.takeBatch()
      const reader = new BatchReader()
      reader.open(batchOf(records), 0, [])
      while (reader.next()) batch?.add(reader, 3, nothingSeen())
      const together = batch?.ask(3).map(({ answer }) => answer)
      const condition = new SqlCondition(expression)
      const decoders = { key: new PlainDecoder('auto'), value: new PlainDecoder('auto') }
      const alone: string[] = []
      reader.open(batchOf(records), 0, [])
      while (reader.next()) alone.push(condition.holds(reader, 3, decoders))
      expect([expression, together]).toEqual([expression, alone])
      expect(filter.sqlFailure).toBe(condition.firstFailure)
    }
  })

  test('holds records although their reader goes on', () => {
    const batch = open({ sql: `value ->> '$.n' % 2 = 1` }).takeBatch()
    const reader = new BatchReader()
    for (const n of [1, 2, 3]) {
      reader.open(batchOf([{ value: `{"n":${n}}`, key: `key ${n}` }]), 0, [])
      while (reader.next()) batch?.add(reader, 0, nothingSeen())
    }
    const keys = batch
      ?.ask(0)
      .filter(({ answer }) => answer === 'yes')
      .map(({ bytes, keyStart, keyLength }) =>
        Buffer.from(bytes).toString('utf8', keyStart, keyStart + keyLength),
      )
    expect(keys).toEqual(['key 1', 'key 3'])
  })

  test.for<[string, RegExp]>([
    ['value = ', /SQL: .*syntax error/],
    ['absent > 1', /no such column: absent/],
    ['(SELECT count(*) FROM sqlite_schema) > 0', /subqueries are refused/],
    ['EXISTS (SELECT 1)', /subqueries are refused/],
    ['partition IN (SELECT 1)', /subqueries are refused/],
    ['partition IN sqlite_schema', /SQL: /],
    ['count(*) > 0', /misuse of aggregate/],
    ['sum(size) OVER () > 0', /misuse of window/],
    ['1) OR (1', /a "\)" has no "\("/],
    ['1; DROP TABLE message', /without ";"/],
    ['size > ?', /parameter/],
    [`key = 'x`, /quote is not closed/],
    ['-- nothing', /empty/],
    [`load_extension('x')`, /load_extension/],
    ['length(randomblob(1000000000)) > 0', /randomblob/],
    ['1 UNION SELECT 1', /SQL: /],
    ['rowid = 1', /no column/],
  ])('%s is refused', ([sql, reason]) => {
    expect(() => open({ sql })).toThrow(reason)
  })
})
