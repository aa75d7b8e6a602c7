/** Results as CSV, JSON lines and tables: every type of value keeps its meaning. */
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Cell } from '#contract/cells.ts'
import type { ResultColumn } from '#contract/query.ts'
import { csvFormat } from '../../../../src-main/hosts/cli/results/csv.ts'
import { displayWidth, printable, shorten } from '../../../../src-main/hosts/cli/results/display-width.ts'
import { jsonLinesFormat } from '../../../../src-main/hosts/cli/results/json-lines.ts'
import type { ResultFormat } from '../../../../src-main/hosts/cli/results/result-format.ts'
import { textTableFormat } from '../../../../src-main/hosts/cli/results/text-table.ts'

const columns = (...names: string[]): ResultColumn[] => names.map((name) => ({ name, type: null }))

function render(format: ResultFormat, header: ResultColumn[], rows: Cell[][]): string {
  return format.head(header, rows) + format.rows(rows) + format.foot(rows.length, true)
}

const everyKind: Cell[] = [
  null,
  '',
  'a',
  1,
  1.5,
  { i: '9223372036854775807' },
  { r: '5.0' },
  { r: 'Infinity' },
  { b: 'AAE=', n: 2 },
]
const names = ['null', 'empty', 'text', 'integer', 'real', 'big', 'whole', 'infinite', 'blob']

describe('CSV', () => {
  it('keeps NULL apart from the empty text, and every digit', () => {
    expect(render(csvFormat(), columns(...names), [everyKind])).toBe(
      'null,empty,text,integer,real,big,whole,infinite,blob\r\n,"",a,1,1.5,9223372036854775807,5.0,Infinity,AAE=\r\n',
    )
  })

  it('quotes what would break a line or a field', () => {
    const row = ['a,b', 'say "x"', 'two\nlines', 'cr\r', ' edge ', '=1+1']
    expect(render(csvFormat(), columns('a,b', '', 'c', 'd', 'e', 'f'), [row])).toBe(
      '"a,b","",c,d,e,f\r\n"a,b","say ""x""","two\nlines","cr\r"," edge ",=1+1\r\n',
    )
  })

  it('is read back by a CSV reader as it was', () => {
    const cell = fc.oneof(fc.string(), fc.constantFrom('', '"', '\r\n', ','))
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1 }), (rows) => {
        const text = render(csvFormat(), columns('a', 'b'), rows)
        expect(parse(text, { from_line: 1, record_delimiter: '\r\n' })).toEqual([['a', 'b'], ...rows])
      }),
    )
  })
})

describe('JSON lines', () => {
  it('write integers as numbers with every digit', () => {
    expect(render(jsonLinesFormat(), columns(...names), [everyKind])).toBe(
      '{"null":null,"empty":"","text":"a","integer":1,"real":1.5,"big":9223372036854775807,"whole":5.0,"infinite":"Infinity","blob":"AAE="}\n',
    )
  })

  it('tell columns of one name apart', () => {
    expect(render(jsonLinesFormat(), columns('a', 'a', 'a_2', 'a', '"'), [[1, 2, 3, 4, 5]])).toBe(
      '{"a":1,"a_3":2,"a_2":3,"a_4":4,"\\"":5}\n',
    )
  })

  it('are JSON whatever the names and texts', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string(), { minLength: 1 }), fc.string(), (keys, text) => {
        const line = render(jsonLinesFormat(), columns(...keys), [keys.map(() => text)])
        const pairs = keys.map((key): [string, string] => [key, text])
        expect(new Map(Object.entries(Object(JSON.parse(line)) as object))).toEqual(new Map(pairs))
        expect(line.split('\n')).toHaveLength(2)
      }),
    )
  })
})

describe('a table', () => {
  it('aligns numbers to the right, shows NULL, times and blobs, and counts its rows', () => {
    const header: ResultColumn[] = [
      { name: 'at', type: 'timestamp' },
      { name: 'origin', type: 'text' },
      { name: 'delay', type: 'integer' },
      { name: 'share', type: null },
      { name: 'raw', type: null },
    ]
    const rows: Cell[][] = [
      [0, 'ABQ', 5, { r: '5.0' }, { b: 'AAE=', n: 2 }],
      [null, '日本', { i: '9223372036854775807' }, null, ''],
    ]
    expect(render(textTableFormat(), header, rows)).toBe(
      [
        'at                        origin  delay                share  raw',
        '────────────────────────  ──────  ───────────────────  ─────  ───────────────',
        '1970-01-01 00:00:00.000Z  ABQ                       5    5.0  blob of 2 bytes',
        'NULL                      日本    9223372036854775807  NULL',
        '2 rows',
        '',
      ].join('\n'),
    )
  })

  it('shortens what is longer than its column and says one row', () => {
    const format = textTableFormat()
    expect(format.head(columns('a'), [['x'.repeat(80)]])).toBe(`a\n${'─'.repeat(60)}\n`)
    expect(format.rows([['x'.repeat(80)]])).toBe(`${'x'.repeat(59)}…\n`)
    expect([format.foot(1, true), format.foot(2, false)]).toEqual(['1 row\n', '2 rows, and more\n'])
  })

  it('has a head for a result without rows', () => {
    expect(render(textTableFormat(), columns('count'), [])).toBe('count\n─────\n0 rows\n')
  })

  it('lets no value command the terminal', () => {
    const text = render(textTableFormat(), columns('\u001b[31mred'), [['\u001b[2J\nnew\tline\u202e']])
    expect(text).toContain('\\u001b[2J⏎new line\\u202e')
    expect(text).not.toContain('\u001b')
  })
})

describe('width', () => {
  it.each([
    ['abc', 3],
    ['日本', 4],
    ['e\u0301', 1],
    ['👩‍👩‍👧', 2],
    ['', 0],
  ])('of %s is %i', (text, width) => {
    expect(displayWidth(text)).toBe(width)
  })

  it('of a shortened text is at most what was asked for', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 20 }), (text, most) => {
        expect(displayWidth(shorten(printable(text), most))).toBeLessThanOrEqual(most)
      }),
    )
  })
})
