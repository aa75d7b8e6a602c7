import fc from 'fast-check'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ReplayInput, Source, Workspace } from '../../../src-main/workspace/model.ts'
import { parseWorkspace } from '../../../src-main/workspace/parse.ts'

const file = path.resolve('/demo/penstock.yaml')

function workspaceOf(text: string): Workspace {
  const parsed = parseWorkspace(text, file)
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems, null, 2))
  return parsed.workspace
}

function replayOf(source: Source | undefined): ReplayInput | null {
  return source?.input.kind === 'replay' ? source.input : null
}

const whole = `penstock: 1
sources:
  flights:
    replay: { file: demo/flights.ndjson.gz, rate: 2000, loop: true, partitions: 4, key: $.origin }
    columns:
      at:       { path: $.date, type: timestamp, format: "%Y/%m/%d %H:%M", nullable: false }
      delay:    integer
      name:     { path: "$['full name'].x[0]", type: text, default: "?" }
      seen:     { type: timestamp, unit: s, default: 1700000000 }
      extra:    { type: json, default: "{}" }
    event_time: at
lookups:
  airports: { file: demo/airports.csv, key: iata, columns: { iata: text, lat: { path: "$['Lat itude']", type: real } } }
  carriers: { file: /data/carriers.jsonl, key: code }
  codes: { file: codes.txt, format: json, key: code }
tables:
  late_flights:
    source: flights
    steps:
      - name: enriched
        sql: SELECT f.*, a.city FROM input f LEFT JOIN airports a ON a.iata = f.origin
      - name: late
        sql: |
          SELECT *
          FROM enriched
          WHERE delay > 15
      - name: quoted
        sql: "SELECT * FROM late"
      - name: folded
        sql: >-

          SELECT *
          FROM quoted
    retain: { rows: 5M, age: 24h }
  raw:
    source: flights
store: { mode: disk, limit: 4GB }
`

describe('a whole workspace', () => {
  it('is read with defaults filled in and paths absolute', () => {
    const workspace = workspaceOf(whole)
    const column = { from: 'value', nullable: true, default: null, format: null, unit: 'ms' }
    expect(workspace).toEqual({
      name: 'demo',
      file,
      folder: path.dirname(file),
      connections: [],
      sources: [
        {
          name: 'flights',
          topic: 'flights',
          input: {
            kind: 'replay',
            file: path.resolve('/demo/demo/flights.ndjson.gz'),
            rate: { kind: 'perSecond', records: 2000 },
            loop: true,
            partitions: 4,
            keyPath: ['origin'],
            envelope: null,
          },
          format: 'json',
          schema: null,
          columns: [
            {
              ...column,
              name: 'at',
              path: ['date'],
              type: 'timestamp',
              format: '%Y/%m/%d %H:%M',
              nullable: false,
            },
            { ...column, name: 'delay', path: ['delay'], type: 'integer' },
            { ...column, name: 'name', path: ['full name', 'x', 0], type: 'text', default: '?' },
            {
              ...column,
              name: 'seen',
              path: ['seen'],
              type: 'timestamp',
              unit: 's',
              default: 1_700_000_000_000,
            },
            { ...column, name: 'extra', path: ['extra'], type: 'json', default: '{}' },
          ],
          eventTime: 'at',
          latenessMs: null,
          tooLate: 'land',
          masks: null,
          position: { line: 3, column: 3 },
        },
      ],
      lookups: [
        {
          name: 'airports',
          input: { kind: 'file', file: path.resolve('/demo/demo/airports.csv'), format: 'csv' },
          key: 'iata',
          columns: [
            { ...column, name: 'iata', path: ['iata'], type: 'text' },
            { ...column, name: 'lat', path: ['Lat itude'], type: 'real' },
          ],
          position: { line: 13, column: 3 },
        },
        {
          name: 'carriers',
          input: { kind: 'file', file: path.resolve('/data/carriers.jsonl'), format: 'ndjson' },
          key: 'code',
          columns: null,
          position: { line: 14, column: 3 },
        },
        {
          name: 'codes',
          input: { kind: 'file', file: path.resolve('/demo/codes.txt'), format: 'json' },
          key: 'code',
          columns: null,
          position: { line: 15, column: 3 },
        },
      ],
      tables: [
        {
          name: 'late_flights',
          source: 'flights',
          steps: [
            {
              name: 'enriched',
              sql: 'SELECT f.*, a.city FROM input f LEFT JOIN airports a ON a.iata = f.origin',
              position: { line: 21, column: 14 },
              multiline: false,
            },
            {
              name: 'late',
              sql: 'SELECT *\nFROM enriched\nWHERE delay > 15\n',
              position: { line: 24, column: 11 },
              multiline: true,
            },
            {
              name: 'quoted',
              sql: 'SELECT * FROM late',
              position: { line: 28, column: 15 },
              multiline: false,
            },
            {
              name: 'folded',
              sql: '\nSELECT * FROM quoted',
              position: { line: 31, column: 11 },
              multiline: false,
            },
          ],
          key: null,
          deduplicate: null,
          indexes: [],
          backfills: true,
          retainRows: 5_000_000,
          retainAgeMs: 86_400_000,
          retainBytes: null,
          position: { line: 17, column: 3 },
        },
        {
          name: 'raw',
          source: 'flights',
          steps: [],
          key: null,
          deduplicate: null,
          indexes: [],
          backfills: true,
          retainRows: null,
          retainAgeMs: null,
          retainBytes: null,
          position: { line: 35, column: 3 },
        },
      ],
      rollups: [],
      store: { mode: 'disk', limitBytes: 4_000_000_000, budgetBytes: null },
      text: whole,
      snapshots: null,
    })
  })

  it('may have nothing yet', () => {
    expect(workspaceOf('penstock: 1')).toMatchObject({
      connections: [],
      sources: [],
      lookups: [],
      tables: [],
    })
  })

  it('needs no more than a source', () => {
    expect(
      workspaceOf('penstock: 1\nname: Small\nsources: { s: { replay: { file: s.ndjson } } }'),
    ).toMatchObject({
      name: 'Small',
      sources: [
        {
          topic: 's',
          columns: null,
          eventTime: null,
          input: { rate: { kind: 'max' }, loop: false, partitions: 1, keyPath: null, envelope: null },
        },
      ],
      lookups: [],
      tables: [],
      store: { mode: 'memory', limitBytes: null, budgetBytes: null },
    })
  })

  it('is the same with a byte order mark and Windows line ends', () => {
    const text = `\ufeff${whole.replaceAll('\n', '\r\n')}`
    expect(workspaceOf(text)).toEqual({ ...workspaceOf(whole), text })
  })

  it('may have snapshots of its store taken', () => {
    const of = (snapshots: string): Workspace =>
      workspaceOf(`penstock: 1\nstore: { mode: disk, snapshots: ${snapshots} }`)
    expect(of('{ every: 1h }').snapshots).toEqual({
      everyMs: 3_600_000,
      folder: path.resolve('/demo/snapshots'),
      keep: 24,
    })
    expect(of('{ every: 90s, folder: ../kept, keep: 3 }').snapshots).toEqual({
      everyMs: 90_000,
      folder: path.resolve('/kept'),
      keep: 3,
    })
  })

  it('may repeat values by anchor and alias', () => {
    const { sources } = workspaceOf(
      'penstock: 1\nsources:\n  a: { replay: &r { file: a.ndjson, loop: true } }\n  b: { replay: *r, columns: &c { x: text } }\n  d: { replay: *r, columns: *c }\n',
    )
    expect(sources.map((source) => [replayOf(source)?.loop, source.columns?.length])).toEqual([
      [true, undefined],
      [true, 1],
      [true, 1],
    ])
  })

  it.each([
    ['2000', { kind: 'perSecond', records: 2000 }],
    ['0.5', { kind: 'perSecond', records: 0.5 }],
    ['max', { kind: 'max' }],
    ['original', { kind: 'original', factor: 1 }],
    ['original, factor: 10', { kind: 'original', factor: 10 }],
  ])('rate: %s', (rate, expected) => {
    const text = `penstock: 1\nsources: { s: { replay: { file: s, rate: ${rate} } } }`
    expect(replayOf(workspaceOf(text).sources[0])?.rate).toEqual(expected)
  })

  it('reads SQL of a block whose first line is indented further', () => {
    const text = `penstock: 1
sources: { s: { replay: { file: s } } }
tables:
  t:
    source: s
    steps:
      - name: one
        sql: |2

            SELECT 1
          FROM input
`
    expect(workspaceOf(text).tables[0]?.steps[0]).toEqual({
      name: 'one',
      sql: '\n  SELECT 1\nFROM input\n',
      position: { line: 9, column: 11 },
      multiline: true,
    })
  })
})

describe('any text at all', () => {
  it('gives a workspace or problems with places inside the text', () => {
    const piece = fc.constantFrom(
      'penstock: 1\n',
      'sources:\n',
      '  s:\n',
      '    replay: { file: x }\n',
      '    columns: { a: text }\n',
      'tables:\n',
      '  t: { source: s }\n',
      '- ',
      '\t',
      '  ',
      '{',
      '}',
      '[',
      ']',
      '"',
      "'",
      '|\n',
      '&a ',
      '*a',
      '!x ',
      ': ',
      '? ',
      '#',
      '\n',
      '%',
      'null',
      '1',
      '---\n',
      '...\n',
      '<<: *a\n',
      'é',
      '😀',
      '\0',
      'kafka: {}\n',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        const text = pieces.join('')
        const parsed = parseWorkspace(text, file)
        if ('workspace' in parsed) return
        expect(parsed.problems.length).toBeGreaterThan(0)
        for (const problem of parsed.problems) {
          expect(problem.line).toBeGreaterThanOrEqual(1)
          expect(problem.line).toBeLessThanOrEqual(text.split('\n').length)
          expect(problem.column).toBeGreaterThanOrEqual(1)
          expect(problem.message).not.toBe('')
        }
      }),
      { numRuns: 2000 },
    )
  })
})
