import { expect, test } from 'vitest'
import { lossesOf } from '../../../src-main/workspace/losses.ts'
import { rollup, source, step, table, workspace } from '../../support/workspaces.ts'
import type { Rollup, Workspace } from '../../../src-main/workspace/model.ts'

const hourly = { window: { everyMs: 3_600_000, overMs: null, on: 'at', zone: null } }
const daily = { window: { everyMs: 86_400_000, overMs: null, on: 'window_start', zone: null } }
const hours = rollup('hours', 't', { n: 'count(*)' }, hourly)
const days = rollup('days', 'hours', { n: 'n' }, daily)
const ever = rollup('ever', 'days', { n: 'n' })
const anew = (name: string, held: string): string => `rollup ${name} is made anew, from ${held} still holds`

function withRollups(...rollups: Rollup[]): Workspace {
  return workspace('/w', {
    sources: [source('s', 's.ndjson', [])],
    tables: [table('t', 's', [step('all', 'SELECT * FROM input')])],
    rollups,
  })
}

test('what is made of a rollup that is made anew is made anew, too', () => {
  const changed = { ...hours, by: ['city'] }
  expect(lossesOf(withRollups(hours, days, ever), withRollups(changed, days, ever))).toEqual([
    anew('hours', 'the rows that its table'),
    anew('days', 'what hours'),
    anew('ever', 'what days'),
  ])
})

test('how long windows are kept, and where they stand in the file, is no other rollup', () => {
  const position = { line: 9, column: 9 }
  const moved = { ...hours, retainAgeMs: null, position, places: { from: position } }
  expect(lossesOf(withRollups({ ...hours, retainAgeMs: 5 }, days), withRollups(moved, days))).toEqual([])
})
