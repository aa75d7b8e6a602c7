import { describe, expect, it } from 'vitest'
import type { AdviceFindings, AdviceRun, AdviceStatus } from '#contract/advice.ts'
import { AppError } from '#contract/errors.ts'
import { AdviceState } from '../../../../src-renderer/features/store/advice-state.svelte.ts'
import {
  adviceWords,
  askedWords,
  measuredWords,
  sampleWords,
} from '../../../../src-renderer/features/store/advice-words.ts'
import { createFakeClient } from '../fake-client.ts'

const findings: AdviceFindings = {
  statements: 12,
  considered: 12,
  scanning: 8,
  tried: 2,
  indexes: [],
  rollups: [],
}
const run: AdviceRun = { id: 'one', state: 'running', startedAt: 1000, endedAt: null, findings, error: null }
const statement = {
  sql: 'SELECT 1',
  runs: 1,
  totalMs: 5,
  beforeMs: 9,
  planBefore: [],
  afterMs: 1,
  planAfter: [],
}
const sizes = { sampledRows: 10, tableRows: 10 }
const index = {
  table: 't',
  columns: ['a'],
  yaml: 'indexes: [a]',
  reason: '',
  madeMs: 1,
  ...sizes,
  statements: [statement],
}
const rollup = {
  rollup: 'r',
  table: 't',
  columns: ['n'],
  sql: null,
  note: '',
  ...sizes,
  statement: { ...statement, afterMs: null },
}

describe('the search that is followed', () => {
  it('is begun, followed and cancelled', async () => {
    const calls: unknown[] = []
    const waiting: ((status: AdviceStatus) => void)[] = []
    const client = createFakeClient({
      advice: {
        start: async () => ({ version: 2, run }),
        watch: (input) => {
          calls.push(input)
          return new Promise((resolve) => waiting.push(resolve))
        },
        stop: async (input) => {
          calls.push(input)
          return { version: 9, run: { ...run, state: 'cancelled', endedAt: 2000 } }
        },
      },
    })
    const state = new AdviceState({ client })
    expect([state.run, state.isRunning]).toEqual([null, false])
    const stop = state.start()
    await state.search()
    expect([state.isRunning, state.run?.id]).toEqual([true, 'one'])
    waiting.shift()?.({ version: 3, run: { ...run, findings: { ...findings, tried: 3 } } })
    await expect.poll(() => state.run?.findings.tried).toBe(3)
    await state.cancel()
    expect([state.isRunning, state.run?.state]).toEqual([false, 'cancelled'])
    expect(calls).toEqual([{ after: null }, { after: 3 }, { id: 'one' }])
    stop()
  })

  it('says why it could not begin', async () => {
    const start = () => Promise.reject(new AppError('ENGINE_NOT_RUNNING', 'no workspace is open'))
    const state = new AdviceState({ client: createFakeClient({ advice: { start } }) })
    await state.search()
    expect([state.run, state.error?.code]).toEqual([null, 'ENGINE_NOT_RUNNING'])
  })
})

describe('words', () => {
  const ended = { endedAt: 5000, state: 'done' } as const
  it.each<[Partial<AdviceRun>, string, number | null]>([
    [
      { findings: { ...findings, statements: 0, scanning: 0, tried: 0 } },
      'Reading the query history and plans',
      0,
    ],
    [{}, 'Tried 2 of 8 statements', 0.25],
    [
      ended,
      '8 of 12 statements read a whole table. No index made one at least twice as fast, and no rollup holds what they compute. Took 4 s.',
      null,
    ],
    [
      { ...ended, findings: { ...findings, statements: 70, considered: 50, scanning: 0 } },
      'None of the 50 statements that took longest reads a table of this workspace from its first row to its last: there is nothing to make quicker. Took 4 s.',
      null,
    ],
    [
      { ...ended, findings: { ...findings, indexes: [index], rollups: [rollup, rollup] } },
      '8 of 12 statements read a whole table: 1 index and 2 statements that a rollup answers. Took 4 s.',
      null,
    ],
    [{ ...ended, state: 'cancelled' }, 'Cancelled after 4 s, when 2 of 8 statements had been tried.', null],
    [
      { ...ended, state: 'failed', error: { code: 'QUERY_PROCESS_LOST', message: 'it ended', details: {} } },
      'Ended after 4 s, when 2 of 8 statements had been tried: it ended',
      null,
    ],
  ])('%j', (change, text, share) => {
    expect(adviceWords({ ...run, ...change })).toMatchObject({ text, share })
  })

  it('say what was measured, and on what', () => {
    expect(sampleWords({ sampledRows: 300_000, tableRows: 5_000_000 })).toBe(
      'a sample of 300,000 of about 5,000,000 rows',
    )
    expect(sampleWords({ sampledRows: 10, tableRows: 10 })).toBe('all 10 rows')
    expect(measuredWords({ beforeMs: 8, afterMs: 2 }, true)).toBe(
      '8 ms before, 2 ms after: 4.0 times as fast',
    )
    expect(measuredWords({ beforeMs: 9, afterMs: 0.1 }, true)).toBe(
      '9 ms before, 0.1 ms after: 90 times as fast',
    )
    expect(measuredWords({ beforeMs: 500, afterMs: 0.001 }, true)).toBe(
      '500 ms before, under 0.01 ms after: over 1,000 times as fast',
    )
    expect(measuredWords({ beforeMs: 6.9, afterMs: 0.004 }, true)).toBe(
      '6.9 ms before, under 0.01 ms after: over 690 times as fast',
    )
    expect(measuredWords({ beforeMs: 8, afterMs: 20 }, false)).toBe(
      '8 ms before, on the sample; 20 ms after, on the whole rollup',
    )
    expect(measuredWords({ beforeMs: 8, afterMs: null }, true)).toBe('8 ms before')
    expect([askedWords({ runs: 1, totalMs: 5 }), askedWords({ runs: 4, totalMs: 1200 })]).toEqual([
      'ran once, 5 ms in all',
      'ran 4 times, 1.2 s in all',
    ])
  })
})
