import fc from 'fast-check'
import { mkdir, mkdtemp, readdir, readlink, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AppError } from '#contract/errors.ts'
import type { FileLookup } from '../../../../src-main/engine/lookups/file-lookup.ts'
import { readLookup } from '../../../../src-main/engine/lookups/read-lookup.ts'
import type { SqlValue } from '../../../../src-main/columns/values.ts'
import { column } from '../../../support/workspaces.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'penstock-lookup-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

function lookupOf(format: FileLookup['format'], more: Partial<FileLookup> = {}): FileLookup {
  const file = path.join(folder, `lookup.${format}`)
  return { name: 'places', file, format, key: 'k', columns: null, position: { line: 1, column: 1 }, ...more }
}

interface Whole {
  columns: string[]
  rows: SqlValue[][]
  chunks: number[]
}

/** Writes the file and reads the lookup: columns as `name type`, and all rows. */
async function read(lookup: FileLookup, text: string | Uint8Array): Promise<Whole> {
  await writeFile(lookup.file, text)
  const whole: Whole = { columns: [], rows: [], chunks: [] }
  for await (const chunk of readLookup(lookup)) {
    whole.columns = chunk.columns.map((each) => `${each.name} ${each.type}`)
    whole.rows.push(...chunk.rows)
    whole.chunks.push(chunk.rows.length)
  }
  return whole
}

async function fault(lookup: FileLookup, text: string | Uint8Array): Promise<AppError> {
  const caught: unknown = await read(lookup, text).catch((error: unknown) => error)
  if (!(caught instanceof AppError)) throw new Error(`no fault: ${JSON.stringify(caught)}`)
  expect(caught.code).toBe('LOOKUP_UNREADABLE')
  expect(caught.details).toMatchObject({ lookup: 'places', file: lookup.file })
  return caught
}

/** The fault's message without the folder. */
async function message(lookup: FileLookup, text: string | Uint8Array): Promise<string> {
  return (await fault(lookup, text)).message.replace(`${folder}/`, '')
}

describe('CSV', () => {
  it('types its columns by all their cells', async () => {
    const text = `k,whole,real,flag,zip,code,phone,wide,mixed,when,none,quoted
1,5,1.5,true,01234,12E4,+49,9223372036854775807,1,2024-01-01T10:00:00Z,,"7"
2,-0,2,FALSE,98765,7,49,1,x,2024-01-02T10:00:00Z,,"8"
3,,,,,,,1,,,,
`
    const { columns, rows } = await read(lookupOf('csv'), text)
    expect(columns).toEqual([
      'k integer',
      'whole text',
      'real real',
      'flag boolean',
      'zip text',
      'code text',
      'phone text',
      'wide integer',
      'mixed text',
      'when_ text',
      'none text',
      'quoted integer',
    ])
    expect(rows[0]).toEqual([
      1n,
      '5',
      1.5,
      1n,
      '01234',
      '12E4',
      '+49',
      9223372036854775807n,
      '1',
      '2024-01-01T10:00:00Z',
      null,
      7n,
    ])
    expect(rows[2]).toEqual([3n, null, null, null, null, null, null, 1n, null, null, null, null])
  })

  it.each([
    [['1', '2.5'], 'real'],
    [['1.5', '9007199254740993'], 'text'],
    [['9223372036854775808'], 'text'],
    [['1e5'], 'text'],
    [['1.0e5'], 'real'],
    [['1.5e999'], 'text'],
    [['true', '1'], 'text'],
    [['yes'], 'text'],
    [[' 1'], 'text'],
    [['0'], 'integer'],
    [['0.5', '-0.5'], 'real'],
  ])('cells %j are %s', async (cells, type) => {
    const text = `k,a\n${cells.map((cell, index) => `${String(index)},${cell}`).join('\n')}\n`
    expect((await read(lookupOf('csv'), text)).columns[1]).toBe(`a ${type}`)
  })

  it('tells an empty cell from empty text', async () => {
    expect((await read(lookupOf('csv'), 'k,a,b\n1,,""\n')).rows).toEqual([[1n, null, '']])
  })

  it('reads quotes, commas and line feeds in cells, Windows line ends and a byte order mark', async () => {
    const text = '\ufeffk,"a, b"\r\n1,"x ""y"", z"\r\n\r\n2,"two\r\nlines"\r\n3,plain'
    expect(await read(lookupOf('csv'), text)).toEqual({
      columns: ['k integer', 'a_b text'],
      rows: [
        [1n, 'x "y", z'],
        [2n, 'two\r\nlines'],
        [3n, 'plain'],
      ],
      chunks: [3],
    })
  })

  it('reads line ends that differ', async () => {
    expect((await read(lookupOf('csv'), 'k,a\n1,x\r\n2,y\n')).rows).toEqual([
      [1n, 'x'],
      [2n, 'y'],
    ])
  })

  it('takes the columns that are declared, in their order, by the names of the header', async () => {
    const columns = [
      column('name', 'text', { path: ['Full Name'] }),
      column('k', 'integer'),
      column('at', 'timestamp', { format: '%d/%m/%Y' }),
      column('n', 'integer', { default: 7 }),
      column('ok', 'boolean', { default: false }),
      column('extra', 'json'),
    ]
    const text = 'k,ignored,Full Name,at,n,ok,extra\n1,zzz,Ann,29/02/2024,,,"{""a"": 1}"\n'
    expect((await read(lookupOf('csv', { columns }), text)).rows).toEqual([
      ['Ann', 1n, 1_709_164_800_000n, 7n, 0n, '{"a": 1}'],
    ])
  })

  it('names headers that SQL does not take, and finds the key whatever its case', async () => {
    const { columns } = await read(
      lookupOf('csv', { key: 'IATA_CODE' }),
      'IATA code,order,Name,name,\nJFK,1,a,b,c\n',
    )
    expect(columns).toEqual(['IATA_code text', 'order_ integer', 'Name text', 'name_2 text', 'column_1 text'])
  })

  it('gives chunks of two thousand rows, fewer where they are large, and one where there are none', async () => {
    const small = Array.from({ length: 4001 }, (_, index) => String(index)).join('\n')
    expect((await read(lookupOf('csv'), `k\n${small}\n`)).chunks).toEqual([2000, 2000, 1])
    const large = Array.from(
      { length: 9 },
      (_, index) => `{"k":${String(index)},"a":"${'x'.repeat(1_000_000)}"}`,
    )
    expect((await read(lookupOf('ndjson'), large.join('\n'))).chunks).toEqual([5, 4])
    expect(await read(lookupOf('csv'), 'k,a\n')).toEqual({
      columns: ['k text', 'a text'],
      rows: [],
      chunks: [0],
    })
  })

  it('keeps rows with the same key, for the store to choose', async () => {
    expect((await read(lookupOf('csv'), 'k,a\n1,x\n1,y\n')).rows).toEqual([
      [1n, 'x'],
      [1n, 'y'],
    ])
  })

  it('gives back any cells that were written as RFC 4180 has it', async () => {
    const cell = fc.oneof(
      fc.constant(null),
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('"', ',', '\r\n', '\n', ' ', ''),
    )
    const columns = [column('k', 'text'), column('a', 'text'), column('b', 'text')]
    const write = (value: string | null): string => (value === null ? '' : `"${value.replaceAll('"', '""')}"`)
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell), { maxLength: 20 }), async (pairs) => {
        const lines = pairs.map(([a, b], index) => [`r${String(index)}`, a, b].map(write).join(','))
        const { rows } = await read(lookupOf('csv', { columns }), ['k,a,b', ...lines].join('\n'))
        expect(rows).toEqual(pairs.map(([a, b], index) => [`r${String(index)}`, a, b]))
      }),
      { numRuns: 60 },
    )
  })

  it.each([
    [
      'k,n\n1,5\n2,three\n',
      'lookup.csv:3: column n: "three" is not an integer; write a whole number such as 12, or declare another type for the column',
    ],
    [
      'k,n\n1,99999999999999999999\n',
      'lookup.csv:2: column n: "99999999999999999999" is beyond the range of a 64-bit integer; write a whole number such as 12, or declare another type for the column',
    ],
    [
      'k,n\n"1\n1",5\n2,x\n',
      'lookup.csv:2: column k: "1\\n1" is not an integer; write a whole number such as 12, or declare another type for the column',
    ],
    [
      'k,n\n\n\n1,x\n',
      'lookup.csv:4: column n: "x" is not an integer; write a whole number such as 12, or declare another type for the column',
    ],
    ['k,m\n1,2\n', 'lookup.csv:1: column n: the header has no "n"; the columns are k, m'],
    [
      'k,n\n,5\n',
      'lookup.csv:2: column k: the key is missing, and a key is never NULL; fill it in, or remove the row',
    ],
    [
      'k,n\n1,\n',
      'lookup.csv:2: column n: a value is missing, and the column is not nullable; fill it in, or give the column a default',
    ],
    [
      'k,n\n1,""\n',
      'lookup.csv:2: column n: "" is not an integer; write a whole number such as 12, or declare another type for the column',
    ],
  ])('refuses %j for declared columns', async (text, expected) => {
    const columns = [column('k', 'integer'), column('n', 'integer', { nullable: false })]
    expect(await message(lookupOf('csv', { columns }), text)).toBe(expected)
  })

  it.each([
    ['real', 'x', 'write a number such as 12.5'],
    ['boolean', 'x', 'write true or false'],
    ['timestamp', 'x', 'write a time such as 2024-01-31T12:00:00Z'],
    ['json', 'x', 'write JSON such as {"a": 1}'],
  ] as const)('says what to write for %s', async (type, cell, expected) => {
    const columns = [column('k', 'integer'), column('v', type)]
    expect(await message(lookupOf('csv', { columns }), `k,v\n1,${cell}\n`)).toContain(
      `; ${expected}, or declare`,
    )
  })

  it('says which value it was', async () => {
    const columns = [column('k', 'integer'), column('n', 'integer')]
    const { details } = await fault(lookupOf('csv', { columns }), `k,n\n1,${'x'.repeat(5000)}\n`)
    expect(details).toMatchObject({ line: 2, column: 'n', value: 'x'.repeat(200) })
  })

  it.each([
    ['', 'lookup.csv: the file is empty'],
    ['\ufeff', 'lookup.csv: the file has no header line; name the columns in line 1'],
    ['\n\n', 'lookup.csv: the file has no header line; name the columns in line 1'],
    ['k,a,a\n1,2,3\n', 'lookup.csv:1: two columns are called "a"; give each column a name of its own'],
    ['k,,\n1,2,3\n', 'lookup.csv:1: two columns have no name; give each column a name of its own'],
    ['id,name\n1,2\n', 'lookup.csv: there is no column "k", the key of the lookup; the columns are id, name'],
    ['K2\n1\n', 'lookup.csv: there is no column "k", the key of the lookup; the columns are K2'],
    [
      'k;a\n1;2\n',
      'lookup.csv: there is no column "k", the key of the lookup; the header is one name, "k;a": separate columns by commas',
    ],
    [
      'k,a\n1,2\n3\n',
      'lookup.csv:3: the row has 1 cell, the header 2; put cells that hold a comma in quotes',
    ],
    [
      'k,a\n1,2,3\n',
      'lookup.csv:2: the row has 3 cells, the header 2; put cells that hold a comma in quotes',
    ],
    [
      'k,a\n,2\n',
      'lookup.csv:2: column k: the key is missing, and a key is never NULL; fill it in, or remove the row',
    ],
    [
      'k,a\n1,"x\n2,y\n3,z\n',
      'lookup.csv:2: a quote is opened in this row and never closed; write "" for a quote inside quotes',
    ],
    [
      'k,a\n1,x\n"2,y\n',
      'lookup.csv:3: a quote is opened in this row and never closed; write "" for a quote inside quotes',
    ],
    [
      'k,a\n1,x"y\n',
      'lookup.csv:2: a quote stands inside a cell that is not quoted; put the whole cell in quotes and write "" for a quote',
    ],
    [
      'k,a\n1,"x"y\n',
      'lookup.csv:2: text follows the closing quote of a cell; write "" for a quote inside quotes',
    ],
  ])('refuses %j', async (text, expected) => {
    expect(await message(lookupOf('csv'), text)).toBe(expected)
  })

  it('refuses a row that never ends, without holding it whole', async () => {
    const text = `k,a\n1,"${'x,y\n'.repeat(2_200_000)}`
    expect(await message(lookupOf('csv'), text)).toBe(
      'lookup.csv:2: a row is larger than 8 MB; look for a quote that is not closed',
    )
  })

  it('refuses more than a thousand columns', async () => {
    const names = ['k', ...Array.from({ length: 1000 }, (_, index) => `c${String(index)}`)]
    const text = `${names.join(',')}\n${names.map(() => '1').join(',')}\n`
    expect(await message(lookupOf('csv'), text)).toBe(
      'lookup.csv:2: there are more than 1000 columns; declare those that you need under columns',
    )
  })

  it('names the line of a byte that is not UTF-8, also far into the file', async () => {
    const text = Buffer.concat([
      Buffer.from('k,a\n'),
      Buffer.from('1,é€😀\n'.repeat(30_000)),
      Buffer.from([0x32, 0x2c, 0xe9, 0x0a]),
      Buffer.from('3,x\n'),
    ])
    const expected = 'lookup.csv:30002: the text is not UTF-8: byte 0xe9; save the file as UTF-8'
    expect(await message(lookupOf('csv'), text)).toBe(expected)
    expect(
      await message(lookupOf('csv'), Buffer.concat([Buffer.from('k\n1\n'), Buffer.from([0xe2, 0x82])])),
    ).toBe('lookup.csv:3: the text is not UTF-8: byte 0xe2; save the file as UTF-8')
  })

  it('keeps characters whole where the file is cut into pieces', async () => {
    const value = 'é€😀'.repeat(40_000)
    for (const shift of ['', 'a', 'ab', 'abc']) {
      const { rows } = await read(lookupOf('csv'), `k,a\n1,${shift}${value}\n`)
      expect(rows[0]?.[1]).toBe(`${shift}${value}`)
    }
  })
})

describe.each(['json', 'ndjson'] as const)('%s', (format) => {
  const textOf = (rows: string[]): string =>
    format === 'json' ? `[\n${rows.join(',\n')}\n]\n` : `${rows.join('\n')}\n`
  /** Line of the nth row, from 0. */
  const lineOf = (index: number): string => String(format === 'json' ? index + 2 : index + 1)

  it('types its columns and keeps 64-bit integers', async () => {
    const rows = [
      '{"k":"a","n":9223372036854775807,"r":1,"f":true,"j":{"x":12345678901234567890},"t":"2024-01-01T10:00:00Z"}',
      '{"k":"b","r":1.5,"n":null,"extra":[1,2]}',
    ]
    expect(await read(lookupOf(format), textOf(rows))).toEqual({
      columns: ['k text', 'n integer', 'r real', 'f boolean', 'j json', 't text', 'extra json'],
      rows: [
        ['a', 9223372036854775807n, 1, 1n, '{"x":12345678901234567890}', '2024-01-01T10:00:00Z', null],
        ['b', null, 1.5, null, null, null, '[1,2]'],
      ],
      chunks: [2],
    })
  })

  it('takes declared columns by their paths', async () => {
    const columns = [
      column('k', 'integer', { path: ['id'] }),
      column('city', 'text', { path: ['place', 'city'] }),
      column('first', 'text', { path: ['tags', 0], default: 'none' }),
      column('at', 'timestamp', { unit: 's' }),
    ]
    const rows = [
      '{"id":1,"place":{"city":"Oslo"},"tags":["x"],"at":1700000000.5}',
      '{"id":"2","place":"Rome","tags":{}}',
    ]
    expect((await read(lookupOf(format, { columns }), textOf(rows))).rows).toEqual([
      [1n, 'Oslo', 'x', 1_700_000_000_500n],
      [2n, null, 'none', null],
    ])
  })

  it.each([
    [
      '{"k":1,"n":"x"}',
      'column n: "x" is not an integer; write a whole number such as 12, or declare another type for the column',
    ],
    [
      '{"k":1,"n":[1]}',
      'column n: [1] is not an integer; write a whole number such as 12, or declare another type for the column',
    ],
    ['{"n":1}', 'column k: the key is missing, and a key is never NULL; fill it in, or remove the row'],
    ['{"k":null}', 'column k: the key is missing, and a key is never NULL; fill it in, or remove the row'],
    ['5', '5 is not an object; write each row as { "name": value }'],
    ['"x"', '"x" is not an object; write each row as { "name": value }'],
    ['null', 'null is not an object; write each row as { "name": value }'],
  ])('refuses %s', async (row, expected) => {
    const columns = [column('k', 'integer'), column('n', 'integer')]
    const text = textOf(['{"k":0}', '{"k":1}', row])
    expect(await message(lookupOf(format, { columns }), text)).toBe(
      `lookup.${format}:${lineOf(2)}: ${expected}`,
    )
  })

  it('refuses what is not JSON, with its line', async () => {
    const text = textOf(['{"k":0}', '{"k":x}'])
    expect(await message(lookupOf(format), text)).toMatch(
      new RegExp(`^lookup.${format}:${lineOf(1)}: not valid JSON: unexpected token 'x'`),
    )
  })

  it('refuses what is nested too deep', async () => {
    const text = textOf([`{"k":${'['.repeat(100_000)}${']'.repeat(100_000)}}`])
    expect(await message(lookupOf(format), text)).toBe(
      `lookup.${format}:${lineOf(0)}: the value is nested too deep`,
    )
  })

  it('refuses a file without rows where columns are not declared', async () => {
    const expected = `lookup.${format}: there are no rows to take the columns from; declare them under columns`
    expect(await message(lookupOf(format), format === 'json' ? ' [ ] ' : '\n \n')).toBe(expected)
    const columns = [column('k', 'text')]
    expect((await read(lookupOf(format, { columns }), format === 'json' ? '[]' : '\n')).chunks).toEqual([0])
  })

  it('refuses an empty file', async () => {
    expect(await message(lookupOf(format), '')).toBe(`lookup.${format}: the file is empty`)
  })

  it('names the key where it is not there', async () => {
    expect(await message(lookupOf(format, { key: 'iata' }), textOf(['{"itaa":"JFK"}']))).toBe(
      `lookup.${format}: there is no column "iata", the key of the lookup; the nearest is "itaa"`,
    )
  })

  it('gives back any rows that were written', async () => {
    const rows = fc.array(
      fc.record({ a: fc.string({ unit: 'grapheme' }), b: fc.maxSafeInteger(), c: fc.json() }),
      {
        maxLength: 20,
      },
    )
    const columns = [column('k', 'integer'), column('a', 'text'), column('b', 'integer'), column('c', 'json')]
    await fc.assert(
      fc.asyncProperty(rows, async (records) => {
        const written = records.map(({ a, b, c }, index) => {
          return `{"k":${String(index)},"a":${JSON.stringify(a)},"b":${String(b)},"c":${c}}`
        })
        const { rows: values } = await read(lookupOf(format, { columns }), textOf(written))
        expect(values).toEqual(
          records.map(({ a, b, c }, index) => {
            const json: unknown = JSON.parse(c)
            return [BigInt(index), a, BigInt(b), json === null ? null : JSON.stringify(json)]
          }),
        )
      }),
      { numRuns: 40 },
    )
  })
})

describe('a JSON array', () => {
  it.each([
    [
      '{"k":1}',
      'lookup.json:1: the file holds an object, not an array of objects; put it in [ ], or add format: ndjson where each line is an object',
    ],
    ['\n"x"', 'lookup.json:2: the file is not an array of objects; begin with ['],
    ['  \n', 'lookup.json: the file is empty'],
    ['[{"k":1}', 'lookup.json:1: the array is not closed; is the file cut off?'],
    ['[{"k":1},\n{"k":"', 'lookup.json:2: the array is not closed; is the file cut off?'],
    ['[{"k":1},\n]', 'lookup.json:2: a value is missing before the comma or bracket'],
    ['[,]', 'lookup.json:1: a value is missing before the comma or bracket'],
    ['[{"k":1}]\n[{"k":2}]', 'lookup.json:2: text follows the array; put all rows into one array'],
    [
      '[\n{"k":1\n}\n{"k":2}]',
      'lookup.json:4: not valid JSON: unexpected non-whitespace character after JSON',
    ],
    ['[{"k":\n\n[}]}]', 'lookup.json:1: the array is not closed; is the file cut off?'],
    ['[{"k":\n\nx}]', "lookup.json:1: not valid JSON: unexpected token 'x'"],
  ])('refuses %j', async (text, expected) => {
    expect(await message(lookupOf('json'), text)).toBe(expected)
  })

  it('may be on one line, with brackets and escapes in its text', async () => {
    const text = '\ufeff[{"k":"],[{}\\"\\\\"},{"k":"\\u005d"}]'
    expect((await read(lookupOf('json'), text)).rows).toEqual([['],[{}"\\'], [']']])
  })
})

describe('NDJSON', () => {
  it('may end without a line feed, have blank lines and Windows line ends', async () => {
    const { rows } = await read(lookupOf('ndjson'), '{"k":1}\r\n\r\n{"k":2}')
    expect(rows).toEqual([[1n], [2n]])
  })

  it.each([
    [
      '[{"k":1}]',
      'lookup.ndjson:1: the line is an array, not an object; add format: json for an array of objects, or write one object per line',
    ],
    [
      '{\n"k":1}',
      "lookup.ndjson:1: not valid JSON: expected property name or '}'; NDJSON has one whole object per line",
    ],
    ['{"k":1}\n{"k":', 'lookup.ndjson:2: not valid JSON: unexpected end of JSON input'],
  ])('refuses %j', async (text, expected) => {
    expect(await message(lookupOf('ndjson'), text)).toBe(expected)
  })

  it('refuses a line that never ends, without holding it whole', async () => {
    const text = `{"k":1}\n${'x'.repeat(9 * 1024 * 1024)}`
    expect(await message(lookupOf('ndjson'), text)).toBe(
      'lookup.ndjson:2: the line is larger than 8 MB; write one object per line, or add format: json for an array',
    )
  })
})

describe('the file', () => {
  async function refusal(lookup: FileLookup): Promise<string> {
    const chunks = readLookup(lookup)
    const caught: unknown = await chunks.next().catch((error: unknown) => error)
    return caught instanceof AppError ? `${caught.code} ${caught.message.replace(`${folder}/`, '')}` : 'read'
  }

  it('has to be there, and a file', async () => {
    const absent = lookupOf('csv')
    expect(await refusal(absent)).toBe(
      'LOOKUP_UNREADABLE lookup.csv: the file does not exist; the path is relative to penstock.yaml',
    )
    await mkdir(absent.file)
    expect(await refusal(absent)).toBe('LOOKUP_UNREADABLE lookup.csv: this is a folder, not a file')
    expect(await refusal({ ...absent, file: '/dev/zero' })).toBe(
      'LOOKUP_UNREADABLE /dev/zero: this is not a regular file',
    )
  })

  it('may not be a JSON array of more than 256 MB, which is refused unread', async () => {
    const lookup = lookupOf('json')
    await writeFile(lookup.file, '[')
    await truncate(lookup.file, 257 * 1024 * 1024)
    expect(await refusal(lookup)).toBe(
      'LOOKUP_UNREADABLE lookup.json: a JSON array has at most 256 MB; write it as NDJSON, one object per line',
    )
  })

  const rows = Array.from({ length: 6000 }, (_, index) => `${String(index)},${'x'.repeat(50)}`).join('\n')

  it('that grows while it is read is worth nothing', async () => {
    const lookup = lookupOf('csv')
    await writeFile(lookup.file, `k,a\n${rows}\n`)
    const chunks = readLookup(lookup)
    expect((await chunks.next()).done).toBe(false)
    await writeFile(lookup.file, '7000,y\n', { flag: 'a' })
    const rest: unknown = await Array.fromAsync(chunks).catch((error: unknown) => error)
    expect(rest).toMatchObject({
      code: 'LOOKUP_UNREADABLE',
      message: `${lookup.file}: the file changed while it was read; it has to be read again`,
      details: { changed: true },
    })
  })

  it('that is cut while it is read is said to have changed, not to have a bad row', async () => {
    const lookup = lookupOf('csv')
    await writeFile(lookup.file, `k,a\n${rows}\n`)
    const chunks = readLookup(lookup)
    await chunks.next()
    await truncate(lookup.file, 250_003)
    const rest: unknown = await Array.fromAsync(chunks).catch((error: unknown) => error)
    expect(rest).toMatchObject({ code: 'LOOKUP_UNREADABLE', details: { changed: true } })
  })

  it('that goes away while it is read does not exist', async () => {
    const lookup = lookupOf('csv')
    await writeFile(lookup.file, `k,a\n${rows}\n`)
    const chunks = readLookup(lookup)
    await chunks.next()
    await rm(lookup.file)
    const rest: unknown = await Array.fromAsync(chunks).catch((error: unknown) => error)
    expect(rest).toMatchObject({
      code: 'LOOKUP_UNREADABLE',
      message: `${lookup.file}: the file does not exist; the path is relative to penstock.yaml`,
    })
  })

  it.runIf(process.platform === 'linux')('is closed when its reader stops early', async () => {
    const lookup = lookupOf('csv')
    await writeFile(lookup.file, `k,a\n${rows}\n`)
    for await (const chunk of readLookup(lookup)) {
      expect(chunk.rows).toHaveLength(2000)
      break
    }
    await vi.waitFor(async () => {
      expect(await openFiles()).not.toContain(lookup.file)
    })
  })

  async function openFiles(): Promise<string[]> {
    const descriptors = await readdir('/proc/self/fd')
    return Promise.all(descriptors.map((each) => readlink(`/proc/self/fd/${each}`).catch(() => '')))
  }
})
