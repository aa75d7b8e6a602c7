import { describe, expect, it } from 'vitest'
import { AppError } from '#contract/errors.ts'
import type { LiveSnapshot } from '#contract/live.ts'
import { ConnectionState } from '../../../../src-renderer/state/connection.svelte.ts'
import { LiveState } from '../../../../src-renderer/state/live.svelte.ts'
import { createFakeClient } from '../fake-client.ts'
import { FakeClock } from '../fake-clock.ts'
import { FakeEngine } from '../fake-engine.ts'
import { FakeLink } from '../fake-link.ts'

interface Ask {
  after: number | null
  signal: AbortSignal | undefined
  resolve: (snapshot: LiveSnapshot) => void
  reject: (error: unknown) => void
}

/** A feed that a test answers call by call. */
function start(): { live: LiveState; asks: Ask[]; clock: FakeClock; link: FakeLink; stop: () => void } {
  const clock = new FakeClock()
  const link = new FakeLink()
  const asks: Ask[] = []
  const client = createFakeClient({
    live: {
      next: ({ after }, options) =>
        new Promise((resolve, reject) => {
          asks.push({ after, signal: options?.signal, resolve, reject })
        }),
    },
  })
  const live = new LiveState(client, new ConnectionState(link), clock)
  return { live, asks, clock, link, stop: live.start() }
}

const engine = new FakeEngine({ scenario: 'busy', now: () => 1_000_000 })
const snapshot = (version: number, epoch = 'a'): LiveSnapshot => ({ ...engine.snapshot(), version, epoch })

describe('live figures', () => {
  it('are pulled one after the other, each newer than the last', async () => {
    const { live, asks, clock, stop } = start()
    expect(asks.map(({ after }) => after)).toEqual([null])
    asks[0]?.resolve(snapshot(4))
    await clock.advance(0)
    expect(live.snapshot?.version).toBe(4)
    expect(asks.map(({ after }) => after)).toEqual([null, 4])
    stop()
  })

  it('turn stale when nothing arrives for 3 s, and say since when', async () => {
    const { live, asks, clock, stop } = start()
    await clock.advance(1000)
    asks[0]?.resolve(snapshot(1))
    await clock.advance(2500)
    expect(live.isStale).toBe(false)
    await clock.advance(1000)
    expect(live.staleSince).toBe(1000)
    asks[1]?.resolve(snapshot(2))
    await clock.advance(0)
    expect(live.isStale).toBe(false)
    stop()
  })

  it('turn stale at once when the connection is cut, keep what was there, and come back', async () => {
    const { live, asks, clock, link, stop } = start()
    asks[0]?.resolve(snapshot(1))
    await clock.advance(0)
    link.set({ kind: 'cut', sinceMs: 0, retryAtMs: 250, attempts: 0 })
    asks[1]?.reject(new AppError('CONNECTION_LOST', 'cut'))
    await clock.advance(500)
    expect(live.isStale).toBe(true)
    expect(live.snapshot?.version).toBe(1)
    link.set({ kind: 'open', sinceMs: 600 })
    await clock.advance(0)
    asks.at(-1)?.resolve(snapshot(1, 'restarted'))
    await clock.advance(0)
    expect(live.isStale).toBe(false)
    expect(live.snapshot?.epoch).toBe('restarted')
    stop()
  })

  it('are not asked for in a storm when the engine answers with faults', async () => {
    const { asks, clock, stop } = start()
    for (let second = 0; second < 5; second += 1) {
      asks.at(-1)?.reject(new AppError('INTERNAL', 'broken'))
      await clock.advance(1000)
    }
    expect(asks.length).toBe(6)
    stop()
  })

  it('are not renewed by an answer that has nothing new', async () => {
    const { live, asks, clock, stop } = start()
    const first = snapshot(1)
    asks[0]?.resolve(first)
    await clock.advance(0)
    asks[1]?.resolve({ ...snapshot(1), reason: 'same version' })
    await clock.advance(0)
    expect(live.snapshot).toBe(first)
    stop()
  })

  it('are let go of when stopped', async () => {
    const { asks, clock, stop } = start()
    stop()
    expect(asks[0]?.signal?.aborted).toBe(true)
    asks[0]?.reject(asks[0].signal?.reason)
    await clock.advance(10_000)
    expect(asks.length).toBe(1)
  })
})
