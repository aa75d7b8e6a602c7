import { describe, expect, it } from 'vitest'
import { AppError } from '#contract/errors.ts'
import type { BatchRow } from '#contract/statistics.ts'
import { BatchesState } from '../../../../src-renderer/features/pipelines/batches-state.svelte.ts'
import { createFakeClient } from '../fake-client.ts'
import { settle } from '../fake-clock.ts'
import { FakeEngine } from '../fake-engine.ts'

const engine = new FakeEngine({ scenario: 'busy', now: () => 1_800_000_000_000 })

/** Batches of a source whose newest id a test sets. */
async function open(
  newest: number,
  kept = 10_000,
): Promise<{ batches: BatchesState; commit: (id: number) => Promise<void>; fail: () => void }> {
  let last = newest
  let isBroken = false
  const client = createFakeClient({
    statistics: {
      batches: ({ before, limit }) => {
        if (isBroken && before !== undefined) return Promise.reject(new AppError('CONNECTION_LOST', 'cut'))
        const rows: BatchRow[] = []
        const [example] = engine.batches({ limit: 1 })
        for (let id = (before ?? last + 1) - 1; id > Math.max(last - kept, 0) && rows.length < limit; id -= 1)
          if (example !== undefined) rows.push({ ...example, id })
        return Promise.resolve({ batches: rows })
      },
      batchSteps: ({ batchId }) => Promise.resolve({ steps: engine.batchSteps(batchId) }),
    },
  })
  const batches = new BatchesState(client)
  batches.open('flights')
  batches.start()
  await settle()
  return {
    batches,
    commit: async (id) => {
      last = id
      batches.newest.refresh()
      await settle()
    },
    fail: () => {
      isBroken = true
    },
  }
}

const first = (batches: BatchesState): number | undefined => batches.rows?.[0]?.id

describe('the list of batches', () => {
  it('follows what is committed', async () => {
    const { batches, commit } = await open(100)
    await commit(105)
    expect([first(batches), batches.rows?.length, batches.isHeld]).toEqual([105, 50, false])
  })

  it('stands still under the pointer, counts what is newer, and goes on when it leaves', async () => {
    const { batches, commit } = await open(100)
    batches.touch(true)
    await commit(112)
    expect([first(batches), batches.newerCount]).toEqual([100, 12])
    batches.touch(false)
    expect([first(batches), batches.newerCount]).toEqual([112, 0])
  })

  it('stands still while a batch is open in it', async () => {
    const { batches, commit } = await open(100)
    batches.touch(true)
    batches.toggle(99)
    batches.touch(false)
    await commit(120)
    expect(first(batches)).toBe(100)
    expect(batches.expanded?.steps?.length).toBe(3)
    batches.toggle(99)
    batches.touch(false)
    expect([batches.expanded, first(batches)]).toEqual([null, 120])
  })

  it('adds older ones at its end, and says when there are no more', async () => {
    const { batches, commit } = await open(120, 80)
    await batches.loadOlder()
    expect([batches.rows?.at(-1)?.id, batches.rows?.length, batches.isAtEnd]).toEqual([41, 80, true])
    await commit(130)
    batches.touch(false)
    expect([first(batches), batches.newerCount]).toEqual([120, 10])
    batches.follow()
    expect([first(batches), batches.isAtEnd]).toEqual([130, false])
  })

  it('keeps what it shows when older ones cannot be read', async () => {
    const { batches, fail } = await open(120)
    fail()
    await batches.loadOlder()
    expect([batches.rows?.length, batches.olderError?.code, batches.isLoadingOlder]).toEqual([
      50,
      'CONNECTION_LOST',
      false,
    ])
  })

  it('forgets one source when another is opened', async () => {
    const { batches } = await open(100)
    batches.toggle(99)
    batches.open('payments')
    expect([batches.rows, batches.expanded, batches.isHeld]).toEqual([null, null, false])
  })
})
