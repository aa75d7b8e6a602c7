import { describe, expect, it } from 'vitest'
import { AppError } from '#contract/errors.ts'
import type { ConnectionStep, ConnectionTest } from '#contract/connections.ts'
import { ConnectionTestRun } from '../../../../src-renderer/state/connection-test.svelte.ts'
import { createFakeClient } from '../fake-client.ts'
import { settle } from '../fake-clock.ts'

const step = (name: ConnectionStep['name'], state: ConnectionStep['state']): ConnectionStep => ({
  ...{ name, state, detail: '', error: '', advice: '', ms: null },
})
const test = (change: Partial<ConnectionTest>): ConnectionTest => ({
  ...{ id: 't1', version: 1, done: false, steps: [step('connect', 'running')] },
  ...change,
})

describe('a connection test', () => {
  it('is followed step by step to its end', async () => {
    const answers = [
      test({ version: 2, steps: [step('connect', 'passed'), step('tls', 'running')] }),
      test({ version: 3, done: true, steps: [step('connect', 'passed'), step('tls', 'skipped')] }),
    ]
    const asked: (number | null)[] = []
    const run = new ConnectionTestRun(
      createFakeClient({
        connections: {
          test: async () => test({}),
          watchTest: async ({ after }) => {
            asked.push(after)
            return answers.shift() ?? Promise.reject(new Error('asked too often'))
          },
        },
      }),
    )
    await run.run({ name: 'orders' })
    expect([asked, run.hasPassed, run.isRunning]).toEqual([[1, 2], true, false])
  })

  it('stops at once, here and at the engine', async () => {
    const stopped: string[] = []
    const run = new ConnectionTestRun(
      createFakeClient({
        connections: {
          test: async () => test({}),
          watchTest: () => new Promise(() => undefined),
          stopTest: async ({ id }) => {
            stopped.push(id)
            return { stopped: true }
          },
        },
      }),
    )
    void run.run({ name: 'orders' })
    await settle()
    const stopping = run.stop()
    expect([run.isRunning, run.isStopped, run.test?.steps[0]?.state]).toEqual([false, true, 'running'])
    await stopping
    expect([stopped, run.hasPassed]).toEqual([['t1'], false])
  })

  it('that cannot be run says why', async () => {
    const run = new ConnectionTestRun(
      createFakeClient({
        connections: { test: () => Promise.reject(new AppError('WORKSPACE_INVALID', 'brokers: none')) },
      }),
    )
    await run.run({ name: 'orders' })
    expect([run.error?.message, run.isRunning]).toEqual(['brokers: none', false])
  })
})
