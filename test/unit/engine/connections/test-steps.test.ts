import { expect, it } from 'vitest'
import type { ConnectionStep } from '../../../../src-main/contract/connections.ts'
import { TestSteps } from '../../../../src-main/engine/connections/test-steps.ts'

function setUp() {
  const seen: ConnectionStep[][] = []
  const clock = { ms: 0 }
  const steps = new TestSteps(
    (view) => seen.push(view),
    () => clock.ms,
  )
  return { steps, seen, clock, last: () => seen.at(-1) ?? [] }
}

it('shows every step, in order, as it goes, with its time', () => {
  const { steps, seen, clock, last } = setUp()
  steps.begin('secrets')
  clock.ms = 5
  steps.pass('secrets', 'none')
  expect(seen).toHaveLength(2)
  expect(last().map(({ name }) => name)).toEqual([
    'secrets',
    'resolve',
    'connect',
    'tls',
    'authenticate',
    'metadata',
    'fetch',
    'registry',
  ])
  expect(last()[0]).toEqual({
    name: 'secrets',
    state: 'passed',
    detail: 'none',
    error: '',
    advice: '',
    ms: 5,
  })
})

it('shows no secret, whole or as part of another, and leaves words with short ones alone', () => {
  const { steps, last } = setUp()
  steps.hide(['pass', 'password', 'it'])
  steps.begin('authenticate')
  steps.fail('authenticate', { error: 'password and pass', advice: 'try it', detail: 'my password' })
  expect(last()[4]).toMatchObject({ error: '*** and ***', advice: 'try it', detail: 'my ***' })
})

it('puts back what was kept, with the time that a running step had taken', () => {
  const { steps, clock, last } = setUp()
  steps.begin('resolve')
  steps.pass('resolve', '127.0.0.1')
  steps.begin('connect')
  clock.ms = 7
  const kept = steps.keep(['resolve', 'connect'])
  steps.reset(['resolve', 'connect'])
  expect(last().map(({ state }) => state)).not.toContain('passed')
  steps.restore(kept)
  clock.ms = 100
  steps.fail('connect', { error: 'refused', advice: '' })
  expect(last()[1]).toMatchObject({ state: 'passed', detail: '127.0.0.1' })
  expect(last()[2]).toMatchObject({ state: 'failed', ms: 7 })
})

it('skips what has not ended', () => {
  const { steps, last } = setUp()
  steps.begin('secrets')
  steps.pass('secrets', '')
  steps.begin('resolve')
  steps.skipRest('stopped')
  expect(last().map(({ state }) => state)).toEqual(['passed', ...Array.from({ length: 7 }, () => 'skipped')])
})
