import { describe, expect, it } from 'vitest'
import { linkFigures, stageFigures } from '../../../../src-renderer/features/overview/graph-figures.ts'
import { graphShape } from '../../../../src-renderer/features/overview/graph-shape.ts'
import { route } from '../../../../src-renderer/state/router.svelte.ts'
import { FakeEngine, type Scenario } from '../fake-engine.ts'

function graph(scenario: Scenario): {
  stage: (id: string) => ReturnType<typeof stageFigures>
  link: (id: string) => ReturnType<typeof linkFigures>
} {
  const engine = new FakeEngine({ scenario, now: () => 1_800_000_000_000 })
  const snapshot = engine.snapshot()
  const shape = graphShape(engine.workspace)
  const stages = new Map(shape.stages.map((stage) => [stage.id, stage]))
  return {
    stage: (id) => {
      const stage = stages.get(id)
      if (stage === undefined) throw new Error(`no stage ${id}`)
      return stageFigures(stage, { workspace: engine.workspace, snapshot })
    },
    link: (id) => {
      const found = shape.links.find((link) => link.id === id)
      if (found === undefined) throw new Error(`no link ${id}`)
      return linkFigures(found, stages, snapshot)
    },
  }
}

describe('the figures of a stage', () => {
  it('say what is wrong in words, not only in colour', () => {
    const { stage } = graph('broken')
    const short = (id: string): string[] => [stage(id).tone, stage(id).status.replace(/[\d.]+\/s/, 'N/s')]
    expect(short('source:flights')).toEqual(['error', 'failed'])
    expect(stage('source:flights').detail).toBe('flights.ndjson.gz line 18,204: the gzip stream ends early')
    expect(short('source:shipments')).toEqual(['warn', 'stalled 1 min'])
    expect(short('source:payments')).toEqual(['warn', 'waiting'])
    expect(stage('source:payments').detail).toContain('The store is full')
    expect(short('step:settled_payments:priced')).toEqual(['warn', 'failing N/s'])
    expect(short('lookup:airports')).toEqual(['warn', 'old version'])
    expect(stage('lookup:airports').detail).toBe('airports.csv line 12: two rows with iata "ATL"')
    expect(short('table:shipments')).toEqual(['neutral', ''])
  })

  it('are calm and empty of claims before the first snapshot', () => {
    const { workspace } = new FakeEngine({ scenario: 'busy' })
    for (const stage of graphShape(workspace).stages) {
      const { tone, status, left } = stageFigures(stage, { workspace, snapshot: null })
      expect([tone, status]).toEqual(['neutral', ''])
      expect(left).not.toMatch(/\d/)
    }
  })

  it('lead to the page of the stage', () => {
    const { stage } = graph('busy')
    expect([
      stage('source:flights').target,
      stage('decode:flights').target,
      stage('step:late_flights:late').target,
      stage('table:late_flights').target,
      stage('dead-letters').target,
    ]).toEqual([
      route('pipelines', 'flights'),
      route('pipelines', 'flights', { step: 'decode' }),
      route('pipelines', 'late_flights', { step: 'late' }),
      route('pipelines', 'late_flights'),
      route('dead-letters'),
    ])
  })

  it('of dead letters are a fault only while new ones come', () => {
    expect(graph('busy').stage('dead-letters').tone).toBe('error')
    expect(graph('empty').stage('dead-letters').tone).toBe('neutral')
  })
})

describe('the figures of a link', () => {
  it('are what goes over it; failed records have a line only where there were some', () => {
    const { link } = graph('busy')
    const late = link('flow:step:late_flights:enriched>step:late_flights:late')
    expect(late?.perSecond).toBeGreaterThan(1000)
    expect(late?.label).toMatch(/k\/s$/)
    expect(link('lookup:lookup:airports>step:flights:enriched')).toEqual({ label: '', perSecond: null })
    expect(link('dead:decode:flights>dead-letters')?.perSecond).toBeGreaterThan(0)
    expect(link('dead:step:flights:enriched>dead-letters')).toBeNull()
  })
})
