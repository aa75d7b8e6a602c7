import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { columnNames } from '../../../src-main/columns/column-names.ts'
import { isMisfit } from '../../../src-main/columns/values.ts'
import { convertJson } from '../../../src-main/columns/convert-json.ts'
import { parseExactJson } from '../../../src-main/columns/exact-json.ts'
import { columnsBlock, inferColumns } from '../../../src-main/columns/infer.ts'
import { checkName } from '../../../src-main/columns/names.ts'
import { parseWorkspace } from '../../../src-main/workspace/parse.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Type (and format) inferred for member `a` with these JSON values. */
function typeOf(...values: string[]): string {
  const [column] = inferColumns(values.map((value) => bytes(`{"a":${value}}`)))
  if (column === undefined) throw new Error('no column')
  return column.format === null ? column.type : `${column.type} ${column.format}`
}

describe('types', () => {
  it.each([
    [['1', '-5', 'null', '0'], 'integer'],
    [['9223372036854775807', '-9223372036854775808'], 'integer'],
    [['9223372036854775808'], 'json'],
    [['1', '18446744073709551615'], 'json'],
    [['1e999'], 'json'],
    [['1.5', '2'], 'real'],
    [['5.0'], 'real'],
    [['1e3'], 'real'],
    [['1.5', '9007199254740993'], 'json'],
    [['true', 'false', 'null'], 'boolean'],
    [['true', '1'], 'text'],
    [['"1"', '"2"'], 'text'],
    [['"1"', '2'], 'text'],
    [['"1"', '18446744073709551615'], 'text'],
    [['{}'], 'json'],
    [['[1]', '1'], 'json'],
    [['{"b":1}', '"x"', 'null'], 'json'],
    [['null', 'null'], 'text'],
    [['""'], 'text'],
  ])('%j', (values, type) => {
    expect(typeOf(...values)).toBe(type)
  })

  it.each([
    [['"2024-01-05T10:20:30Z"', 'null', '"2024-01-05 10:20"'], 'timestamp'],
    [['"2024-01-05T10:20:30.123456+02:00"'], 'timestamp'],
    [['"2024-01-05"'], 'text'],
    [['"2024-01-05T10:20:30Z"', '"2024-01-05"'], 'text'],
    [['"2024-01-05T10:20:30Z"', '"soon"'], 'text'],
    [['"2024-01-05T10:20:30Z"', '""'], 'text'],
    [['"2024-01-05T10:20:30Z"', '5'], 'text'],
    [['"2024-02-30T10:20:30Z"'], 'text'],
    [['"1700000000"'], 'text'],
    [['1700000000'], 'integer'],
    [['"2001/01/01 00:47"', '"2001/12/31 23:59"'], 'timestamp %Y/%m/%d %H:%M'],
    [['"10/Oct/2000:13:55:36 -0700"'], 'timestamp %d/%b/%Y:%H:%M:%S %z'],
    [['"Tue, 10 Oct 2000 13:55:36 GMT"'], 'timestamp %a, %d %b %Y %H:%M:%S %Z'],
    [['"20240105T102030Z"'], 'timestamp %Y%m%dT%H%M%SZ'],
    [['"12/31/2024 10:00"'], 'timestamp %m/%d/%Y %H:%M'],
    [['"31/12/2024 10:00"', '"01/02/2024 10:00"'], 'timestamp %d/%m/%Y %H:%M'],
    [['"01/02/2024 10:00"'], 'text'],
    [['"12/31/2024 10:00"', '"31/12/2024 10:00"'], 'text'],
  ])('%j', (values, type) => {
    expect(typeOf(...values)).toBe(type)
  })

  it('hold every value that they were taken from, exactly', () => {
    const scalar = fc.oneof(
      fc.bigInt({ min: -(2n ** 66n), max: 2n ** 66n }).map(String),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
      fc.boolean().map(String),
      fc.string().map((value) => JSON.stringify(value)),
      fc
        .date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) })
        .map((date) => JSON.stringify(date)),
      fc.json(),
    )
    const values = fc.oneof(
      fc.array(scalar, { minLength: 1, maxLength: 5 }),
      fc.array(fc.bigInt().map(String), { minLength: 1 }),
    )
    fc.assert(
      fc.property(values, (texts) => {
        const [column] = inferColumns(texts.map((text) => bytes(`{"a":${text}}`)))
        if (column === undefined) throw new Error('no column')
        for (const text of texts) {
          const value = parseExactJson(text)
          if (value === null) continue
          const converted = convertJson(column, value)
          expect(isMisfit(converted)).toBe(false)
          if (/^-?[0-9]+$/.test(text) && column.type !== 'real') {
            expect(converted).toBe(column.type === 'integer' ? BigInt(text) : text)
          }
        }
      }),
      { numRuns: 500 },
    )
  })
})

describe('columns', () => {
  it('are the union of members, in the order first seen, with what the sample showed', () => {
    const samples = ['{"b":1,"a":"x"}', '{"c":null,"a":null,"b":2.5}', '{"d":{"e":1}}'].map(bytes)
    const common = { from: 'value', nullable: true, default: null, format: null, unit: 'ms' }
    expect(inferColumns(samples)).toEqual([
      { ...common, name: 'b', path: ['b'], type: 'real', seen: 2 },
      { ...common, name: 'a', path: ['a'], type: 'text', seen: 1 },
      { ...common, name: 'c', path: ['c'], type: 'text', seen: 0 },
      { ...common, name: 'd', path: ['d'], type: 'json', seen: 1 },
    ])
  })

  it('pass over samples that are no JSON objects', () => {
    const samples = ['', '{', '5', '[{"a":1}]', 'null', '"x"', '{"a":1}', '['.repeat(50_000)].map(bytes)
    samples.push(Uint8Array.of(0x7b, 0xff, 0x7d))
    expect(inferColumns(samples).map((column) => [column.name, column.seen])).toEqual([['a', 1]])
    expect(inferColumns([])).toEqual([])
  })

  it('have names that SQL takes, and keep the member in the path', () => {
    const members = [
      'order',
      'a b',
      'a_b',
      'A_B',
      '_id',
      'größe',
      '日付',
      '',
      '1st',
      'rowid',
      '__proto__',
      'ok',
    ]
    const sample = bytes(`{${members.map((member) => `${JSON.stringify(member)}:1`).join(',')}}`)
    const columns = inferColumns([sample])
    expect(columns.map((column) => [column.path[0], column.name])).toEqual([
      ['order', 'order_'],
      ['a b', 'a_b_2'],
      ['a_b', 'a_b'],
      ['A_B', 'A_B_3'],
      ['_id', 'id'],
      ['größe', 'grosse'],
      ['日付', 'column_1'],
      ['', 'column_1_2'],
      ['1st', 'column_1st'],
      ['rowid', 'rowid_'],
      ['__proto__', 'proto'],
      ['ok', 'ok'],
    ])
  })

  it('have valid and different names whatever the members are called', () => {
    const name = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('a', 'A', 'a ', 'x'.repeat(70), 'order'),
    )
    fc.assert(
      fc.property(fc.array(name, { maxLength: 30 }), (originals) => {
        const names = columnNames(originals)
        expect(names.filter((each) => checkName(each, 'column') !== null)).toEqual([])
        expect(new Set(names.map((each) => each.toLowerCase())).size).toBe(originals.length)
      }),
    )
  })

  it('are at most a thousand', () => {
    const members = Array.from({ length: 1500 }, (_, index) => `"m${String(index)}":1`)
    expect(inferColumns([bytes(`{${members.join(',')}}`)])).toHaveLength(1000)
  })
})

describe('the block for penstock.yaml', () => {
  it('is as short as it can be', () => {
    const sample = bytes('{"date":"2001/01/01 00:47","delay":-5,"full name":"x","gone":null,"order":{}}')
    expect(columnsBlock(inferColumns([sample]))).toBe(
      [
        'columns:',
        '  date: { path: $.date, type: timestamp, format: "%Y/%m/%d %H:%M" }',
        '  delay: integer',
        `  full_name: { path: "$['full name']", type: text }`,
        '  gone: text # only null in the sample',
        '  order_: { path: $.order, type: json }',
        '',
      ].join('\n'),
    )
  })

  it('says so where there are none', () => {
    expect(columnsBlock([])).toBe('# no columns: no record is a JSON object with members\n')
  })

  it('is read back to the same columns', () => {
    const member = fc.string({ unit: 'grapheme', maxLength: 20 })
    const value = fc.constantFrom(
      '1',
      '1.5',
      '"x"',
      'null',
      'true',
      '[]',
      '"2024-01-05T10:20Z"',
      '"2001/01/01 00:47"',
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(member, value), { minLength: 1, maxLength: 8 }), (members) => {
        const sample = `{${members.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`
        const columns = inferColumns([bytes(sample)])
        const block = columnsBlock(columns).replaceAll('\n', '\n    ')
        const text = `penstock: 1\nsources:\n  s:\n    replay: { file: f }\n    ${block}`
        const parsed = parseWorkspace(text, '/w/penstock.yaml')
        if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems))
        const expected = columns.map((column) => ({ ...column, seen: undefined }))
        expect(parsed.workspace.sources[0]?.columns).toEqual(expected)
      }),
      { numRuns: 300 },
    )
  })
})
