import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseWorkspace } from '../../../src-main/workspace/parse.ts'

const file = path.resolve('/demo/penstock.yaml')
const head = 'penstock: 1\n'
const flights =
  'sources:\n  flights:\n    replay: { file: f.ndjson }\n    columns: { at: timestamp, delay: integer }\n'

/** Each problem as `line:column path | message | hint`. */
function problemsOf(text: string): string[] {
  const parsed = parseWorkspace(text, file)
  if ('workspace' in parsed) return []
  return parsed.problems.map((problem) => {
    expect(problem.file).toBe(file)
    return `${String(problem.line)}:${String(problem.column)} ${problem.path} | ${problem.message} | ${problem.hint}`
  })
}

/** The problems of `rest` below a whole source; its first line is line 6. */
function problemsAfterSource(rest: string): string[] {
  return problemsOf(head + flights + rest)
}

function problemsOfColumn(column: string): string[] {
  return problemsOf(`${head}sources: { f: { replay: { file: f }, columns: {\n ${column} } } }\n`)
}

const emptyFile = '1:1  | the file is empty | begin with "penstock: 1" and add sources'

describe('YAML that cannot be read', () => {
  it.each([
    ['an empty file', '', [emptyFile]],
    ['only a comment', '# nothing yet\n', [emptyFile]],
    ['only a byte order mark', '\ufeff', [emptyFile]],
    ['text', 'hello', ['1:1  | must be a map of keys, not "hello" | for example penstock: 1']],
    ['a list', '- a', ['1:1  | must be a map of keys, not a list | for example penstock: 1']],
    [
      'a tab',
      `${head}sources:\n\tf: 1\n`,
      ['3:1  | a tab stands where the line is indented | indent with spaces'],
    ],
    [
      'a second document',
      `${head}${flights}---\npenstock: 1\n`,
      ['6:1  | a second document starts here | a workspace is one document; remove the ---'],
    ],
    [
      'a bracket that is not closed',
      `${head}sources: { f: { replay: { file: a }`,
      [
        '2:36  | not valid YAML: flow map in block collection must be sufficiently indented and end with a } | ',
      ],
    ],
    ['a quote that is not closed', `${head}sources: "abc`, ['2:14  | not valid YAML: missing closing " | ']],
    [
      'a colon in a value',
      `${head}name: a: b`,
      [
        '2:7  | not valid YAML: nested mappings are not allowed in compact mappings | put a value that holds ": " in quotes, and check the indentation',
      ],
    ],
    [
      'an at sign',
      `${head}name: @x`,
      ['2:7  | not valid YAML: plain value cannot start with reserved character @ | put the value in quotes'],
    ],
    ['an unknown tag', `${head}${flights}name: !foo x`, ['6:7  | unknown tag !foo | remove the tag']],
    [
      'an unknown alias',
      `${head}name: *x`,
      ['2:7  | *x names no anchor above it | mark the value to repeat with &x'],
    ],
    ['an alias that holds itself', `${head}sources: &a { b: *a }`, ['2:18  | an alias holds itself | ']],
    [
      'a merge key',
      `${head}x: &b {}\nsources:\n  <<: *b`,
      ['4:3  | merge keys (<<) are not supported | write the keys out'],
    ],
    [
      'another version of YAML',
      `%YAML 1.1\n---\n${head}${flights}`,
      ['1:1  | the file asks for YAML 1.1; a workspace is YAML 1.2 | remove the %YAML line'],
    ],
    [
      'bytes',
      `${head}${flights}name: !!binary aGVsbG8=`,
      [
        '6:16  | the tag tag:yaml.org,2002:binary is not supported | remove the tag, and write text in quotes',
      ],
    ],
    ['a list as a key', `${head}? [a]\n: 1`, ['2:3  | a key must be text | write one word before the colon']],
    ['a prototype', `${head}__proto__: {}`, ['2:1  | "__proto__" cannot be a key | choose another name']],
  ])('%s', (_, text, expected) => {
    expect(problemsOf(text)).toEqual(expected)
  })

  it('tells a key that is written twice beside other problems', () => {
    expect(problemsAfterSource('tables:\n  t: { source: flights }\n  t: { source: fights }\n')).toEqual([
      '8:3  | "t" is written twice | keep one of the two',
      '8:16 tables.t.source | there is no source "fights" | write "flights"',
    ])
  })

  it.each([
    ['brackets', '['.repeat(20_000)],
    ['maps', '{a: '.repeat(20_000)],
    ['lists', '- '.repeat(20_000)],
    ['lines', Array.from({ length: 2000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
    ['a depth that YAML reads and nobody writes', `a: ${'['.repeat(200)}${']'.repeat(200)}`],
  ])('deeply nested %s', (_, text) => {
    const [first, ...others] = problemsOf(text)
    expect(others).toEqual([])
    expect(first).toMatch(/\| the file is nested too deep/)
  })

  it('aliases that multiply', () => {
    const lines = Array.from({ length: 12 }, (_, level) => {
      const item = level === 0 ? 'a' : `*x${String(level - 1)}`
      return `x${String(level)}: &x${String(level)} [${Array.from({ length: 10 }, () => item).join(', ')}]`
    })
    expect(problemsOf(lines.join('\n')).at(-1)).toMatch(
      /aliases \(\*name\) repeat too much here \| write the values out/,
    )
  })

  it('a file of twenty thousand unknown keys tells some and counts the rest', () => {
    const keys = Array.from({ length: 20_000 }, (_, index) => `k${String(index)}: 1`)
    const problems = problemsOf(`${head}${keys.join('\n')}`)
    expect(problems).toHaveLength(501)
    expect(problems.at(-1)).toMatch(/\| and 19500 more problems from here on \|/)
  })
})

describe('the version', () => {
  it.each([
    [
      'penstock: 2\nsorces: {}\n',
      '1:11 penstock | version 2 of the format is not supported; this Penstock reads version 1 | install a Penstock that reads it, or write "penstock: 1"',
    ],
    [`penstock: "1"\n${flights}`, '1:11 penstock | must be 1, not "1" | write 1'],
    [flights, '1:1  | "penstock" is missing | for example penstock: 1'],
  ])('%j', (text, expected) => {
    expect(problemsOf(text)).toEqual([expected])
  })
})

describe('keys', () => {
  it('names the nearest key where one is misspelt, and does not call that one missing', () => {
    expect(problemsOf(`${head}sorces:\n  f: { replay: { fiel: a }, colums: {} }\n`)).toEqual([
      '2:1 sorces | unknown key "sorces" | write "sources"',
    ])
    expect(problemsAfterSource('tables:\n  t: { source: flights, stepz: [], retian: {} }\n')).toEqual([
      '7:25 tables.t.stepz | unknown key "stepz" | write "steps"',
      '7:36 tables.t.retian | unknown key "retian" | write "retain"',
    ])
  })

  it('lists the keys where none is near', () => {
    expect(problemsAfterSource('store: { colour: blue }\n')).toEqual([
      '6:10 store.colour | unknown key "colour" | the keys here are mode, limit, budget, snapshots',
    ])
  })

  it('wants a store to let rows go before it is full', () => {
    expect(problemsAfterSource('store: { limit: 1GB, budget: 1000MB }\n')).toEqual([
      '6:30 store.budget | the store would be full before rows go to keep the budget | make budget smaller than limit',
    ])
    expect(problemsAfterSource('store: { limit: 1GB, budget: 999MB }\n')).toEqual([])
  })

  it('says plainly what later versions will have', () => {
    const text = `${head}sources:
  f: { replay: { file: f.ndjson } }
alerts: {}
`
    const later = (key: string): string => `"${key}" is not supported by this version of Penstock`
    expect(problemsOf(text)).toEqual([
      `4:1 alerts | ${later('alerts')} | remove it; ask the sys_ tables in a query`,
    ])
  })

  it.each([
    ['sources:\n', '2:1 sources | must be a map of names, not nothing'],
    ['sources: []\n', '2:10 sources | must be a map of names, not a list'],
    ['sources: { f: }\n', '2:12 sources.f | must be a map of keys, not nothing'],
    ['sources: { f: {} }\n', '2:12 sources.f | f has neither replay nor kafka'],
    ['sources: { f: { replay: {} } }\n', '2:17 sources.f.replay | "file" is missing'],
  ])('%j', (rest, expected) => {
    expect(problemsOf(head + rest).map((line) => line.split(' | ').slice(0, 2).join(' | '))).toEqual([
      expected,
    ])
  })
})

describe('a replay', () => {
  it.each([
    ['file: 5', '26 .file | must be text, not 5 | write "5" in quotes'],
    ['file: ""', '26 .file | is empty | '],
    ['file: "a\\0b"', '26 .file | holds a NUL character, which no path can | remove \\0'],
    ['file: ~/x', '26 .file | ~ is not expanded | write the whole path, or one relative to this file'],
    [
      'file: a, rate: fast',
      '35 .rate | must be a number of records per second, max or original, not "fast" | for example rate: 2000',
    ],
    ['file: a, rate: -5', '35 .rate | must be more than 0 | for example rate: 2000'],
    [
      'file: a, rate: .inf',
      '35 .rate | must be a number of records per second, max or original, not Infinity | for example rate: 2000',
    ],
    [
      'file: a, rate: max, factor: 2',
      '48 .factor | factor is only for rate: original | remove factor, or write rate: original',
    ],
    ['file: a, rate: original, factor: 0', '53 .factor | must be more than 0 | for example factor: 10'],
    ['file: a, loop: yes', '35 .loop | must be true or false, not "yes" | write true'],
    ['file: a, envelope: off', '39 .envelope | must be true or false, not "off" | write false'],
    ['file: a, partitions: 0', '41 .partitions | must be at least 1 | for example partitions: 4'],
    ['file: a, partitions: 1025', '41 .partitions | must be at most 1024 | for example partitions: 4'],
    [
      'file: a, partitions: 1.5',
      '41 .partitions | must be a whole number, not 1.5 | for example partitions: 4',
    ],
    ['file: a, key: origin', '34 .key | not a path: a path starts with $, for example $.origin | '],
    ['file: a, key: $.a..b', '38 .key | not a path: a path names one value: .. is not supported | '],
    [
      'file: a, topic: "a b"',
      '36 .topic | "a b" is not a name: use letters, digits, dots, _ and - | for example topic: flights',
    ],
  ])('{ %s }', (settings, expected) => {
    const column = expected.slice(0, 2)
    const [place] = problemsOf(`${head}sources: { f: { replay: { ${settings} } } }`)
    expect(place).toBe(`2:${String(Number(column) + 7)} sources.f.replay${expected.slice(3)}`)
  })

  it('at the original pace needs a time', () => {
    expect(
      problemsOf(`${head}sources: { f: { replay: { file: a, rate: original, envelope: false } } }`),
    ).toEqual([
      '2:42 sources.f.replay.rate | rate: original needs to know when each record happened | add event_time with the name of a timestamp column, or write a number of records per second',
    ])
  })

  it('has no other format than json', () => {
    expect(problemsOf(`${head}sources: { f: { format: avro, replay: { file: a } } }`)).toEqual([
      '2:25 sources.f.format | a capture is JSON, not avro | remove format; it is for topics',
    ])
  })
})

describe('columns', () => {
  const types = 'text, integer, real, boolean, timestamp, json, bytes'
  it.each([
    ['a: intger', `3:5 .a | must be one of ${types}, not "intger" | write integer`],
    ['a: string', `3:5 .a | must be one of ${types}, not "string" | write text`],
    ['a: strng', `3:5 .a | must be one of ${types}, not "strng" | write text`],
    ['a: { type: int }', `3:13 .a.type | must be one of ${types}, not "int" | write integer`],
    ['a: 5', `3:5 .a | must be one of ${types}, not 5 | `],
    ['a:', `3:2 .a | must be one of ${types}, not nothing | `],
    ['a: [text]', `3:5 .a | must be one of ${types}, not a list | `],
    ['a: { path: $.x }', '3:2 .a | "type" is missing | for example type: integer'],
    ['a: { type: text, nulable: true }', '3:19 .a.nulable | unknown key "nulable" | write "nullable"'],
    [
      'a: { type: text, path: delay }',
      '3:25 .a.path | not a path: a path starts with $, for example $.delay | ',
    ],
    [
      'a: { type: text, path: "$.x[y]" }',
      '3:30 .a.path | not a path: expected an index of 0 or more, or a quoted name, but found "y" | ',
    ],
    [
      'a: { type: timestamp, format: "%Y-%Q" }',
      '3:32 .a.format | not a timestamp format: %Q is not known; the directives are %Y %y %m %b %B %d %e %j %a %A %H %I %M %S %f %L %p %z %Z %s %T %F %D %R %% | ',
    ],
    [
      'a: { type: timestamp, format: "%Y", unit: s }',
      '3:44 .a.unit | unit is for numbers; a format reads text | keep one of the two',
    ],
    ['a: { type: timestamp, unit: hours }', '3:30 .a.unit | must be one of s, ms, us, ns, not "hours" | '],
    [
      'a: { type: integer, unit: s }',
      '3:28 .a.unit | unit is only for timestamps, not for integer | remove unit',
    ],
    [
      'a: { type: text, format: "%Y" }',
      '3:27 .a.format | format is only for timestamps, not for text | remove format',
    ],
    [
      'a: { type: integer, default: 9223372036854775807 }',
      '3:31 .a.default | default "9223372036854775807" is no integer | write a whole number within ±9007199254740991',
    ],
    [
      'a: { type: integer, default: 1.5 }',
      '3:31 .a.default | default 1.5 is no integer | write a whole number within ±9007199254740991',
    ],
    ['a: { type: real, default: x }', '3:28 .a.default | default "x" is no real | write a number'],
    [
      'a: { type: boolean, default: yes }',
      '3:31 .a.default | default "yes" is no boolean | write true or false',
    ],
    ['a: { type: text, default: 5 }', '3:28 .a.default | default 5 is no text | write "5" in quotes'],
    [
      'a: { type: timestamp, default: soon }',
      '3:33 .a.default | default "soon" is no timestamp | for example 2024-01-31T12:00:00Z',
    ],
    [
      'a: { type: timestamp, format: "%Y", default: 24 }',
      '3:47 .a.default | default 24 is no timestamp | write it as %Y',
    ],
    [
      'a: { type: json, default: "{" }',
      '3:28 .a.default | default "{" is no json | write JSON text, for example "{}"',
    ],
    [
      'a: { type: text, default: [] }',
      '3:28 .a.default | must be text, a number, true or false, not a list | ',
    ],
    ['_a: text', '3:2 ._a | columns that start with _ are kept for Penstock | write "a"'],
    ['order: text', '3:2 .order | "order" is a word of SQL | write "order_"'],
    ['RowId: text', '3:2 .RowId | "RowId" is SQLite\'s own name for the number of a row | write "RowId_"'],
    [
      'full-name: text',
      '3:2 .full-name | "full-name" is no name for a column: use letters, digits and _, and no digit first | write "full_name"',
    ],
    [
      '"": text',
      '3:2 . | "" is no name for a column: use letters, digits and _, and no digit first | write "column_1"',
    ],
    [`${'a'.repeat(64)}: text`, `3:2 .${'a'.repeat(64)} | a name has at most 63 characters | shorten it`],
    [
      'a: text, A: text',
      '3:11 .A | "A" is already the name of a column | choose another name; SQL does not tell upper and lower case apart',
    ],
  ])('%s', (column, expected) => {
    const line = expected.replace(' .', ' sources.f.columns.')
    expect(problemsOfColumn(column)).toEqual([line])
  })

  it('may not be an empty map', () => {
    expect(problemsOf(`${head}sources: { f: { replay: { file: f }, columns: {} } }`)).toEqual([
      '2:47 sources.f.columns | there are no columns | add one, or leave columns out to have them inferred',
    ])
  })

  it.each([
    ['delai', 'event_time names no column: "delai" | write "delay"'],
    ['moment', 'event_time names no column: "moment" | there are at, delay'],
    ['delay', 'event_time names "delay", which is integer | name a column of type timestamp'],
    ['5', 'must be text, not 5 | write "5" in quotes'],
  ])('event_time: %s', (name, expected) => {
    expect(problemsAfterSource(`    event_time: ${name}\n`)).toEqual([
      `6:17 sources.flights.event_time | ${expected}`,
    ])
  })
})

describe('tables and steps', () => {
  it('knows its source', () => {
    expect(problemsAfterSource('tables: { a: { source: flihts }, b: { source: trains }, c: {} }')).toEqual([
      '6:24 tables.a.source | there is no source "flihts" | write "flights"',
      '6:47 tables.b.source | there is no source "trains" | there are flights',
      '6:57 tables.c | "source" is missing | for example source: flights',
    ])
  })

  it.each([
    ['input', '"input" is what steps call the records of the source | choose another name'],
    [
      '_penstock_x',
      'names that start with _penstock are kept for Penstock and SQLite | write "table_penstock_x"',
    ],
    ['sys_x', 'names that start with sys_ are kept for Penstock and SQLite | write "table_sys_x"'],
    ['SQLite_x', 'names that start with sqlite_ are kept for Penstock and SQLite | write "table_SQLite_x"'],
    ['a b', '"a b" is no name for a table: use letters, digits and _, and no digit first | write "a_b"'],
    ['1x', '"1x" is no name for a table: use letters, digits and _, and no digit first | write "table_1x"'],
    ['Group', '"Group" is a word of SQL | write "Group_"'],
    [
      'größe',
      '"größe" is no name for a table: use letters, digits and _, and no digit first | write "grosse"',
    ],
  ])('may not be called %s', (name, expected) => {
    expect(problemsAfterSource(`tables:\n  ${name}: { source: flights }\n`)).toEqual([
      `7:3 tables.${name} | ${expected}`,
    ])
  })

  it('share their names with nothing else in SQL', () => {
    const rest = `lookups: { airports: { file: a.csv, key: k } }
tables:
  Airports: { source: flights }
  late:
    source: flights
    steps:
      - { name: late, sql: SELECT 1 }
      - { name: airports, sql: SELECT 1 }
      - { name: one, sql: SELECT 1 }
      - { name: ONE, sql: SELECT 1 }
      - { name: input, sql: SELECT 1 }
  flights: { source: flights, steps: [{ name: one, sql: SELECT 1 }] }
`
    expect(problemsAfterSource(rest)).toEqual([
      '8:3 tables.Airports | "Airports" is already the name of a lookup | choose another name; SQL does not tell upper and lower case apart',
      '12:17 tables.late.steps[0].name | "late" is already the name of a table | choose another name',
      '13:17 tables.late.steps[1].name | "airports" is already the name of a lookup | choose another name',
      '15:17 tables.late.steps[3].name | "ONE" is already the name of a step | choose another name; SQL does not tell upper and lower case apart',
      '16:17 tables.late.steps[4].name | "input" is what steps call the records of the source | choose another name',
    ])
  })

  it.each([
    ['[]', '8:12 tables.t.steps | there are no entries | leave it out, or add one'],
    ['[{ name: a, sql: "" }]', '8:29 tables.t.steps[0].sql | is empty | '],
    ['[{ name: a, sql: " " }]', '8:29 tables.t.steps[0].sql | is empty | '],
    ['[{ name: a, sql: 5 }]', '8:29 tables.t.steps[0].sql | must be text, not 5 | write "5" in quotes'],
    ['[{ sql: SELECT 1 }]', '8:13 tables.t.steps[0] | "name" is missing | for example name: late'],
    ['[{ name: a }]', '8:13 tables.t.steps[0] | "sql" is missing | for example sql: SELECT * FROM input'],
    [
      '[SELECT 1]',
      '8:13 tables.t.steps[0] | must be a map of keys, not "SELECT 1" | for example { name: late, sql: SELECT * FROM input WHERE delay > 15 }',
    ],
    [
      'SELECT 1',
      '8:12 tables.t.steps | must be a list, not "SELECT 1" | for example steps: [{ name: late, sql: SELECT * FROM input WHERE delay > 15 }]',
    ],
  ])('steps: %s', (steps, expected) => {
    expect(problemsAfterSource(`tables:\n  t: { source: flights,\n    steps: ${steps} }\n`)).toEqual([
      expected,
    ])
  })

  it.each([
    ['{ rows: 0 }', '7:41 .rows | must be at least 1 | for example rows: 5M'],
    ['{ rows: 5m }', '7:41 .rows | "5m" is no number of rows | for example 5000000 or 5M'],
    ['{ rows: "0k" }', '7:41 .rows | "0k" is no number of rows | for example 5000000 or 5M'],
    [
      '{ rows: 99999999999999999999 }',
      '7:41 .rows | "99999999999999999999" is no number of rows | for example 5000000 or 5M',
    ],
    ['{ rows: [] }', '7:41 .rows | must be a number of rows, not a list | for example rows: 5M'],
    ['{ age: 24 }', '7:40 .age | 24 is no time with its unit | add the unit: 24s, 24m, 24h or 24d'],
    ['{ age: 24x }', '7:40 .age | "24x" is no time with its unit | for example 90s, 15m, 24h or 7d'],
    ['{ age: 0s }', '7:40 .age | "0s" is no time with its unit | for example 90s, 15m, 24h or 7d'],
    ['{ age: true }', '7:40 .age | must be a time with its unit, not true | for example age: 24h'],
    ['5M', '7:33 | must be a map of keys, not "5M" | for example retain: { rows: 5M, age: 24h }'],
  ])('retain: %s', (retain, expected) => {
    const line = expected.replace(
      / (\.|\|)/,
      (_, mark: string) => ` tables.t.retain${mark === '|' ? ' |' : '.'}`,
    )
    expect(problemsAfterSource(`tables:\n  t: { source: flights, retain: ${retain} }\n`)).toEqual([line])
  })
})

describe('lookups and the store', () => {
  it.each([
    [
      '{ file: a.txt, key: k }',
      '14 .file | the extension of "a.txt" does not say its format | add format: csv, json or ndjson',
    ],
    ['{ file: a.csv }', '3 | "key" is missing | for example key: iata'],
    [
      '{ file: a.csv, key: k, format: tsv }',
      '37 .format | must be one of csv, ndjson, json, avro, protobuf, json-schema, text, bytes, not "tsv" | write csv',
    ],
    ['{ file: a.csv, key: kk, columns: { k: text } }', '26 .key | key names no column: "kk" | write "k"'],
    [
      '{ file: a.csv, key: k, columns: { k: { type: text, path: $.a.b } } }',
      "63 .columns.k.path | the path of a CSV column is the name in its header line | for example $.name or $['Airport Name']",
    ],
    [
      '{ file: a.csv, key: k, columns: { k: text, K: text } }',
      '49 .columns.K | "K" is already the name of a column | choose another name; SQL does not tell upper and lower case apart',
    ],
    [
      'a.csv',
      '6 | must be a map of keys, not "a.csv" | for example airports: { file: airports.csv, key: iata }',
    ],
  ])('%s', (lookup, expected) => {
    const space = expected.indexOf(' ')
    const column = expected.slice(0, space)
    const rest = expected.slice(space + 1)
    const place = rest.startsWith('.') ? `lookups.b${rest}` : `lookups.b ${rest}`
    expect(problemsAfterSource(`lookups:\n  b: ${lookup}\n`)).toEqual([`7:${column} ${place}`])
  })

  it.each([
    ['{ mode: ram }', '6:16 store.mode | must be one of memory, disk, not "ram" | '],
    ['{ limit: 4 }', '6:17 store.limit | 4 is no size with its unit | for example 512MB or 4GB'],
    ['{ limit: 4XB }', '6:17 store.limit | "4XB" is no size with its unit | for example 512MB or 4GB'],
    ['{ limit: 4KB }', '6:17 store.limit | the store needs at least 1MB | for example 512MB or 4GB'],
    ['disk', '6:8 store | must be a map of keys, not "disk" | for example store: { mode: disk, limit: 4GB }'],
    [
      '{ snapshots: { every: 5s } }',
      '6:30 store.snapshots.every | snapshots are taken once a minute at most | for example 15m or 1h',
    ],
    ['{ snapshots: { keep: 2 } }', '6:10 store.snapshots | "every" is missing | '],
    ['{ snapshots: { every: 1h, keep: 0 } }', '6:40 store.snapshots.keep | must be at least 1 | '],
  ])('store: %s', (store, expected) => {
    expect(problemsAfterSource(`store: ${store}\n`)).toEqual([expected])
  })
})

it('tells every problem of a file at once, in the order of the file', () => {
  const text = `${head}sources:
  flights:
    replay: { file: f.ndjson, rate: quick }
    columns: { at: { type: timestamp, format: "%H" }, delay: integr }
    event_time: att
tables:
  late: { source: flight, retain: { age: 3 }, step: [] }
stor: {}
`
  expect(problemsOf(text).map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
    '4:37 sources.flights.replay.rate',
    '5:47 sources.flights.columns.at.format',
    '5:62 sources.flights.columns.delay',
    '6:17 sources.flights.event_time',
    '8:19 tables.late.source',
    '8:42 tables.late.retain.age',
    '8:47 tables.late.step',
    '9:1 stor',
  ])
})
