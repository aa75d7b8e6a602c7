import fc from 'fast-check'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import {
  codeTokens,
  identifierOf,
  splitStatements,
  tokenizeSql,
} from '../../../../src-main/engine/sql/sql-tokens.ts'

const kinds = (sql: string): string[] => tokenizeSql(sql).map((token) => `${token.kind} ${token.text}`)

/** Pieces that SQL is made of, and pieces that break it. */
const piece = fc.oneof(
  fc.constantFrom(
    ...[' ', '\n', '\t', '\uFEFF', ';', ',', '(', ')', '--', '/*', '*/', "'", "''", '"', '`', '[', ']'],
    ...['->', '->>', '||', '<>', '==', '!=', '!', '?', '?1', ':a', '@b', '$c::d', '#', '::', 'x', "x'00'"],
    ...['1', '1.5e-3', '0xFF', '.5', '1_000', '1x', '.', 'SELECT', 'end', 'naïve', '日本', '\0', '\\', '{'],
  ),
  fc.string({ unit: 'binary', maxLength: 4 }),
)
const text = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''))

describe('tokenizeSql', () => {
  it('gives back the text when tokens and gaps are joined, with only white space in the gaps', () => {
    fc.assert(
      fc.property(text, (sql) => {
        let joined = ''
        for (const token of tokenizeSql(sql)) {
          const gap = sql.slice(joined.length, token.start)
          expect(gap).toMatch(/^[ \t\n\f\r\uFEFF]*$/)
          expect(token.text).toBe(sql.slice(token.start, token.end))
          expect(token.end).toBeGreaterThan(token.start)
          joined += gap + token.text
        }
        expect(sql.slice(joined.length)).toMatch(/^[ \t\n\f\r\uFEFF]*$/)
      }),
      { numRuns: 2000 },
    )
  })

  it('is linear enough for a text of a megabyte', () => {
    expect(tokenizeSql('a,'.repeat(500_000))).toHaveLength(1_000_000)
    expect(tokenizeSql("'".repeat(1_000_001))).toHaveLength(1)
  })

  it('knows every kind of token', () => {
    expect(kinds(`SELECT "a""b", [c d], \`e\`, 'it''s', x'00FF', 1.5e-3 -- rest\n/* x */ FROM t`)).toEqual([
      'word SELECT',
      'quoted "a""b"',
      'operator ,',
      'quoted [c d]',
      'operator ,',
      'quoted `e`',
      'operator ,',
      "string 'it''s'",
      'operator ,',
      "blob x'00FF'",
      'operator ,',
      'number 1.5e-3',
      'comment -- rest',
      'comment /* x */',
      'word FROM',
      'word t',
    ])
  })

  it('reads operators at their full length', () => {
    expect(kinds('a->>b->c||d<>e==f<=g>>h-i')).toEqual([
      ...[
        'word a',
        'operator ->>',
        'word b',
        'operator ->',
        'word c',
        'operator ||',
        'word d',
        'operator <>',
      ],
      ...['word e', 'operator ==', 'word f', 'operator <=', 'word g', 'operator >>', 'word h', 'operator -'],
      'word i',
    ])
  })

  it('reads parameters of every form', () => {
    expect(kinds('? ?12 :name @name $name $a::b')).toEqual([
      ...['parameter ?', 'parameter ?12', 'parameter :name', 'parameter @name', 'parameter $name'],
      'parameter $a::b',
    ])
  })

  it('reads numbers as far as SQLite does', () => {
    expect(kinds('1 .5 1. 1e5 1E+5 0xAf 1_000 1x 1+2 1e')).toEqual([
      ...['number 1', 'number .5', 'number 1.', 'number 1e5', 'number 1E+5', 'number 0xAf', 'number 1_000'],
      ...['number 1x', 'number 1', 'operator +', 'number 2', 'number 1e'],
    ])
  })

  it('marks what the end of the text cut off', () => {
    expect(kinds("'a")).toEqual(["unterminated 'a"])
    expect(kinds('"a""')).toEqual(['unterminated "a""'])
    expect(kinds('[a')).toEqual(['unterminated [a'])
    expect(kinds("x'0")).toEqual(["unterminated x'0"])
    expect(kinds('/* a')).toEqual(['comment /* a'])
    expect(kinds('/*')).toEqual(['operator /', 'operator *'])
  })
})

describe('codeTokens', () => {
  it('leaves out comments', () => {
    expect(codeTokens('a /* ; */ b -- c').map((token) => token.text)).toEqual(['a', 'b'])
  })
})

describe('splitStatements', () => {
  it('splits at semicolons outside strings, names and comments', () => {
    expect(splitStatements(`SELECT ';', ";", [;] -- ;\n; /* ; */ VALUES (1);;`)).toEqual([
      { text: `SELECT ';', ";", [;]`, start: 0, end: 20 },
      { text: 'VALUES (1)', start: 36, end: 46 },
    ])
  })

  it('gives nothing for texts without code', () => {
    for (const sql of ['', ' \n', ';;', '-- nothing', '/* nothing */ ;', '/* never closed']) {
      expect(splitStatements(sql)).toEqual([])
    }
  })

  it('keeps the body of a trigger together', () => {
    const trigger = 'CREATE TEMP TRIGGER a AFTER INSERT ON b BEGIN SELECT 1; SELECT 2; END'
    expect(splitStatements(`${trigger}; SELECT 3`).map((part) => part.text)).toEqual([trigger, 'SELECT 3'])
  })

  it('loses no code token but semicolons', () => {
    fc.assert(
      fc.property(text, (sql) => {
        const parts = splitStatements(sql)
        const whole = codeTokens(sql).filter((token) => token.text !== ';')
        const inParts = parts.flatMap((part) => {
          expect(part.text).toBe(sql.slice(part.start, part.end))
          return whole.filter((token) => token.start >= part.start && token.end <= part.end)
        })
        expect(inParts).toEqual(whole)
      }),
    )
  })
})

describe('identifierOf', () => {
  it('takes quotes off names and gives null for everything else', () => {
    const names = tokenizeSql('a "b""c" `d``e` [f g] \'h\' 1 x\'00\' ? ( -- i')
    expect(names.map(identifierOf)).toEqual(['a', 'b"c', 'd`e', 'f g', null, null, null, null, null, null])
  })
})

describe('against SQLite itself', () => {
  const names = fc.oneof(
    fc.string({
      unit: fc.constantFrom('a', 'Z', '_', '9', '"', '`', ']', ' ', ';', '-', "'", 'é'),
      minLength: 1,
    }),
    fc.stringMatching(/^[a-z_][a-z0-9_$]{0,8}$/),
  )

  it('reads a quoted name as SQLite reads it', () => {
    const database = new DatabaseSync(':memory:')
    fc.assert(
      fc.property(names, fc.constantFrom('"', '`'), (name, quote) => {
        const quoted = quote + name.replaceAll(quote, quote + quote) + quote
        const column = database.prepare(`SELECT 1 AS ${quoted}`).columns()[0]?.name
        const [token, ...others] = tokenizeSql(quoted)
        expect(others).toEqual([])
        expect(token && identifierOf(token)).toBe(column)
      }),
    )
    database.close()
  })

  it('ends the first statement where SQLite ends it', () => {
    const database = new DatabaseSync(':memory:')
    const literals = ["';'", '";"', '[;]', "x'3b'", '1', '--;\n1', '/*;*/2', '`;`']
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...literals), { minLength: 1, maxLength: 6 }), (values) => {
        const first = `VALUES (${values.map((value) => value.replace(/^["[`].*$/, "'q'")).join(', ')})`
        const [part] = splitStatements(`${first}; SELECT nothing FROM nowhere`)
        expect(part?.text).toBe(first)
        expect(database.prepare(part?.text ?? '').columns()).toHaveLength(values.length)
      }),
    )
    database.close()
  })
})
