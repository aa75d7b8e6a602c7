import { flushSync } from 'svelte'
import { describe, expect, it } from 'vitest'
import { AppError } from '#contract/errors.ts'
import type { SnapshotRun, SnapshotStatus } from '#contract/snapshots.ts'
import { SnapshotsState } from '../../../../src-renderer/features/store/snapshots-state.svelte.ts'
import { snapshotWords } from '../../../../src-renderer/features/store/snapshot-words.ts'
import { createFakeClient } from '../fake-client.ts'

const run: SnapshotRun = {
  id: 'one',
  state: 'copying',
  file: '/w/snapshots/a.db',
  scheduled: false,
  startedAt: 1000,
  endedAt: null,
  bytes: 50_000_000,
  totalBytes: 200_000_000,
  bytesPerSecond: 25_000_000,
  leftMs: 6000,
  error: null,
}

/** A host whose one snapshot is answered by hand. */
function setUp() {
  const calls: unknown[] = []
  let refusal: AppError | null = null
  const waiting: ((status: SnapshotStatus) => void)[] = []
  const client = createFakeClient({
    snapshots: {
      start: (input) => {
        calls.push(input)
        if (refusal !== null) return Promise.reject(refusal)
        return Promise.resolve({ version: 2, run, nextAt: null })
      },
      cancel: (input) => {
        calls.push(input)
        return Promise.resolve({
          version: 3,
          run: { ...run, state: 'cancelled', endedAt: 2000 },
          nextAt: null,
        })
      },
      watch: () => new Promise((resolve) => waiting.push(resolve)),
    },
  })
  return {
    calls,
    state: new SnapshotsState({ client }),
    tell: (status: SnapshotStatus) => waiting.shift()?.(status),
    refuse: (error: AppError) => (refusal = error),
  }
}

describe('the snapshot of the overview', () => {
  it('asks where to, begins, and is cancelled', async () => {
    const { state, calls } = setUp()
    state.ask(Date.UTC(2026, 0, 31, 12))
    expect([state.isAsking, state.file]).toEqual([true, 'snapshots/2026-01-31T12-00-00.db'])
    await state.take()
    expect([state.isAsking, state.isRunning, state.run?.id]).toEqual([false, true, 'one'])
    await state.cancel()
    expect([state.isRunning, state.run?.state]).toEqual([false, 'cancelled'])
    expect(calls).toEqual([{ file: 'snapshots/2026-01-31T12-00-00.db' }, { id: 'one' }])
    state.putAway()
    expect(state.run).toBeNull()
  })

  it('says why it could not begin, and asks on', async () => {
    const { state, refuse } = setUp()
    refuse(new AppError('SNAPSHOT_RUNNING', 'the snapshot /w/b.db is being taken'))
    state.ask(0)
    await state.take()
    expect([state.isAsking, state.error?.code]).toEqual([true, 'SNAPSHOT_RUNNING'])
  })

  it('follows one that somebody else has begun', async () => {
    const { state, tell } = setUp()
    const stop = state.start()
    tell({ version: 7, run: { ...run, id: 'scheduled' }, nextAt: 99 })
    await expect.poll(() => state.run?.id).toBe('scheduled')
    expect(state.nextAt).toBe(99)
    stop()
  })

  it('does not make whoever follows it begin anew with each change', async () => {
    const { state, tell } = setUp()
    let starts = 0
    const stop = $effect.root(() => {
      $effect(() => {
        starts++
        return state.start()
      })
    })
    flushSync()
    tell({ version: 7, run, nextAt: null })
    await expect.poll(() => state.run?.id).toBe('one')
    flushSync()
    expect(starts).toBe(1)
    stop()
  })
})

describe('the words of a snapshot', () => {
  it.each<[Partial<SnapshotRun>, string, number | null]>([
    [{}, '50 MB of 200 MB · 25 MB/s · 6 s left', 0.25],
    [{ totalBytes: 0 }, 'Begins to copy to /w/snapshots/a.db', 0],
    [{ state: 'checking' }, '200 MB copied; the copy is read through', 1],
    [{ state: 'done', endedAt: 9000 }, 'Snapshot written to /w/snapshots/a.db: 50 MB in 8 s', null],
    [{ state: 'cancelled' }, 'The snapshot was cancelled; nothing of it is left', null],
    [
      { state: 'failed', error: { code: 'SNAPSHOT_FAILED', message: 'no room', details: {} } },
      'No snapshot was written: no room',
      null,
    ],
  ])('%j', (change, text, share) => {
    const words = snapshotWords({ ...run, ...change })
    expect([words.text, words.share]).toEqual([text, share])
  })
})
