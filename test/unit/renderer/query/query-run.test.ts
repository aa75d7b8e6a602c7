import { describe, expect, it } from 'vitest'
import { AppError } from '#contract/errors.ts'
import { QueryRun } from '../../../../src-renderer/features/query/query-run.svelte.ts'
import { ConnectionState } from '../../../../src-renderer/state/connection.svelte.ts'
import type { PenstockClient } from '../../../../src-renderer/transport/client.ts'
import { FakeClock, settle } from '../fake-clock.ts'
import { FakeLink } from '../fake-link.ts'
import { FakeQueries } from './fake-queries.ts'

const statement = { text: 'SELECT 1', start: 0, end: 8 }

function setUp(calls: Partial<PenstockClient['query']> = {}) {
  const queries = new FakeQueries(calls)
  const link = new FakeLink()
  const clock = new FakeClock()
  const ports = { client: queries.client, connection: new ConnectionState(link), clock }
  const run = new QueryRun({ statement, timeLimitMs: 60_000, startedAt: 0 }, ports)
  const begin = async (): Promise<void> => {
    await run.start()
    void run.follow()
    await settle()
  }
  return { queries, link, clock, run, begin }
}

describe('a run', () => {
  it('is followed from its start to its end', async () => {
    const { queries, run, begin } = setUp()
    expect(run.state).toBe('starting')
    await begin()
    expect(run.state).toBe('queued')
    queries.set('q1', { state: 'running', rows: 40 })
    await settle()
    expect([run.state, run.status?.rows, run.isActive]).toEqual(['running', 40, true])
    queries.set('q1', { state: 'done', rows: 50, elapsedMs: 6 })
    await settle()
    expect([run.state, run.status?.rows, run.isActive]).toEqual(['done', 50, false])
  })

  it('keeps the words of a statement that failed', async () => {
    const { queries, run, begin } = setUp()
    await begin()
    const error = { code: 'QUERY_INVALID' as const, message: 'near "FORM": syntax error', details: {} }
    queries.set('q1', { state: 'failed', error, errorOffset: 9 })
    await settle()
    expect([run.state, run.status?.error, run.fault]).toEqual(['failed', error, null])
  })

  it('says why it could not be started', async () => {
    const { run, begin } = setUp({
      start: () => Promise.reject(new AppError('QUERY_QUEUE_FULL', '64 statements wait already.')),
    })
    await begin()
    expect([run.state, run.fault?.code, run.isActive]).toEqual(['lost', 'QUERY_QUEUE_FULL', false])
  })

  it('is cancelled at once', async () => {
    const { queries, run, begin } = setUp()
    await begin()
    await run.cancel()
    expect([run.state, run.isCancelling, queries.calls]).toEqual([
      'cancelled',
      false,
      ['start SELECT 1', 'cancel q1'],
    ])
  })

  it('is cancelled as soon as it is confirmed, when that was asked for before', async () => {
    const { queries, run } = setUp()
    const started = run.start()
    await run.cancel()
    expect(run.isCancelling).toBe(true)
    await started
    await run.follow()
    expect([run.state, queries.calls]).toEqual(['cancelled', ['start SELECT 1', 'cancel q1']])
  })

  it('may be cancelled again where the cancel did not get through', async () => {
    let tries = 0
    const { queries, run, begin } = setUp({
      cancel: async ({ id }) => {
        tries += 1
        if (tries === 1) throw new AppError('CONNECTION_LOST', 'cut')
        queries.set(id, { state: 'cancelled' })
        return { ...run.status!, version: 99, state: 'cancelled' }
      },
    })
    await begin()
    void run.cancel()
    await settle()
    expect([run.isCancelling, run.state]).toEqual([false, 'queued'])
    await run.cancel()
    expect(run.state).toBe('cancelled')
  })

  it('is not lost with the connection: it says so and picks up again', async () => {
    const { queries, link, run, begin } = setUp()
    await begin()
    queries.set('q1', { state: 'running', rows: 10 })
    await settle()
    link.set({ kind: 'cut', sinceMs: 0, retryAtMs: 1, attempts: 1 })
    queries.cut()
    await settle()
    expect([run.isCut, run.state, run.status?.rows]).toEqual([true, 'running', 10])
    queries.set('q1', { state: 'done', rows: 20 })
    link.set({ kind: 'open', sinceMs: 1 })
    await settle()
    expect([run.isCut, run.state, run.status?.rows]).toEqual([false, 'done', 20])
  })

  it('tries again after a while where the engine was too busy to answer', async () => {
    let tries = 0
    const queries = new FakeQueries()
    const { clock, run, begin } = setUp({
      watch: (request, options) => {
        tries += 1
        return tries === 1
          ? Promise.reject(new AppError('TOO_MANY_CALLS', 'busy'))
          : queries.client.query.watch(request, options)
      },
    })
    queries.set('q1', { state: 'done' })
    await begin()
    expect(run.state).toBe('starting')
    await clock.advance(1000)
    expect(run.state).toBe('done')
  })

  it('is lost where the engine does not know it any more', async () => {
    const { queries, run, begin } = setUp()
    await begin()
    queries.forget('q1')
    queries.cut()
    await settle()
    const { run: resumed } = setUp()
    await resumed.resume('q9')
    expect([resumed.state, resumed.fault?.code]).toEqual(['lost', 'RESULT_GONE'])
    expect(run.isActive).toBe(true)
  })

  it('is closed at the engine, once, and is not followed from then on', async () => {
    const { queries, run, begin } = setUp()
    await begin()
    await run.close()
    await run.close()
    queries.set('q1', { state: 'done' })
    await settle()
    expect([run.state, queries.calls]).toEqual(['queued', ['start SELECT 1', 'close q1']])
  })

  it('is closed at the engine also when that was asked for before it was confirmed', async () => {
    const { queries, run } = setUp()
    const started = run.start()
    await run.close()
    await started
    expect(queries.calls).toEqual(['start SELECT 1', 'close q1'])
  })

  it('ignores an older word that comes late', async () => {
    const { queries, run, begin } = setUp()
    await begin()
    queries.set('q1', { state: 'done', version: 7, rows: 3 })
    await settle()
    queries.set('q1', { state: 'running', version: 2 })
    await settle()
    expect([run.state, run.status?.rows]).toEqual(['done', 3])
  })
})
