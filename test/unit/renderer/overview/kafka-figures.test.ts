import { describe, expect, it } from 'vitest'
import type { LiveSource } from '#contract/live.ts'
import { stageFigures } from '../../../../src-renderer/features/overview/graph-figures.ts'
import { lagWords } from '../../../../src-renderer/features/overview/metric-words.ts'
import { lagOf } from '../../../../src-renderer/state/reading.ts'
import { FakeEngine, type Scenario } from '../fake-engine.ts'

function source(scenario: Scenario, name: string): ReturnType<typeof stageFigures> {
  const engine = new FakeEngine({ scenario })
  const stage = { kind: 'source' as const, id: `source:${name}`, source: name }
  return stageFigures(stage, { workspace: engine.workspace, snapshot: engine.snapshot() })
}

function anySource(): LiveSource {
  const [first] = new FakeEngine({ scenario: 'kafka' }).snapshot().sources
  if (first === undefined) throw new Error('the scenario has no source')
  return first
}

describe('a source that reads a cluster', () => {
  it('says which connection, and its lag instead of its bytes', () => {
    const figures = source('kafka', 'orders')
    expect([figures.caption, figures.right, figures.tone, figures.status]).toEqual([
      'kafka · orders-cluster',
      'lag 1.2k',
      'neutral',
      '',
    ])
    expect(figures.detail).toBe('1,204 records to read, the oldest 52 ms old')
  })

  it('says that it waits, and why, before that it missed records', () => {
    const figures = source('kafka-broken', 'orders')
    expect([figures.tone, figures.status]).toEqual(['warn', 'waiting'])
    expect(figures.detail.split('\n')).toEqual([
      'The connection orders-cluster waits: the password of user "penstock" was refused.',
      '412,300 records to read, the oldest 2.3 min old',
      '18,204 records were no longer in the log when they were wanted',
    ])
  })

  it('says that it missed records, however well it goes now', () => {
    const figures = source('kafka-broken', 'payments')
    expect([figures.tone, figures.status]).toEqual(['warn', '18.2k missed'])
  })

  it('claims nothing of a lag that is not known', () => {
    expect(source('kafka-empty', 'orders').right).toBe('')
  })

  it('claims nothing of it while the cluster does not answer', () => {
    expect(source('kafka-broken', 'orders').right).toBe('')
    expect(lagOf([{ ...anySource(), state: 'waiting', lag: { records: 0, ms: 0 } }])).toBeNull()
  })
})

describe('the words of the lag', () => {
  it.each([
    [{ records: 0, ms: 0 }, 0, 'everything was read'],
    [{ records: 1, ms: 4 }, 0, '1 record'],
    [{ records: 1204, ms: 52 }, 0, '1.2k records'],
    [{ records: 1204, ms: 52 }, 18_204, '1.2k records · 18.2k missed ·'],
  ])('%j with %d missed are "%s"', (lag, missed, expected) => {
    expect(lagWords(lag, missed)).toBe(expected)
  })
})
