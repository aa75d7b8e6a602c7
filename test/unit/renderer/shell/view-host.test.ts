import { cleanup, render, screen } from '@testing-library/svelte'
import { afterEach, describe, expect, it, vi } from 'vitest'
import ErrorState from '../../../../src-renderer/ui/ErrorState.svelte'
import ViewHost from '../../../../src-renderer/shell/ViewHost.svelte'
import { route } from '../../../../src-renderer/state/router.svelte.ts'
import { settle } from '../fake-clock.ts'
import InApp from '../InApp.svelte'
import { createTestApp } from '../test-app.ts'

afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

/** Any component will do as the view: it only has to be seen. */
const view = { default: ErrorState }

function show(load: () => Promise<typeof view>, first: string) {
  const made = createTestApp({}, first)
  render(InApp, {
    props: { app: made.app, component: ViewHost, props: { name: 'query', load } },
  })
  return made
}
const text = (): string => screen.getByTestId('ViewHost_query').textContent

describe('the host of a view', () => {
  it('fetches a view before it is opened, so that it opens also without a connection', async () => {
    vi.useFakeTimers()
    const load = vi.fn(() => Promise.resolve(view))
    const { app } = show(load, '/overview')
    expect(load).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(5000)
    expect(load).toHaveBeenCalledOnce()
    expect(text().trim()).toBe('')
    app.router.go(route('query'))
    await vi.advanceTimersByTimeAsync(1)
    expect(screen.getByTestId('ErrorState')).toBeTruthy()
  })

  it('says that the connection is missing where a view cannot be fetched, and fetches it with the next one', async () => {
    let isReachable = false
    const load = (): Promise<typeof view> =>
      isReachable ? Promise.resolve(view) : Promise.reject(new TypeError('Failed to fetch module'))
    const { link } = show(load, '/query')
    link.set({ kind: 'cut', sinceMs: 0, retryAtMs: 1, attempts: 1 })
    await settle()
    expect(text()).toContain('It is restored by itself as soon as Penstock answers again.')
    expect(text()).not.toContain('fault of Penstock')
    isReachable = true
    link.set({ kind: 'open', sinceMs: 2 })
    await settle()
    expect(text()).not.toContain('could not be loaded')
  })
})
