import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BatchRow } from '#contract/statistics.ts'
import { markValue, textOfBase64 } from '../../../../src-renderer/features/pipelines/failed-value.ts'
import {
  type Measure,
  measureFigure,
  measureValue,
} from '../../../../src-renderer/features/pipelines/measures.ts'
import { offsetCount, offsetsLine, offsetsList } from '../../../../src-renderer/features/pipelines/offsets.ts'
import { scaleMs } from '../../../../src-renderer/features/pipelines/phases.ts'
import { retentionWords } from '../../../../src-renderer/state/table-retention.ts'
import { oneLine, stepRows } from '../../../../src-renderer/features/pipelines/step-rows.ts'
import { tableStatus, tableSummaries } from '../../../../src-renderer/features/pipelines/table-summary.ts'
import { FakeEngine } from '../fake-engine.ts'

describe('the value that failed', () => {
  const record = '{"date":"2001/01/10","delay" : "thr\\"ee","n":{"qty":-3.5e1}}'
  it.each([
    ['$.delay', '"thr\\"ee"'],
    ['$["delay"]', '"thr\\"ee"'],
    ['$.n.qty', '-3.5e1'],
    ['$.absent', ''],
    ['$', ''],
    [null, ''],
  ])('at %s is marked in the record', (path, expected) => {
    const { before, marked, after } = markValue(record, path)
    expect([marked, before + marked + after]).toEqual([expected, record])
  })

  it('is shown with its surroundings where the record is long', () => {
    const { before, marked, after } = markValue(
      `{"a":"${'x'.repeat(5000)}","b":7,"c":"${'y'.repeat(5000)}"}`,
      '$.b',
    )
    expect(marked).toBe('7')
    expect([before.length, after.length]).toEqual([301, 301])
    expect(before.startsWith('…') && after.endsWith('…')).toBe(true)
  })

  it('is looked for in anything without a fault', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, path) => {
        const { before, marked, after } = markValue(text, path)
        expect(before + marked + after).toBe(text)
      }),
    )
  })

  it('is read from bytes that need not be text', () => {
    expect(textOfBase64(btoa('{"a":"\xc3\xa9"}'))).toBe('{"a":"é"}')
    expect(textOfBase64(btoa('\xff\xfe'))).toBe('\ufffd\ufffd')
    expect(textOfBase64('')).toBe('')
  })
})

describe('offsets', () => {
  const positions = [
    { topic: 'flights', partition: 0, from: '9223372036854775000', to: '9223372036854775807' },
    { topic: 'flights', partition: 1, from: '5', to: '6' },
  ]
  it('lose nothing of their 64 bits', () => {
    expect(positions.map(offsetCount)).toEqual([807n, 1n])
    expect(offsetsLine(positions)).toBe('0: 9,223,372,036,854,775,000 +807 · 1: 5 +1')
    expect(offsetsList(positions)).toBe(
      'flights[0] 9,223,372,036,854,775,000 to 9,223,372,036,854,775,807 (exclusive)\nflights[1] 5 to 6 (exclusive)',
    )
  })
})

describe('the scale of phases', () => {
  const [row] = new FakeEngine({ scenario: 'busy' }).batches({ limit: 1 })
  const taking = (decodeMs: number): BatchRow => {
    if (row === undefined) throw new Error('no batch')
    return { ...row, decodeMs, loadMs: 0, stepsMs: 0, commitMs: 0 }
  }

  it('is that of the usual batches, not of the one that took long', () => {
    const usual = Array.from({ length: 40 }, () => taking(8))
    expect([scaleMs([...usual, taking(900)]), scaleMs([taking(900)]), scaleMs([])]).toEqual([8, 900, 1])
  })
})

describe('a measure', () => {
  const measure = (change: Partial<Measure>): Measure => ({
    name: 'batchDuration',
    unit: 'ms',
    values: [1, 2, null, 8.2, null],
    histogram: { edges: [], counts: [] },
    ...change,
  })
  const at = [10, 20, 30, 40, 50]

  it('is its newest value, or the one under the pointer, also where that is a gap', () => {
    expect([measureValue(measure({}), at, null), measureValue(measure({}), at, 20)]).toEqual([8.2, 2])
    expect(measureValue(measure({}), at, 30)).toBeNull()
  })

  it('that is old is not shown as new', () => {
    expect(measureValue(measure({ values: [5, 6, null, null, null] }), at, null)).toBeNull()
  })

  it('that counts is the sum of the period', () => {
    const dead = measure({ name: 'dead', unit: 'records', values: [1, 0, null, 3, 0] })
    expect([measureValue(dead, at, null), measureValue(dead, at, 40)]).toEqual([4, 3])
    expect(measureValue({ ...dead, values: [null] }, at, null)).toBeNull()
  })

  it('reads with its unit', () => {
    expect(measureFigure(measure({}), 8.2)).toEqual({ value: '8.2', unit: 'ms' })
    expect(measureFigure(measure({ name: 'latencyP99' }), 84)).toEqual({ value: '84', unit: 'ms p99' })
    expect(measureFigure(measure({ name: 'inputRate', unit: 'records/s' }), 24_118)).toEqual({
      value: '24,118',
      unit: 'rec/s',
    })
    expect(measureFigure(measure({}), null)).toEqual({ value: '–', unit: '' })
  })
})

describe('the rows of steps', () => {
  const engine = new FakeEngine({ scenario: 'busy', now: () => 1_800_000_000_000 })
  const table = engine.workspace.tables[1]
  if (table === undefined) throw new Error('no table')

  it('run from decoding to landing, and their shares of time make a whole', () => {
    const rows = stepRows(table, engine.workspace, engine.snapshot())
    expect(rows.map(({ name }) => name)).toEqual(['decode', 'enriched', 'late', 'land'])
    expect(rows.reduce((sum, { share }) => sum + (share ?? 0), 0)).toBeCloseTo(1)
    const [decode, enriched, , land] = rows
    expect(decode?.rowsOut).toBe((decode?.rowsIn ?? 0) - (decode?.failed ?? 0))
    expect(enriched?.filtered).toBe(0)
    expect(land?.share).toBeNull()
  })

  it('say in decoding what is masked', () => {
    const words = (masks: (typeof engine.workspace.sources)[number]['masks']): string | undefined => {
      const sources = engine.workspace.sources.map((source) => ({ ...source, masks }))
      return stepRows(table, { ...engine.workspace, sources }, null)[0]?.sql
    }
    expect(words([])).toMatch(/^json · \d+ columns$/)
    expect(
      words([
        { what: '$.email', mask: 'hash' },
        { what: 'key', mask: 'drop' },
      ]),
    ).toMatch(/ columns · masked: \$\.email \(hash\), key \(drop\)$/)
  })

  it('claim nothing before the first snapshot', () => {
    const rows = stepRows(table, engine.workspace, null)
    for (const { rowsIn, rowsOut, filtered, failed, share } of rows)
      expect([rowsIn, rowsOut, filtered, failed, share]).toEqual([null, null, null, null, null])
  })

  it('show SQL on one line', () => {
    expect(oneLine('\n SELECT *\n\tFROM x ')).toBe('SELECT * FROM x')
  })
})

describe('the state of a table', () => {
  const broken = new FakeEngine({ scenario: 'broken' }).snapshot()
  it('is that of its source, of the engine, or of a step that fails', () => {
    expect(tableStatus('flights', broken).word).toBe('failed')
    expect(tableStatus('settled_payments', broken).word).toBe('waiting')
    expect(tableStatus('settled_payments', { ...broken, state: 'running' }).word).toBe('priced failing')
    expect(tableStatus('shipments', { ...broken, state: 'running' }).word).toMatch(/^stalled/)
    expect(tableStatus('flights', new FakeEngine({ scenario: 'busy' }).snapshot()).word).toBe('running')
    expect([tableStatus('no such', broken).word, tableStatus('flights', null).word]).toEqual([
      'unknown',
      'unknown',
    ])
  })

  it('is listed for every table that is declared', () => {
    const { workspace } = new FakeEngine({ scenario: 'many' })
    expect(tableSummaries(workspace, null).map(({ name, failed }) => [name, failed])).toEqual(
      workspace.tables.map(({ name }) => [name, null]),
    )
  })
})

describe('how long rows are kept', () => {
  it.each([
    [{ retainRows: null, retainBytes: null, retainAgeMs: null }, 'all rows'],
    [{ retainRows: 300_000, retainBytes: null, retainAgeMs: null }, '300k rows'],
    [{ retainRows: 5_000_000, retainBytes: null, retainAgeMs: 86_400_000 }, '5M rows, 1 d'],
    [{ retainRows: null, retainBytes: 2_000_000_000, retainAgeMs: 90_000 }, '2 GB, 90 s'],
  ])('%j is %s', (retention, expected) => {
    expect(retentionWords(retention)).toBe(expected)
  })
})
