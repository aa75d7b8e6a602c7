/** The engine's life from outside: stopped while it starts or recovers, crashed again and again, paused meanwhile. */
import { once } from 'node:events'
import type { Transferable } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import type { Engine } from '../../src-main/engine/engine-api.ts'
import type { EngineThread } from '../../src-main/engine/threads/engine-thread.ts'
import { capture, readStore, testBench, untilEnded, untilLive } from '../support/engines.ts'
import { column, source, step, table, workspace } from '../support/workspaces.ts'

const bench = testBench()
const count = 200

interface Watched {
  engine: Engine
  /** Every thread that was ever started, and those that have not ended. */
  threads: EngineThread[]
  alive: Set<EngineThread>
}

/** An engine over a small capture. @param started told of each thread that starts */
function watchedEngine(started: (thread: EngineThread) => void = () => undefined): Watched {
  const folder = bench.folder()
  const lines = Array.from({ length: count }, (_, n) => JSON.stringify({ n }))
  const plan = workspace(folder, {
    sources: [source('s', capture(folder, lines), [column('n', 'integer')])],
    tables: [table('t', 's', [])],
  })
  const threads: EngineThread[] = []
  const alive = new Set<EngineThread>()
  const engine = bench.engine(plan, {
    threadStarted: (thread) => {
      threads.push(thread)
      alive.add(thread)
      thread.worker.on('exit', () => alive.delete(thread))
      started(thread)
    },
  })
  return { engine, threads, alive }
}

/** Does something when the main process has had the answer of a thread to a call, before it goes on. */
function onAnswer({ calls }: EngineThread, name: string, act: () => Promise<void> | void): void {
  const call = calls.call.bind(calls)
  type Rest = [input: unknown, transfer?: readonly Transferable[]]
  calls.call = async <Output>(called: string, ...rest: Rest): Promise<Output> => {
    const answer = await call<Output>(called, ...rest)
    if (called === name) await act()
    return answer
  }
}

/** Ends the newest thread of a name, as a fault of it would. */
async function crash({ threads }: Watched, name: string): Promise<void> {
  await threads.findLast((thread) => thread.name === name)?.worker.terminate()
}

describe('stop', () => {
  it.each(['store', 'ingest'])(
    'while the %s thread starts leaves nothing running and refuses the start',
    async (name) => {
      const stopped = Promise.withResolvers<undefined>()
      const watched = watchedEngine((thread) => {
        if (thread.name === name) stopped.resolve(engine.stop().then(() => undefined))
      })
      const { engine, alive } = watched
      await expect(engine.start()).rejects.toThrow()
      await stopped.promise
      expect([...alive]).toEqual([])
    },
  )

  it.each(['open', 'attach', 'plan', 'starts'])(
    'after the store has answered "%s" does the same',
    async (call) => {
      const stopped = Promise.withResolvers<undefined>()
      const { engine, alive } = watchedEngine((thread) => {
        if (thread.name !== 'store') return
        onAnswer(thread, call, () => {
          stopped.resolve(engine.stop().then(() => undefined))
        })
      })
      await expect(engine.start()).rejects.toThrow()
      await stopped.promise
      expect([...alive]).toEqual([])
    },
  )

  it('while it waits to start crashed threads anew does not wait for them', async () => {
    const watched = watchedEngine()
    await watched.engine.start()
    await untilEnded(watched.engine, count)
    await crash(watched, 'store')
    await untilLive(watched.engine, (snapshot) => snapshot.state === 'waiting')
    await watched.engine.stop()
    expect([...watched.alive]).toEqual([])
  })
})

describe('a source', () => {
  it('has ended only when all that it read has committed', async () => {
    const folder = bench.folder()
    const lines = Array.from({ length: 40_000 }, (_, n) => JSON.stringify({ n }))
    const slow = step(
      'slow',
      'SELECT n, (SELECT count(*) FROM (SELECT n FROM input LIMIT 300) WHERE n <> f.n) AS c FROM input f',
    )
    const plan = workspace(folder, {
      sources: [source('s', capture(folder, lines), [column('n', 'integer')])],
      tables: [table('t', 's', [slow])],
    })
    const engine = await bench.started(plan)
    await untilLive(engine, (snapshot) => snapshot.sources[0]?.state === 'ended')
    expect(readStore(engine.storeFile, 'SELECT count(*) AS c FROM t')).toEqual([{ c: 40_000 }])
  })
})

describe('steps in live figures', () => {
  it('are those of the workspace, in its order, whatever the store has had before', async () => {
    const folder = bench.folder()
    const file = capture(folder, ['{"n":1}'], 'first.ndjson')
    const next = capture(folder, ['{"n":1}', '{"n":2}'], 'next.ndjson')
    const planOf = (capturedIn: string, names: readonly [string, string]) =>
      workspace(folder, {
        sources: [source('s', capturedIn, [column('n', 'integer')])],
        tables: [
          table('t', 's', [
            step(names[0], 'SELECT * FROM input'),
            step(names[1], `SELECT * FROM ${names[0]}`),
          ]),
        ],
        store: { mode: 'disk', limitBytes: null, budgetBytes: null },
      })
    const before = await bench.started(planOf(file, ['old', 'last']))
    await untilEnded(before, 1)
    await before.stop()
    const engine = await bench.started(planOf(next, ['unlike', 'last']))
    const snapshot = await untilLive(engine, (seen) => (seen.tables[0]?.landed ?? 0) === 2)
    expect(snapshot.steps.map(({ step: name, rowsOut }) => [name, rowsOut])).toEqual([
      ['unlike', 1],
      ['last', 2],
    ])
  })
})

describe('threads that crash', () => {
  it('again while they are started anew are started once more', async () => {
    let starts = 0
    const watched = watchedEngine((thread) => {
      if (thread.name !== 'ingest' || ++starts !== 2) return
      onAnswer(thread, 'start', async () => {
        const exited = once(thread.worker, 'exit')
        void thread.worker.terminate()
        await exited
      })
    })
    await watched.engine.start()
    await crash(watched, 'ingest')
    await untilLive(
      watched.engine,
      ({ state, events }) => state === 'running' && events.some(({ kind }) => kind === 'thread-crashed'),
    )
    expect(starts).toBe(3)
    expect((await untilEnded(watched.engine, count)).tables[0]?.landed).toBe(count)
  })

  it('six times within a minute are given up, which is said', async () => {
    const watched = watchedEngine()
    const { engine } = watched
    await engine.start()
    for (let crashes = 1; crashes <= 5; crashes++) {
      await crash(watched, 'store')
      await untilLive(
        engine,
        ({ state, events }) =>
          state === 'running' && events.filter(({ kind }) => kind === 'thread-crashed').length === crashes,
      )
    }
    await crash(watched, 'store')
    const failed = await untilLive(engine, (snapshot) => snapshot.state === 'failed')
    expect(failed.reason).toMatch(/^the store thread ended: .*; it kept failing, restart Penstock$/)
    await expect(engine.pause()).rejects.toMatchObject({ code: 'ENGINE_NOT_RUNNING' })
    expect([...watched.alive]).toEqual([])
  })
})
