import { afterEach, describe, expect, it, vi } from 'vitest'
import { AppError } from '#contract/errors.ts'
import { CommandRegistry } from '../../../../src-renderer/state/commands.svelte.ts'
import { ConnectionState } from '../../../../src-renderer/state/connection.svelte.ts'
import { NoticesState } from '../../../../src-renderer/state/notices.svelte.ts'
import { browserPreferences, memoryPreferences } from '../../../../src-renderer/state/preferences.ts'
import { ThemeState } from '../../../../src-renderer/state/theme.svelte.ts'
import { TimeState } from '../../../../src-renderer/state/time.svelte.ts'
import { keptState } from '../../../../src-renderer/state/view.ts'
import { WorkspaceState } from '../../../../src-renderer/state/workspace.svelte.ts'
import { createFakeClient } from '../fake-client.ts'
import { settle } from '../fake-clock.ts'
import { FakeEngine } from '../fake-engine.ts'
import { FakeLink } from '../fake-link.ts'
import { completePage, createTestApp } from '../test-app.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('the theme', () => {
  function systemTheme(isDark: boolean): { page: Window; turn: (isDark: boolean) => void } {
    completePage()
    const query = Object.assign(new EventTarget(), { matches: isDark })
    vi.spyOn(window, 'matchMedia').mockReturnValue(query as unknown as MediaQueryList)
    return {
      page: window,
      turn: (next) => {
        query.matches = next
        query.dispatchEvent(new Event('change'))
      },
    }
  }

  it('follows the system until a person chooses, and remembers the choice', () => {
    const { page, turn } = systemTheme(true)
    const preferences = memoryPreferences()
    const theme = new ThemeState(page, preferences)
    const stop = theme.start()
    expect(document.documentElement.dataset['theme']).toBe('dark')
    turn(false)
    expect(theme.theme).toBe('light')
    theme.choice = 'dark'
    turn(false)
    expect(document.documentElement.dataset['theme']).toBe('dark')
    stop()
    expect(new ThemeState(page, preferences).choice).toBe('dark')
  })
})

describe('preferences', () => {
  it('outlive the page in its storage', () => {
    browserPreferences(window).write('time-zone', 'utc')
    expect(browserPreferences(window).read('time-zone')).toBe('utc')
  })

  it('hold for the page where storage is switched off or full', () => {
    const refuse = (): never => {
      throw new DOMException('denied', 'SecurityError')
    }
    vi.spyOn(Storage.prototype, 'getItem').mockImplementation(refuse)
    vi.spyOn(Storage.prototype, 'setItem').mockImplementation(refuse)
    const preferences = browserPreferences(window)
    expect(preferences.read('theme')).toBeNull()
    preferences.write('theme', 'dark')
    expect(preferences.read('theme')).toBe('dark')
  })
})

describe('the clock', () => {
  it('ticks on the second while started', () => {
    vi.useFakeTimers({ now: 1_000_400 })
    const time = new TimeState(memoryPreferences())
    const stop = time.start()
    vi.advanceTimersByTime(600)
    expect(time.now).toBe(1_001_000)
    vi.advanceTimersByTime(1000)
    expect(time.now).toBe(1_002_000)
    stop()
    vi.advanceTimersByTime(5000)
    expect(time.now).toBe(1_002_000)
  })
})

describe('the workspace', () => {
  it('is read again with every new connection, and kept while there is none', async () => {
    const link = new FakeLink({ kind: 'connecting', sinceMs: 0 })
    const view = new FakeEngine({ scenario: 'busy' }).workspace
    let reads = 0
    const get = (): Promise<typeof view> => {
      reads += 1
      return Promise.resolve(view)
    }
    const workspace = new WorkspaceState(createFakeClient({ workspace: { get } }), new ConnectionState(link))
    const stop = workspace.start()
    expect(reads).toBe(0)
    link.set({ kind: 'open', sinceMs: 1 })
    await settle()
    expect(workspace.view?.name).toBe('flights-demo')
    link.set({ kind: 'cut', sinceMs: 2, retryAtMs: null, attempts: 0 })
    expect(workspace.view?.name).toBe('flights-demo')
    link.set({ kind: 'open', sinceMs: 3 })
    expect(reads).toBe(2)
    stop()
  })

  it('says why it could not be read', async () => {
    const get = (): Promise<never> =>
      Promise.reject(new AppError('ENGINE_FAILED', 'The engine did not start.'))
    const workspace = new WorkspaceState(
      createFakeClient({ workspace: { get } }),
      new ConnectionState(new FakeLink()),
    )
    await workspace.load()
    expect(workspace.error).toEqual(new AppError('ENGINE_FAILED', 'The engine did not start.'))
  })
})

describe('commands', () => {
  it('come and go with those who add them', () => {
    const registry = new CommandRegistry()
    const command = { id: 'a', title: 'A', group: 'G', run: () => undefined }
    const remove = registry.add(() => [command])
    expect(registry.all.map(({ id }) => id)).toEqual(['a'])
    remove()
    expect(registry.all).toEqual([])
  })
})

describe('notices', () => {
  it('of what was done go by themselves, of what failed stay and say what to do', () => {
    vi.useFakeTimers()
    const notices = new NoticesState()
    notices.done('Address copied')
    notices.failed('Ingest could not be paused', new AppError('CONNECTION_LOST', 'The connection is cut.'))
    expect(notices.list.map(({ title }) => title)).toEqual(['Address copied', 'Ingest could not be paused'])
    vi.advanceTimersByTime(4000)
    expect(notices.list.map(({ detail }) => detail)).toEqual([
      'The connection is cut. It is restored by itself as soon as Penstock answers again.',
    ])
    notices.close(notices.list[0]?.id ?? 0)
    expect(notices.list).toEqual([])
  })
})

describe('kept state', () => {
  it('is made once for each app', () => {
    const stateOf = keptState(() => ({}))
    const first = createTestApp().app
    expect(stateOf(first)).toBe(stateOf(first))
    expect(stateOf(createTestApp().app)).not.toBe(stateOf(first))
  })
})
