import { describe, expect, it } from 'vitest'
import { linkFigures, stageFigures } from '../../../../src-renderer/features/overview/graph-figures.ts'
import { columnsOf, graphLayout } from '../../../../src-renderer/features/overview/graph-layout.ts'
import { graphShape } from '../../../../src-renderer/features/overview/graph-shape.ts'
import { route } from '../../../../src-renderer/state/router.svelte.ts'
import { FakeEngine } from '../fake-engine.ts'

const engine = new FakeEngine({ scenario: 'rollups', now: () => Date.UTC(2026, 10, 25, 12, 30) })
const { workspace } = engine
const snapshot = engine.snapshot()
const shape = graphShape(workspace)
const stages = new Map(shape.stages.map((stage) => [stage.id, stage]))

function figures(id: string) {
  const stage = stages.get(id)
  if (stage === undefined) throw new Error(`no stage ${id}`)
  return stageFigures(stage, { workspace, snapshot })
}

describe('rollups in the graph', () => {
  it('follow the table or the rollup that they are made from', () => {
    const links = shape.links.filter(({ to }) => to.startsWith('rollup:')).map(({ from, to }) => [from, to])
    expect(links).toEqual([
      ['table:late_flights', 'rollup:delays_by_hour'],
      ['rollup:delays_by_hour', 'rollup:delays_by_day'],
      ['table:flights', 'rollup:busiest_routes'],
      ['table:flights', 'rollup:airport_totals'],
    ])
  })

  it('stand to the right of their table, in its lane, apart from each other', () => {
    const columns = columnsOf(shape)
    const table = columns.get('table:flights') ?? 0
    const of = (name: string): number => (columns.get(`rollup:${name}`) ?? 0) - table
    expect(['busiest_routes', 'airport_totals', 'delays_by_hour', 'delays_by_day'].map(of)).toEqual([
      1, 1, 1, 2,
    ])
    expect(columns.get('dead-letters')).toBe(table)
    const places = [...graphLayout(shape).values()].map(({ x, y }) => `${String(x)} ${String(y)}`)
    expect(new Set(places).size).toBe(places.length)
    const row = (id: string): number => graphLayout(shape).get(id)?.y ?? -1
    expect(row('rollup:busiest_routes')).toBe(row('table:flights'))
    expect(row('rollup:airport_totals')).toBeLessThan(row('table:late_flights'))
    expect(row('rollup:delays_by_day')).toBe(row('rollup:delays_by_hour'))
  })

  it('say their windows, what is in none, and what has gone', () => {
    const { tone, status, caption, right, detail } = figures('rollup:delays_by_hour')
    expect([tone, status, caption, right]).toEqual(['neutral', '', 'rollup', '18.2k groups'])
    expect(detail.split('\n')).toEqual([
      'Window: 1 h by at, Europe/Zurich',
      '18,204 groups, windows from 2026-09-06 12:00 to 2026-11-25 12:00 UTC',
      '12 rows without event time, in no window',
      '3 rows of windows that were no longer kept',
      '410 groups evicted',
    ])
  })

  it('say that they catch up, or why they are not kept up to date', () => {
    const behind = figures('rollup:busiest_routes')
    expect([behind.tone, behind.status]).toEqual(['warn', 'catching up'])
    expect(behind.detail).toMatch(
      /^Catching up, 12,000 rows behind\.\nWindow: sliding 1 h every 5 min by at, UTC/,
    )
    const failed = figures('rollup:airport_totals')
    expect([failed.tone, failed.status]).toEqual(['error', 'failed'])
    expect(failed.detail).toMatch(
      /^Not kept up to date: integer overflow in sum\(distance\)\nWindow: all time\n18,204 groups$/,
    )
  })

  it('open the pipeline of their table at themselves', () => {
    expect(figures('rollup:delays_by_day').target).toEqual(
      route('pipelines', 'late_flights', { rollup: 'delays_by_day' }),
    )
  })

  it('take in what their link says', () => {
    const link = shape.links.find(({ to }) => to === 'rollup:delays_by_hour')
    if (link === undefined) throw new Error('no link')
    const rate = snapshot.rollups.find(({ name }) => name === 'delays_by_hour')?.rowsPerSecond
    expect(linkFigures(link, stages, snapshot)?.perSecond).toBe(rate)
    expect(rate).toBeGreaterThan(0)
  })

  it('claim nothing before the first snapshot', () => {
    for (const stage of shape.stages.filter(({ kind }) => kind === 'rollup')) {
      const { tone, status, left, right } = stageFigures(stage, { workspace, snapshot: null })
      expect([tone, status, left, right]).toEqual(['neutral', '', '–', ''])
    }
  })
})

describe('a source with event time', () => {
  it('warns of records that were too late, and tells of late ones quietly', () => {
    const source = figures('source:flights')
    expect([source.tone, source.status]).toEqual(['warn', '41 too late'])
    expect(source.detail.split('\n').slice(1)).toEqual([
      '1,204 records came late',
      '41 records came later than is allowed',
      '2 records of the future',
    ])
  })

  it('is calm where records only came late', () => {
    const sources = snapshot.sources.map((source) => ({
      ...source,
      eventTime: { newestAt: 1, watermarkAt: null, late: 7, tooLate: 0, ahead: 0 },
    }))
    const stage = stages.get('source:flights')
    if (stage === undefined) throw new Error('no source')
    const { tone, status, detail } = stageFigures(stage, { workspace, snapshot: { ...snapshot, sources } })
    expect([tone, status, detail.split('\n')[1]]).toEqual(['neutral', '', '7 records came late'])
  })
})
