import { cleanup, fireEvent, render, screen, within } from '@testing-library/svelte'
import { tick } from 'svelte'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { AppError } from '#contract/errors.ts'
import AppRoot from '../../../../src-renderer/App.svelte'
import type { FakeCalls } from '../fake-client.ts'
import { settle } from '../fake-clock.ts'
import { FakeEngine, type Scenario } from '../fake-engine.ts'
import type { FakeLink } from '../fake-link.ts'
import { type FakeAddress, createTestApp } from '../test-app.ts'

const stops: (() => void)[] = []
afterEach(() => {
  cleanup()
  for (const stop of stops.splice(0)) stop()
  vi.useRealTimers()
})

interface Page {
  link: FakeLink
  address: FakeAddress
}

/** The whole page over a fake engine, at a view that needs no canvas. */
async function open(calls: FakeCalls = {}, scenario: Scenario = 'busy'): Promise<Page> {
  const engine = new FakeEngine({ scenario })
  const { app, link, address } = createTestApp(
    {
      workspace: { get: () => Promise.resolve(engine.workspace) },
      live: {
        next: ({ after }) =>
          after === null ? Promise.resolve(engine.snapshot()) : new Promise(() => undefined),
      },
      ...calls,
    },
    '/pipelines',
  )
  stops.push(app.start())
  render(AppRoot, { app })
  await settle()
  await tick()
  return { link, address }
}

const text = (testid: string): string => screen.getByTestId(testid).textContent.replace(/\s+/g, ' ').trim()

describe('the shell', () => {
  it('says whose workspace it is, that it only reads, and what comes in', async () => {
    await open()
    expect(text('TopBar_workspace')).toBe('flights-demo')
    expect(screen.getByText('READ ONLY')).toBeTruthy()
    expect(text('FeedIndicator')).toMatch(/^live [\d.]+k\/s$/)
    expect(text('StatusBar_store')).toBe('store 1.2 GB of 4 GB')
    expect(text('StatusBar_mode')).toBe('in memory')
    expect(text('StatusBar_latency')).toMatch(/^queryable in \d+ ms p99$/)
  })

  it('claims nothing that was not measured', async () => {
    await open({}, 'empty')
    expect(screen.queryByTestId('StatusBar_latency')).toBeNull()
    expect(text('StatusBar_rows')).toBe('0 rows')
    expect(within(screen.getByTestId('SideNav_dead-letters')).queryByText(/\d/)).toBeNull()
  })

  it('says why the engine waits', async () => {
    await open({}, 'broken')
    expect(screen.getByTestId('FeedIndicator').dataset['state']).toBe('waiting')
    expect(text('StatusBar_reason')).toBe(
      'waiting: The store is full: 4 GB of 4 GB. Ingest waits until there is room.',
    )
  })

  it('greys figures out when the connection is cut, says since when, and tries again at a word', async () => {
    vi.useFakeTimers({ now: Date.UTC(2026, 10, 23, 14, 7, 31) })
    const { link } = await open()
    expect(screen.getByTestId('Shell').dataset['stale']).toBe('false')
    link.set({ kind: 'cut', sinceMs: Date.now(), retryAtMs: Date.now() + 4000, attempts: 3 })
    await vi.advanceTimersByTimeAsync(1000)
    expect(screen.getByTestId('Shell').dataset['stale']).toBe('true')
    expect(text('ConnectionNotice')).toContain('Connection cut at 14:07:31 What you see is from before.')
    expect(text('StatusBar_stale')).toBe('figures of 14:07:31')
    await fireEvent.click(screen.getByTestId('ConnectionNotice_retry'))
    expect(link.retries).toBe(1)
  })

  it('tells a page without access to open the printed address again', async () => {
    const { link } = await open()
    link.set({ kind: 'refused', sinceMs: 0 })
    await tick()
    expect(text('ConnectionNotice')).toContain('Open the address again that it printed')
    expect(screen.getByTestId('FeedIndicator').dataset['state']).toBe('no access')
  })

  it('pauses ingest, and says why it could not', async () => {
    let asked = 0
    const pause = (): Promise<never> => {
      asked += 1
      return Promise.reject(new AppError('ENGINE_NOT_RUNNING', 'The engine has stopped.'))
    }
    await open({ engine: { pause } })
    await fireEvent.click(screen.getByTestId('TopBar_pause'))
    await settle()
    await tick()
    expect(asked).toBe(1)
    expect(text('Notices_error')).toContain('Ingest could not be paused')
    expect(text('Notices_error')).toContain('The engine has stopped. Start the workspace again.')
  })

  it('goes to views by key, and keeps the ones that were opened', async () => {
    const { address } = await open()
    await fireEvent.keyDown(document.body, { key: 'g' })
    await fireEvent.keyDown(document.body, { key: 'd' })
    expect(address.visited.at(-1)).toBe('/dead-letters')
    expect(screen.getByTestId('ViewHost_pipelines').className).toContain('hidden')
    expect(screen.getByTestId('ViewHost_dead-letters').className).not.toContain('hidden')
    expect(screen.getByTestId('SideNav_dead-letters').getAttribute('aria-current')).toBe('page')
  })

  it('finds a table by name in the palette and opens it', async () => {
    const { address } = await open()
    await fireEvent.keyDown(document.body, { key: 'k', ctrlKey: true })
    const input = await screen.findByTestId('CommandPalette_input')
    await fireEvent.input(input, { target: { value: 'lateflig' } })
    await settle()
    const [first] = await screen.findAllByTestId('CommandPalette_item')
    expect(first?.textContent).toContain('late_flights')
    await fireEvent.keyDown(input, { key: 'Enter' })
    expect(address.visited.at(-1)).toBe('/pipelines/late_flights')
  })
})
