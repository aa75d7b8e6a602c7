import { describe, expect, it } from 'vitest'
import { AppError } from '#contract/errors.ts'
import type { HistoryEntry } from '#contract/query.ts'
import { Workbench } from '../../../../src-renderer/features/query/workbench.svelte.ts'
import { ConnectionState } from '../../../../src-renderer/state/connection.svelte.ts'
import { memoryPreferences } from '../../../../src-renderer/state/preferences.ts'
import type { PenstockClient } from '../../../../src-renderer/transport/client.ts'
import { FakeClock, settle } from '../fake-clock.ts'
import { FakeLink } from '../fake-link.ts'
import { FakeQueries } from './fake-queries.ts'
import { MemoryStorage } from './memory-storage.ts'

const statement = { text: 'SELECT 1', start: 0, end: 8 }

function setUp(calls: Partial<PenstockClient['query']> = {}, storage = new MemoryStorage()) {
  const queries = new FakeQueries(calls)
  const clock = new FakeClock()
  const preferences = memoryPreferences()
  const make = (): Workbench => {
    let next = 0
    return new Workbench({
      client: queries.client,
      connection: new ConnectionState(new FakeLink()),
      clock,
      preferences,
      storage,
      newId: () => `tab${String(storage.keys().length)}-${String(next++)}`,
    })
  }
  return { queries, clock, make, workbench: make() }
}

describe('the workbench', () => {
  it('closes the result before when a tab runs again, and that of a tab that is closed', async () => {
    const { queries, workbench } = setUp()
    const { active } = workbench.tabs
    void workbench.run(statement)
    await settle()
    void workbench.run(statement)
    await settle()
    workbench.closeTab(active.id)
    await settle()
    expect(queries.calls).toEqual(['start SELECT 1', 'close q1', 'start SELECT 1', 'close q2'])
  })

  it('asks once a statement has ended well for a rollup that holds it, and puts that away', async () => {
    const { queries, workbench } = setUp()
    const asked: unknown[] = []
    const hint = { rollup: 'hours', table: 'flights', columns: ['flights'], sql: 'SELECT 2', note: '' }
    queries.client.advice.rollupFor = async (input) => {
      asked.push(input)
      return { hint }
    }
    const { active } = workbench.tabs
    void workbench.run(statement)
    await settle()
    expect(asked).toEqual([])
    queries.set('q1', { state: 'done', elapsedMs: 7 })
    await settle()
    expect(asked).toEqual([{ sql: 'SELECT 1', elapsedMs: 7 }])
    expect([active.run?.hint, active.text]).toEqual([hint, ''])
    active.run?.putHintAway()
    expect(active.run?.hint).toBeNull()
    void workbench.run(statement)
    await settle()
    queries.set('q2', { state: 'failed' })
    await settle()
    expect([asked.length, active.run?.hint]).toEqual([1, null])
  })

  it('shows a result all the same where a rollup cannot be asked for', async () => {
    const { queries, workbench } = setUp()
    void workbench.run(statement)
    await settle()
    queries.set('q1', { state: 'done', rows: 1 })
    await settle()
    const { run } = workbench.tabs.active
    expect([run?.state, run?.hint]).toEqual(['done', null])
  })

  it('finds a running statement again after the page was loaded anew', async () => {
    const { queries, make, workbench } = setUp()
    workbench.tabs.edit(workbench.tabs.active.id, 'SELECT 1')
    void workbench.run(statement)
    await settle()
    queries.set('q1', { state: 'running', rows: 5 })
    const again = make()
    await settle()
    const { run } = again.tabs.active
    expect([run?.state, run?.status?.rows, run?.request.statement]).toEqual(['running', 5, statement])
  })

  it('forgets a result that the engine no longer has, and keeps the text', async () => {
    const { queries, make, workbench } = setUp()
    workbench.tabs.edit(workbench.tabs.active.id, 'SELECT 1')
    void workbench.run(statement)
    await settle()
    queries.forget('q1')
    const again = make()
    await settle()
    expect([again.tabs.active.run, again.tabs.active.text]).toEqual([null, 'SELECT 1'])
  })

  it('names the fault to underline only where the statement itself is wrong', async () => {
    const { queries, workbench } = setUp()
    const { active } = workbench.tabs
    void workbench.run(statement)
    await settle()
    expect(workbench.faultOf(active)).toBeNull()
    const error = { code: 'QUERY_INVALID' as const, message: 'no such table: x', details: {} }
    queries.set('q1', { state: 'failed', error, errorOffset: 3 })
    await settle()
    expect(workbench.faultOf(active)).toEqual({ statement, message: 'no such table: x', offset: 3 })
    queries.set('q1', { error: { ...error, code: 'QUERY_TIME_LIMIT' } })
    void workbench.run(statement)
    await settle()
    queries.set('q2', { state: 'failed', error: { ...error, code: 'QUERY_TIME_LIMIT' } })
    await settle()
    expect(workbench.faultOf(active)).toBeNull()
  })

  it('opens a statement in an empty tab, else in one of its own', () => {
    const { workbench } = setUp()
    workbench.open('SELECT 1')
    workbench.open('SELECT 2')
    expect(workbench.tabs.list.map((tab) => tab.text)).toEqual(['SELECT 1', 'SELECT 2'])
  })

  it('remembers the time limit, and sends it', async () => {
    const sent: unknown[] = []
    const { make, workbench } = setUp({
      start: (request) => {
        sent.push(request)
        return Promise.reject(new AppError('ENGINE_NOT_RUNNING', 'stopped'))
      },
    })
    workbench.timeLimitMs = 300_000
    const again = make()
    await again.run(statement)
    expect(sent).toEqual([{ sql: 'SELECT 1', timeLimitMs: 300_000 }])
  })
})

describe('history', () => {
  const entry: HistoryEntry = {
    id: 1,
    sql: 'SELECT 1',
    at: 0,
    durationMs: 3,
    rows: 1,
    state: 'done',
    error: null,
  }

  it('is searched by the engine a moment after typing, and only the last answer counts', async () => {
    const asked: string[] = []
    const { clock, workbench } = setUp({
      history: async ({ search }) => {
        asked.push(search)
        return { entries: [{ ...entry, sql: search }] }
      },
    })
    const { history } = workbench
    history.search = 'a'
    history.search = ' ab '
    await clock.advance(200)
    expect([asked, history.entries?.[0]?.sql]).toEqual([['ab'], 'ab'])
  })

  it('says why it could not be read and keeps what is shown', async () => {
    let isDown = false
    const { workbench } = setUp({
      history: () =>
        isDown ? Promise.reject(new AppError('INTERNAL', 'disk')) : Promise.resolve({ entries: [entry] }),
    })
    await workbench.history.load()
    isDown = true
    await workbench.history.load()
    expect([workbench.history.entries, workbench.history.error?.message]).toEqual([[entry], 'disk'])
  })
})
