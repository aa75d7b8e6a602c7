/** Masks of sources in penstock.yaml. */
import { describe, expect, it } from 'vitest'
import { parseWorkspace } from '../../../src-main/workspace/parse.ts'

/** @param source keys of a source beside its input */
function parsed(source: string) {
  return parseWorkspace(
    `penstock: 1\nsources:\n  users: { replay: { file: u.ndjson }, ${source} }\n`,
    '/w/penstock.yaml',
  )
}

function masksOf(source: string) {
  const result = parsed(source)
  if ('problems' in result) throw new Error(JSON.stringify(result.problems))
  return result.workspace.sources[0]?.masks
}

function problemsOf(source: string): string[] {
  const result = parsed(source)
  if ('workspace' in result) return []
  return result.problems.map(({ path, message, hint }) => `${path} | ${message} | ${hint}`)
}

describe('masks of a source', () => {
  it('are those of its columns, and then those of paths', () => {
    const source = `columns: {
      email: { path: $.contact.email, type: text, mask: hash },
      ssn: { type: integer, mask: redact },
      who: { from: key, type: text, mask: { truncate: 2 } },
      auth: { from: header, header: token, type: text, mask: drop },
      rest: { path: $, type: json } },
      masks: { "$.cards[*].number": { truncate: 4 }, "$['a b'][0]": redact },
      mask_key: { env: KEY }`
    expect(masksOf(source)).toEqual({
      key: { env: 'KEY' },
      list: [
        { part: 'value', path: ['contact', 'email'], action: { kind: 'hash' }, isText: true },
        { part: 'value', path: ['ssn'], action: { kind: 'redact' }, isText: false },
        { part: 'key', path: [], action: { kind: 'truncate', characters: 2 }, isText: true },
        { part: 'header', path: ['token'], action: { kind: 'drop' }, isText: true },
        {
          part: 'value',
          path: ['cards', null, 'number'],
          action: { kind: 'truncate', characters: 4 },
          isText: null,
        },
        { part: 'value', path: ['a b', 0], action: { kind: 'redact' }, isText: null },
      ],
    })
  })

  it('are none where nothing says so', () => {
    expect(masksOf('columns: { a: text }')).toBeNull()
  })

  it('take their key from the secret store too', () => {
    const source = 'columns: { a: { type: text, mask: hash } }, mask_key: { secret: pepper }'
    expect(masksOf(source)).toMatchObject({ key: { secret: 'pepper' } })
  })

  it('may be the same at several columns', () => {
    const source = 'columns: { a: { type: text, mask: drop }, b: { path: $.a, type: text, mask: drop } }'
    expect(problemsOf(source)).toEqual([])
  })
})

describe('masks that cannot be', () => {
  it.each([
    [
      'columns: { a: { type: text, mask: hash } }',
      ['sources.users.columns.a | mask: hash needs mask_key | add mask_key: { env: NAME } to the source'],
    ],
    [
      'columns: { a: text }, masks: { $.b: hash }',
      ['sources.users.masks.$.b | mask: hash needs mask_key | add mask_key: { env: NAME } to the source'],
    ],
    [
      'columns: { a: text }, mask_key: { env: KEY }',
      ['sources.users.mask_key | mask_key is for mask: hash, and nothing is hashed | remove mask_key'],
    ],
    [
      'masks: { $.b: drop }',
      [
        'sources.users.masks | masks need columns that are declared | add columns; penstock infer writes them',
      ],
    ],
    [
      'columns: { a: { type: integer, mask: hash } }, mask_key: { env: KEY }',
      ['sources.users.columns.a.mask | a hash is text, not integer | write type: text, or mask: redact'],
    ],
    [
      'columns: { a: { type: real, mask: { truncate: 3 } } }',
      [
        'sources.users.columns.a.mask | only text has first characters, and the column is real | write type: text, or mask: redact',
      ],
    ],
    [
      'columns: { a: { type: text, nullable: false, mask: drop } }',
      [
        'sources.users.columns.a.mask | mask: drop leaves NULL, and the column is not nullable | remove nullable',
      ],
    ],
    [
      'columns: { a: { type: integer, nullable: false, mask: redact } }',
      [
        'sources.users.columns.a.mask | mask: redact leaves NULL, and the column is not nullable | remove nullable',
      ],
    ],
    [
      'columns: { a: { type: integer, default: 0, mask: redact } }',
      [
        'sources.users.columns.a.mask | mask: redact leaves NULL, and the default would take its place | remove default',
      ],
    ],
    [
      'columns: { a: { from: timestamp, type: timestamp, mask: drop } }',
      ['sources.users.columns.a.mask | timestamp holds nothing to mask | remove mask'],
    ],
    [
      'columns: { at: { type: timestamp, mask: drop } }, event_time: at',
      [
        'sources.users.event_time | event_time names "at", which is masked | remove its mask, or name another column',
      ],
    ],
    [
      'columns: { a: { type: json, mask: drop }, b: { path: $.a.b, type: text } }',
      [
        'sources.users.columns.b | column b is inside of column a, which is masked as a whole | remove one of the two, or mask the parts of column a',
      ],
    ],
    [
      'columns: { h: { from: headers, type: json, mask: drop }, t: { from: header, header: t, type: text } }',
      [
        'sources.users.columns.t | column t is inside of column h, which is masked as a whole | remove one of the two, or mask the parts of column h',
      ],
    ],
    [
      'columns: { a: text }, masks: { "$.c[*]": drop, "$.c[0].n": redact }',
      [
        'sources.users.masks.$.c[0].n | $.c[0].n is inside of $.c[*], which is masked as a whole | remove one of the two, or mask the parts of $.c[*]',
      ],
    ],
    [
      'columns: { a: text }, masks: { $.a: drop }',
      [
        'sources.users.masks.$.a | $.a and column a are the same part of the record, and masked differently | write the same mask at both',
      ],
    ],
    [
      'columns: { a: { type: text, mask: redact }, b: { path: $.a, type: json } }',
      [
        'sources.users.columns.b | column b and column a are the same part of the record, and masked differently | write the same mask at both',
      ],
    ],
    [
      'columns: { a: text }, masks: { b.c: drop }',
      [
        'sources.users.masks.b.c | not a path: a path starts with $, for example $.b.c | for example $.cards[*].number',
      ],
    ],
  ])('%s', (source, problems) => {
    expect(problemsOf(source)).toEqual(problems)
  })

  it.each(['mask: sha1', 'mask: { truncate: 0 }', 'mask: { truncate: 1.5 }', 'mask: true'])(
    'are refused where their form is wrong: %s',
    (mask) => {
      expect(problemsOf(`columns: { a: { type: text, ${mask} } }`)).toHaveLength(1)
    },
  )

  it('are not for lookups', () => {
    const text =
      'penstock: 1\nlookups: { l: { file: l.csv, key: a, columns: { a: { type: text, mask: drop } } } }\n'
    const result = parseWorkspace(text, '/w/penstock.yaml')
    expect('problems' in result && result.problems.map(({ message }) => message)).toEqual([
      'mask is for columns of sources, not of lookups',
    ])
  })
})
