import { expect, it } from 'vitest'
import { stageFigures } from '../../../../src-renderer/features/overview/graph-figures.ts'
import { FakeEngine } from '../fake-engine.ts'

const now = Date.UTC(2026, 10, 25, 12, 30)
const engine = new FakeEngine({ scenario: 'filling', now: () => now })
const { workspace } = engine
const snapshot = engine.snapshot()
const figures = (table: string, backfills = snapshot.backfills) =>
  stageFigures(
    { kind: 'table', id: `table:${table}`, table, source: 'flights' },
    { workspace, snapshot: { ...snapshot, backfills } },
  )

it('a table that is being filled says so, and how far it is, before what it holds', () => {
  const { tone, status, detail } = figures('late_flights')
  expect([tone, status]).toEqual(['warn', 'filling 27 %'])
  expect(detail).toMatch(
    /^Filling the table from the records that flights had read before: 1,080,000 of about 4,000,000 records\.\n[\d,]+ rows, /u,
  )
})

it('a table whose filling waits says what for', () => {
  const { tone, status, detail } = figures('flights')
  expect([tone, status]).toEqual(['warn', 'filling waits'])
  expect(detail.split('\n')[1]).toBe('It waits: kafka-1.internal:9093 does not answer')
})

it('a whole table is calm', () => {
  const { tone, status, detail } = figures('flights', [])
  expect([tone, status]).toEqual(['neutral', ''])
  expect(detail).toMatch(/^[\d,]+ rows, /u)
})
