/** Results made of arithmetic: what a statement gives is told by words in it. For the harness and browser tests. */
import type { Cell } from '#contract/cells.ts'
import type { ErrorShape } from '#contract/errors.ts'
import type { ResultColumn, SchemaView } from '#contract/query.ts'

export interface FakeResult {
  columns: ResultColumn[]
  rows: number
  row: (index: number) => Cell[]
  /** Rows a second while it runs; it ends by itself when all are there. */
  rowsPerSecond: number
  error: ErrorShape | null
  errorOffset: number | null
  truncated: boolean
}

const airports = ['ATL', 'ORD', 'DFW', 'LAX', 'PHX', 'DEN', 'DTW', 'IAH', 'SFO', 'LAS']
const cities = ['Atlanta', 'Chicago', 'Dallas-Fort Worth', 'Los Angeles', 'Phoenix', 'Denver', 'Detroit', 'Houston', 'San Francisco', 'Las Vegas'] // prettier-ignore
const regions = ['amer', 'emea', 'apac', 'latam']
const start = Date.UTC(2026, 10, 23, 14, 7)

function noise(seed: number): number {
  const x = Math.sin(seed * 12.9898) * 43_758.5453
  return x - Math.floor(x)
}

function real(value: number): Cell {
  return Number.isInteger(value) ? { r: `${String(value)}.0` } : value
}

const plain = { rowsPerSecond: Infinity, error: null, errorOffset: null, truncated: false }

function flights(rows: number, rowsPerSecond = Infinity): FakeResult {
  const types: [string, ResultColumn['type']][] = [
    ['at', 'timestamp'],
    ['origin', 'text'],
    ['city', 'text'],
    ['destination', 'text'],
    ['distance', 'integer'],
    ['delay', 'integer'],
    ['severity', 'text'],
    ['_offset', 'integer'],
    ['_ingested_at', 'timestamp'],
  ]
  return {
    ...plain,
    rowsPerSecond,
    columns: types.map(([name, type]) => ({ name, type })),
    rows,
    row: (index) => {
      const from = Math.floor(noise(index) * 10)
      const delay = Math.floor(16 + noise(index * 7) ** 4 * 300)
      return [
        start - index * 7000,
        airports[from] ?? '',
        cities[from] ?? '',
        airports[(from + 3 + (index % 5)) % 10] ?? '',
        Math.floor(150 + noise(index * 3) * 2400),
        delay,
        delay > 120 ? 'severe' : delay > 45 ? 'long' : 'short',
        { i: String(9_007_199_254_741_000n - BigInt(index)) },
        start - index * 7000 + 41 + (index % 17),
      ]
    },
  }
}

function revenue(): FakeResult {
  return {
    ...plain,
    columns: ['minute', 'region', 'orders', 'revenue', 'change'].map((name) => ({ name, type: null })),
    rows: 240,
    row: (index) => {
      const minute = Math.floor(index / 4)
      const at = new Date(start - minute * 60_000).toISOString().slice(0, 16).replace('T', ' ')
      const base = 90_000 * (4 - (index % 4)) + Math.sin(minute / 9 + index) * 14_000
      const change = Math.round((noise(index) * 60 - 20) * 10) / 10
      const orders = Math.floor(base / 51)
      const revenueCell = real(Math.round((base + noise(index) * 9000) * 100) / 100)
      return [at, regions[index % 4] ?? '', orders, revenueCell, index % 4 === 0 ? null : real(change)]
    },
  }
}

const order = JSON.stringify({
  order_id: 'ORDER',
  customer: { id: 4711, name: 'Ada Østergård', tags: ['returning', 'newsletter'] },
  lines: [
    { sku: 'P-100', count: 2, price: 12.5 },
    { sku: 'P-204', count: 1, price: 7 },
  ],
  note: null,
}).replace('"ORDER"', '9007199254740993')

function everyType(): FakeResult {
  const types: [string, ResultColumn['type']][] = [
    ['id', 'integer'],
    ['name', 'text'],
    ['ratio', 'real'],
    ['is_late', 'boolean'],
    ['at', 'timestamp'],
    ['detail', 'json'],
    ['payload', null],
    ['note', 'text'],
  ]
  const notes = [null, '', 'line one\nline two', 'x'.repeat(900), 'NULL', 'plain']
  return {
    ...plain,
    columns: types.map(([name, type]) => ({ name, type })),
    rows: 24,
    row: (index) => [
      { i: String(9_223_372_036_854_775_807n - BigInt(index)) },
      index % 5 === 3 ? '' : `Zürich → São Paulo №${String(index)}`,
      real(index / 2),
      index % 3 === 2 ? null : index % 2,
      start - index * 86_400_000 + (index % 2) * 204,
      order.replace('P-100', `P-${String(index)}`),
      index % 4 === 1 ? null : { b: btoa(`\x00\xff\xfePenstock ${String(index)}\x1b`), n: 1200 + index * 37 },
      notes[index % notes.length] ?? null,
    ],
  }
}

function failing(error: Partial<ErrorShape>, errorOffset: number | null = null): FakeResult {
  const shape: ErrorShape = { code: 'QUERY_INVALID', message: '', details: {}, ...error }
  return { ...plain, columns: [], rows: 0, row: () => [], error: shape, errorOffset }
}

/** What a statement gives. */
export function resultOf(sql: string): FakeResult {
  if (/\bFORM\b/.test(sql)) return failing({ message: 'near "FORM": syntax error' }, sql.search(/\bFORM\b/))
  const missing = /\bFROM (nope)\b/.exec(sql)
  if (missing !== null) return failing({ message: 'no such table: nope' })
  if (/DELETE|INSERT|UPDATE/i.test(sql)) {
    return failing({ code: 'QUERY_REFUSED', message: 'DELETE changes the store, and queries only read it.' })
  }
  if (/too_long/.test(sql)) {
    return failing({ code: 'QUERY_TIME_LIMIT', message: 'Stopped after 60 s, the time limit of this run.' })
  }
  if (/WITH RECURSIVE/i.test(sql)) return { ...plain, columns: [], rows: 1, row: () => [1], rowsPerSecond: 0 }
  if (/cut_result/.test(sql)) {
    const message = 'Stopped at 1,000,000 rows, the most that this run may return.'
    return {
      ...flights(1_000_000),
      error: { code: 'QUERY_SIZE_LIMIT', message, details: {} },
      truncated: true,
    }
  }
  if (/million/.test(sql)) return flights(1_000_000, 400_000)
  if (/slow/.test(sql)) return flights(4000, 90)
  if (/no_rows/.test(sql)) return flights(0)
  if (/no_columns/.test(sql)) return { ...plain, columns: [], rows: 0, row: () => [] }
  if (/every_type/.test(sql)) return everyType()
  if (/revenue/.test(sql)) return revenue()
  if (/GROUP BY/i.test(sql)) {
    const names = ['origin', 'flights', 'average_delay'].map((name) => ({ name, type: null }))
    return {
      ...plain,
      columns: names,
      rows: 10,
      row: (index) => [airports[index] ?? '', 4200 - index * 311, real(Math.round(noise(index) * 400) / 10)],
    }
  }
  return flights(Number(/LIMIT (\d+)/i.exec(sql)?.[1] ?? 5000))
}

type Columns = SchemaView['relations'][number]['columns']

function columns(...list: string[]): Columns {
  return list.map((text) => {
    const [name = '', type = ''] = text.split(' ')
    const known = (['text', 'integer', 'real', 'boolean', 'timestamp', 'json'] as const).find(
      (one) => one === type,
    )
    return { name, type: known ?? null, sqlType: type === 'text' ? 'TEXT' : 'INTEGER' }
  })
}

const coordinates = ['_topic text', '_partition integer', '_offset integer', '_timestamp timestamp', '_ingested_at timestamp'] // prettier-ignore

/** The relations of the demo. */
export const fakeSchema: SchemaView = {
  version: 'demo-1',
  relations: [
    {
      name: 'flights',
      kind: 'table',
      rows: 300_000,
      columns: columns('at timestamp', 'origin text', 'city text', 'state text', 'destination text', 'distance integer', 'delay integer', ...coordinates), // prettier-ignore
      indexes: [],
      primaryKey: [],
    },
    {
      name: 'late_flights',
      kind: 'table',
      rows: 5_104_882,
      columns: columns('at timestamp', 'origin text', 'city text', 'destination text', 'distance integer', 'delay integer', 'severity text', ...coordinates), // prettier-ignore
      indexes: ['late_flights_at'],
      primaryKey: [],
    },
    {
      name: 'airports',
      kind: 'lookup',
      rows: 3376,
      columns: columns('iata text', 'name text', 'city text', 'state text', 'country text', 'latitude real', 'longitude real'), // prettier-ignore
      indexes: [],
      primaryKey: [],
    },
    ...[
      'sys_batches',
      'sys_dead_letters',
      'sys_events',
      'sys_lookups',
      'sys_steps',
      'sys_tables',
      'sys_topics',
    ].map((name) => ({
      name,
      kind: 'system' as const,
      rows: null,
      columns: columns('id integer', 'at timestamp', 'source text', 'records integer'),
      indexes: [],
      primaryKey: [],
    })),
  ],
}
