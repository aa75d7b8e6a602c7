import Database from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkName, reservedWords, validName, type NamedKind } from '../../../src-main/columns/names.ts'
import { editDistance, suggest } from '../../../src-main/workspace/suggest.ts'
import { parseCount, parseDurationMs, parseSizeBytes, sizeWords } from '../../../src-main/workspace/units.ts'

const kinds = fc.constantFrom<NamedKind>('source', 'table', 'lookup', 'step', 'column')

describe('the nearest word', () => {
  it.each([
    ['sorces', 'sources'],
    ['Tables', 'tables'],
    ['tabels', 'tables'],
    ['lookup', 'lookups'],
    ['stroe', 'store'],
    ['x', null],
    ['connections', null],
    ['', null],
  ])('%s', (word, expected) => {
    expect(suggest(word, ['penstock', 'name', 'sources', 'lookups', 'tables', 'store'])).toBe(expected)
  })

  it('has a distance that is zero for itself, the same both ways, and no longer than the longer word', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (one, other) => {
        const distance = editDistance(one, other)
        expect(editDistance(one, one)).toBe(0)
        expect(editDistance(other, one)).toBe(distance)
        expect(distance).toBeLessThanOrEqual(Math.max(one.length, other.length))
        expect(distance).toBeGreaterThanOrEqual(Math.abs(one.length - other.length))
      }),
    )
  })
})

describe('amounts', () => {
  it.each([
    ['90s', 90_000],
    ['250ms', 250],
    ['1.5h', 5_400_000],
    ['7 d', 604_800_000],
    ['15m', 900_000],
    ['24', null],
    ['1h30m', null],
    ['-1h', null],
    ['1M', null],
    ['h', null],
    ['', null],
    ['9999999999999999d', null],
  ])('duration %s', (text, expected) => {
    expect(parseDurationMs(text)).toBe(expected)
  })

  it.each([
    ['4GB', 4_000_000_000],
    ['512 mb', 512_000_000],
    ['1.5kB', 1500],
    ['100B', 100],
    ['2TB', 2_000_000_000_000],
    ['4GiB', 4 * 1024 ** 3],
    ['512 mib', 512 * 1024 ** 2],
    ['1.5KiB', 1536],
    ['4G', null],
    ['100', null],
    ['GB', null],
  ])('size %s', (text, expected) => {
    expect(parseSizeBytes(text)).toBe(expected)
  })

  it.each([
    [0, '0 bytes'],
    [999, '999 bytes'],
    [1000, '1 kB'],
    [77_455_360, '77.5 MB'],
    [99_949_999, '99.9 MB'],
    [344_064_000, '344 MB'],
    [4_000_000_000, '4 GB'],
  ])('%i bytes in words', (bytes, expected) => {
    expect(sizeWords(bytes)).toBe(expected)
  })

  it.each([
    ['5000000', 5_000_000],
    ['5M', 5_000_000],
    ['250k', 250_000],
    ['1.5M', 1_500_000],
    ['5m', null],
    ['5G', null],
    ['5,000', null],
    ['1e6', null],
  ])('count %s', (text, expected) => {
    expect(parseCount(text)).toBe(expected)
  })
})

describe('names', () => {
  const database = new Database(':memory:')

  /** Whether SQLite takes the name without quotes as a table and as a column. */
  function isBareName(name: string): boolean {
    const statements = [
      `WITH "${name}"(value) AS (SELECT 1) SELECT a.value FROM ${name} a JOIN ${name} ON ${name}.value = a.value`,
      `SELECT ${name}, t.${name} FROM (SELECT 'x' AS "${name}") t WHERE ${name} = 'x' GROUP BY ${name} ORDER BY ${name}`,
    ]
    try {
      return statements.every((sql) => {
        const row = database.prepare(sql).raw().get()
        return Array.isArray(row) && (row[0] === 1 || row[0] === 'x')
      })
    } catch {
      return false
    }
  }

  it('refuses just the words that SQLite does not take bare', () => {
    const others = [
      'abort',
      'action',
      'after',
      'asc',
      'begin',
      'by',
      'column',
      'conflict',
      'cross',
      'current',
      'database',
      'date',
      'day',
      'desc',
      'do',
      'end',
      'explain',
      'filter',
      'first',
      'full',
      'glob',
      'if',
      'inner',
      'key',
      'last',
      'left',
      'like',
      'match',
      'name',
      'natural',
      'of',
      'offset',
      'outer',
      'over',
      'partition',
      'plan',
      'query',
      'range',
      'regexp',
      'replace',
      'right',
      'row',
      'rows',
      'temp',
      'time',
      'timestamp',
      'trigger',
      'type',
      'view',
      'window',
      'with',
      'year',
    ]
    expect([...reservedWords].filter(isBareName)).toEqual([])
    expect(others.filter((word) => !isBareName(word))).toEqual([])
  })

  it('gives a valid name for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 90 }), kinds, (text, kind) => {
        const name = validName(text, kind)
        expect(checkName(name, kind)).toBeNull()
      }),
      { numRuns: 500 },
    )
  })

  it.each([...reservedWords, 'rowid', 'sys_x', '_penstock', 'sqlite_', 'input', '___', '9', 'x'.repeat(200)])(
    'gives a valid name for %s',
    (text) => {
      for (const kind of ['source', 'table', 'lookup', 'step', 'column'] as const) {
        expect(checkName(validName(text, kind), kind)).toBeNull()
      }
    },
  )

  it('keeps a name that is valid', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z][A-Za-z0-9_]{0,40}[a-z0-9]$/), kinds, (name, kind) => {
        fc.pre(checkName(name, kind) === null)
        expect(validName(name, kind)).toBe(name)
      }),
    )
  })

  it('leaves sources the words of SQL', () => {
    expect([
      checkName('order', 'source'),
      checkName('sys_x', 'source'),
      checkName('sys_x', 'column'),
    ]).toEqual([null, null, null])
  })
})
