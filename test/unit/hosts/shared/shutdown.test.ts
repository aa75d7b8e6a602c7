import { describe, expect, it } from 'vitest'
import { createShutdown } from '../../../../src-main/hosts/shared/shutdown.ts'
import type { HostProcess, ShutdownOptions } from '../../../../src-main/hosts/shared/shutdown.ts'
import { createFakeLogger } from '../fake-logger.ts'

type Signal = Parameters<HostProcess['kill']>[0]

function setUp(options: Partial<ShutdownOptions> = {}) {
  const events: string[] = []
  const listeners = new Map<Signal, () => void>()
  const faults: ((error: unknown) => void)[] = []
  const exited = Promise.withResolvers<number>()
  const killed = Promise.withResolvers<Signal>()
  const clock = { ms: 0 }
  const shutdown = createShutdown({
    logger: createFakeLogger(),
    report: (error) => events.push(`report ${String(error)}`),
    now: () => clock.ms,
    host: {
      onSignal: (signal, listener) => listeners.set(signal, listener),
      onFault: (listener) => faults.push(listener),
      exit: exited.resolve,
      kill: killed.resolve,
    },
    ...options,
  })
  return {
    shutdown,
    events,
    clock,
    exited: exited.promise,
    killed: killed.promise,
    send: (signal: Signal) => listeners.get(signal)?.(),
    fail: (error: unknown) => {
      faults[0]?.(error)
    },
  }
}

describe('shutdown', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)(
    'on %s stops what was started last first, waits for each, and exits with %i',
    async (signal, code) => {
      const { shutdown, events, send, exited } = setUp()
      for (const name of ['engine', 'server']) {
        shutdown.defer(name, async () => {
          events.push(`stopping ${name}`)
          await Promise.resolve()
          events.push(`stopped ${name}`)
        })
      }
      send(signal)
      expect(shutdown.signal.aborted).toBe(true)
      await expect(exited).resolves.toBe(code)
      expect(events).toEqual(['stopping server', 'stopped server', 'stopping engine', 'stopped engine'])
    },
  )

  it('goes on stopping when a part cannot be stopped', async () => {
    const { shutdown, events, exited } = setUp()
    shutdown.defer('engine', () => void events.push('stopped engine'))
    shutdown.defer('server', () => Promise.reject(new Error('stuck')))
    void shutdown.end(0)
    await expect(exited).resolves.toBe(0)
    expect(events).toEqual(['stopped engine'])
  })

  it('takes a signal that comes twice at once for one, and a later one for an order to end now', async () => {
    const { shutdown, send, clock, killed } = setUp()
    shutdown.defer('engine', () => new Promise(() => undefined))
    let isKilled = false
    void killed.then(() => {
      isKilled = true
    })
    send('SIGINT')
    clock.ms = 100
    send('SIGINT')
    await Promise.resolve()
    expect(isKilled).toBe(false)
    clock.ms = 600
    send('SIGINT')
    await expect(killed).resolves.toBe('SIGINT')
  })

  it('ends the process where stopping takes too long', async () => {
    const { shutdown, killed } = setUp({ graceMs: 1 })
    shutdown.defer('engine', () => new Promise(() => undefined))
    void shutdown.end(0)
    await expect(killed).resolves.toBe('SIGTERM')
  })

  it('reports an uncaught fault, stops everything and exits with 1', async () => {
    const { shutdown, events, fail, exited } = setUp()
    shutdown.defer('engine', () => void events.push('stopped engine'))
    fail(new Error('broken'))
    fail(new Error('broken again while stopping'))
    await expect(exited).resolves.toBe(1)
    expect(events).toEqual(['report Error: broken', 'stopped engine'])
  })

  it('keeps the first exit code when asked to end twice', async () => {
    const { shutdown, exited } = setUp()
    await Promise.all([shutdown.end(3), shutdown.end(0)])
    await expect(exited).resolves.toBe(3)
  })
})
