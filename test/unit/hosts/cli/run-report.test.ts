import { expect, it } from 'vitest'
import type { LiveRollup, LiveSnapshot, LiveSource, LiveTable } from '#contract/live.ts'
import { isFinished, statisticsJson, statisticsLine } from '../../../../src-main/hosts/cli/run-report.ts'
import { emptySnapshot } from '../fake-engine.ts'

const source = (name: string, state: LiveSource['state']): LiveSource => ({
  name,
  topic: name,
  state,
  reason: '',
  records: 1234,
  bytes: 1,
  dead: 2,
  recordsPerSecond: 2000.4,
  bytesPerSecond: 1,
  deadPerSecond: 0,
  lastRecordAt: null,
  progress: null,
  lag: null,
  positions: [],
  gapRecords: 0,
  eventTime: null,
  decodeMs: 1,
  spark: [1, null],
})
const table: LiveTable = {
  name: 'late',
  source: 'flights',
  rows: 99,
  landed: 99,
  updated: 0,
  deleted: 0,
  stale: 0,
  duplicates: 0,
  evicted: 0,
  bytes: 4096,
  rowsPerSecond: 1,
  oldestAt: null,
  newestAt: null,
  spark: [1],
}
const rollup = (name: string, problem: string): LiveRollup => ({
  name,
  from: 'late',
  rows: 9,
  behind: 0,
  groups: 1,
  untimed: 0,
  missed: 0,
  evicted: 0,
  oldestAt: null,
  newestAt: null,
  problem,
  rowsPerSecond: 1,
  spark: [1],
})
const backfill = (problem: string): LiveSnapshot['backfills'][number] => ({
  ...{ table: 'new', source: 'a', columns: [], records: 5, total: 9, rows: 5, problem },
})
const snapshot = (sources: LiveSource[], change: Partial<LiveSnapshot> = {}): LiveSnapshot => ({
  ...emptySnapshot(),
  state: 'running',
  sources,
  tables: [table],
  deadLetters: { total: 2, kept: 2, lastMinute: 2 },
  latency: { p50: 40, p99: 84.4, max: 90 },
  ...change,
})

it('says state, rates, rows, dead letters and latency in one line', () => {
  expect(statisticsLine(snapshot([source('flights', 'running'), source('other', 'ended')]))).toBe(
    '22:13:20  running  flights 2,000/s, 1,234 records  other ended, 1,234 records  late 99 rows  2 dead  p99 84 ms',
  )
})

it('says why the state is not running, and that a latency is not known', () => {
  const text = statisticsLine(
    snapshot([], { state: 'waiting', reason: 'disk full', latency: { p50: null, p99: null, max: null } }),
  )
  expect(text).toContain('waiting (disk full)')
  expect(text).toContain('p99 –')
})

it('says why a source does not run, and which rollup is not kept up to date', () => {
  const failed = { ...source('users', 'failed'), reason: 'mask_key: the environment variable MK is not set' }
  const text = statisticsLine(
    snapshot([failed], { rollups: [rollup('sound', ''), rollup('hours', 'integer overflow')] }),
  )
  expect(text).toContain('users failed (mask_key: the environment variable MK is not set), 1,234 records')
  expect(text).toContain('rollup hours is not kept up to date (integer overflow)')
  expect(text).not.toContain('sound')
  const ended = { ...source('users', 'ended'), reason: 'the capture has been read to its end' }
  expect(statisticsLine(snapshot([ended]))).toContain('users ended, 1,234 records')
})

it('writes one line of JSON without the series for charts', () => {
  const text = statisticsJson(snapshot([source('flights', 'running')], { rollups: [rollup('hours', '')] }))
  expect(text).not.toMatch(/spark|\n/u)
  expect(JSON.parse(text)).toMatchObject({
    state: 'running',
    tables: [{ name: 'late', rows: 99 }],
    rollups: [{ name: 'hours', groups: 1 }],
  })
})

it.each([
  ['all have ended', snapshot([source('a', 'ended'), source('b', 'ended')]), true],
  ['one still runs', snapshot([source('a', 'ended'), source('b', 'running')]), false],
  ['one waits for its file', snapshot([source('a', 'failed')]), false],
  ['the store is full', snapshot([source('a', 'ended')], { state: 'waiting' }), false],
  ['the engine still starts', snapshot([source('a', 'ended')], { state: 'starting' }), false],
  ['a table is still filled', snapshot([source('a', 'ended')], { backfills: [backfill('')] }), false],
  [
    'what fills a table cannot go on',
    snapshot([source('a', 'ended')], { backfills: [backfill('no file')] }),
    true,
  ],
  [
    'a rollup is still made',
    snapshot([source('a', 'ended')], { rollups: [{ ...rollup('hours', ''), behind: 1 }] }),
    false,
  ],
  [
    'a rollup is not kept up to date any more',
    snapshot([source('a', 'ended')], { rollups: [{ ...rollup('hours', 'integer overflow'), behind: 1 }] }),
    true,
  ],
])(
  'is finished only when every source has ended, and what they fill is whole: %s',
  (_name, value, expected) => {
    expect(isFinished(value)).toBe(expected)
  },
)
