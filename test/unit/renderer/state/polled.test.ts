import { describe, expect, it } from 'vitest'
import { AppError } from '#contract/errors.ts'
import { Polled } from '../../../../src-renderer/state/polled.svelte.ts'
import { FakeClock, settle } from '../fake-clock.ts'

function poll(): {
  polled: Polled<string>
  clock: FakeClock
  asks: { signal: AbortSignal; resolve: (value: string) => void; reject: (error: unknown) => void }[]
} {
  const clock = new FakeClock()
  const asks: { signal: AbortSignal; resolve: (value: string) => void; reject: (error: unknown) => void }[] =
    []
  const polled = new Polled<string>({
    everyMs: 1000,
    clock,
    load: (signal) => new Promise((resolve, reject) => asks.push({ signal, resolve, reject })),
  })
  return { polled, clock, asks }
}

describe('polled data', () => {
  it('asks again a while after the last answer, never while one is under way', async () => {
    const { polled, clock, asks } = poll()
    const stop = polled.start()
    expect(polled.isLoading).toBe(true)
    await clock.advance(5000)
    expect(asks.length).toBe(1)
    asks[0]?.resolve('one')
    await clock.advance(999)
    expect([polled.data, polled.isLoading, asks.length]).toEqual(['one', false, 1])
    await clock.advance(1)
    expect(asks.length).toBe(2)
    stop()
  })

  it('keeps the last answer when a later call fails, says why, and goes on', async () => {
    const { polled, clock, asks } = poll()
    const stop = polled.start()
    asks[0]?.resolve('one')
    await clock.advance(1000)
    asks[1]?.reject(new AppError('CONNECTION_LOST', 'cut'))
    await clock.advance(0)
    expect([polled.data, polled.error?.code]).toEqual(['one', 'CONNECTION_LOST'])
    await clock.advance(1000)
    asks[2]?.resolve('two')
    await clock.advance(0)
    expect([polled.data, polled.error]).toEqual(['two', null])
    stop()
  })

  it('asks nothing once stopped and takes no late answer', async () => {
    const { polled, clock, asks } = poll()
    polled.start()()
    expect(asks[0]?.signal.aborted).toBe(true)
    asks[0]?.resolve('late')
    await clock.advance(10_000)
    expect([polled.data, asks.length]).toEqual([null, 1])
  })

  it('drops the call under way when it is about something else now', async () => {
    const { polled, clock, asks } = poll()
    const stop = polled.start()
    asks[0]?.resolve('old')
    await settle()
    polled.reset()
    expect(polled.data).toBeNull()
    asks[1]?.resolve('new')
    await clock.advance(0)
    expect(polled.data).toBe('new')
    stop()
  })

  it('stays stopped when it is reset while nobody looks', () => {
    const { polled, asks } = poll()
    polled.reset()
    polled.refresh()
    expect(asks).toEqual([])
  })
})
