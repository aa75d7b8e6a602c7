import { cleanup, fireEvent, render, screen } from '@testing-library/svelte'
import { tick } from 'svelte'
import { afterEach, describe, expect, it } from 'vitest'
import { AppError } from '#contract/errors.ts'
import type { SessionView } from '#contract/session.ts'
import App from '../../../../src-renderer/features/welcome/WelcomeView.svelte'
import type { FakeCalls } from '../fake-client.ts'
import { settle } from '../fake-clock.ts'
import { sessionView } from '../fake-session.ts'
import InApp from '../InApp.svelte'
import { createTestApp } from '../test-app.ts'

const stops: (() => void)[] = []
afterEach(() => {
  cleanup()
  for (const stop of stops.splice(0)) stop()
})

async function open(view: SessionView, calls: FakeCalls['session'] = {}) {
  const { app } = createTestApp({
    session: { watch: ({ after }) => (after === null ? Promise.resolve(view) : new Promise(() => undefined)), ...calls }, // prettier-ignore
  })
  stops.push(app.start())
  await settle()
  render(InApp, { props: { app, component: App, props: {} } })
  await tick()
  return app
}

describe('the first run', () => {
  it('offers three doors, and opens the demo', async () => {
    let opened = 0
    const app = await open(sessionView('none'), {
      openDemo: async () => {
        opened += 1
        return sessionView('open', { version: 2 })
      },
    })
    expect(app.session.screen).toBe('welcome')
    await fireEvent.click(screen.getByTestId('WelcomeView_demo'))
    await settle()
    expect([opened, app.session.screen]).toEqual([1, 'console'])
  })

  it('makes a workspace of a connection, in a folder of its name where none is given', async () => {
    const made: unknown[] = []
    await open(sessionView('none'), {
      create: async ({ folder, connection }) => {
        made.push([folder, connection.brokers])
        return sessionView('open', { version: 2 })
      },
    })
    await fireEvent.click(screen.getByTestId('WelcomeView_kafka'))
    await fireEvent.click(screen.getByTestId('ConnectionForm_save'))
    expect(screen.getByTestId('ConnectionForm_brokers_problem').textContent).toContain('localhost:9092')
    await fireEvent.input(screen.getByTestId('ConnectionForm_name'), { target: { value: 'orders' } })
    await fireEvent.input(screen.getByTestId('ConnectionForm_brokers'), { target: { value: 'a:9092' } })
    await fireEvent.click(screen.getByTestId('ConnectionForm_save'))
    await settle()
    expect(made).toEqual([['orders', ['a:9092']]])
  })

  it('goes to the topics of the workspace that was made', async () => {
    const app = await open(sessionView('none'), {
      create: async () => sessionView('open', { version: 2 }),
    })
    await fireEvent.click(screen.getByTestId('WelcomeView_kafka'))
    await fireEvent.input(screen.getByTestId('ConnectionForm_name'), { target: { value: 'orders' } })
    await fireEvent.input(screen.getByTestId('ConnectionForm_brokers'), { target: { value: 'a:9092' } })
    await fireEvent.click(screen.getByTestId('ConnectionForm_save'))
    await settle()
    expect(app.router.current).toMatchObject({ view: 'topics', item: 'orders' })
  })

  it('does not show at one door what went wrong at another', async () => {
    await open(sessionView('none'), {
      open: () => Promise.reject(new AppError('WORKSPACE_NOT_FOUND', 'There is none.')),
    })
    await fireEvent.input(screen.getByTestId('WelcomeView_path'), { target: { value: 'nowhere' } })
    await fireEvent.click(screen.getByTestId('WelcomeView_open'))
    await settle()
    await tick()
    expect(screen.queryByTestId('WelcomeView_error')).not.toBeNull()
    await fireEvent.click(screen.getByTestId('WelcomeView_kafka'))
    expect(screen.queryByTestId('WelcomeView_error')).toBeNull()
  })

  it('says why a path was not opened', async () => {
    await open(sessionView('none'), {
      open: ({ path }) => Promise.reject(new AppError('WORKSPACE_NOT_FOUND', `There is no ${path}.`)),
    })
    await fireEvent.input(screen.getByTestId('WelcomeView_path'), { target: { value: 'nowhere' } })
    await fireEvent.click(screen.getByTestId('WelcomeView_open'))
    await settle()
    await tick()
    expect(screen.getByTestId('WelcomeView_error').textContent).toContain('There is no nowhere.')
  })

  it('shows the problems of a workspace with their places, and tries it again', async () => {
    const file = '/home/ada/orders/penstock.yaml'
    const asked: string[] = []
    await open(
      sessionView('failed', {
        problems: [{ file, line: 7, column: 5, path: 'connections.a', message: 'unknown key', hint: '' }],
      }),
      {
        open: async ({ path }) => {
          asked.push(path)
          return sessionView('open', { version: 2 })
        },
      },
    )
    expect(screen.getByTestId('WorkspaceProblems_row').textContent).toContain('7:5')
    await fireEvent.click(screen.getByTestId('WorkspaceProblems_retry'))
    await settle()
    expect(asked).toEqual([file])
    expect(screen.queryByTestId('WorkspaceProblems_pending')).toBeNull()
  })

  it('says what a changed file that waits would lose, and applies it', async () => {
    let applied = 0
    await open(sessionView('failed', { pending: { losses: ['rollup r is removed with all its windows'] } }), {
      apply: async () => {
        applied += 1
        return sessionView('open', { version: 2 })
      },
    })
    const { textContent } = screen.getByTestId('WorkspaceProblems_pending')
    expect(textContent).toContain('rollup r is removed with all its windows')
    await fireEvent.click(screen.getByTestId('WorkspaceProblems_apply'))
    await settle()
    expect(applied).toBe(1)
  })
})

describe('the session', () => {
  it('reads the workspace anew when another one is open', async () => {
    let answer: (view: SessionView) => void = () => undefined
    let reads = 0
    const { app } = createTestApp({
      workspace: {
        get: () => {
          reads += 1
          return new Promise(() => undefined)
        },
      },
      session: {
        watch: ({ after }) =>
          after === null ? Promise.resolve(sessionView('open')) : new Promise((resolve) => { answer = resolve }), // prettier-ignore
      },
    })
    stops.push(app.start())
    await settle()
    const before = reads
    answer(sessionView('open', { version: 2 }))
    await settle()
    expect(reads - before).toBe(1)
  })

  it('keeps the console while the same workspace is opened again, not while another one is', async () => {
    let answer: (view: SessionView) => void = () => undefined
    const app = await open(sessionView('open'), {
      watch: ({ after }) =>
        after === null ? Promise.resolve(sessionView('open')) : new Promise((resolve) => { answer = resolve }), // prettier-ignore
    })
    const screens: unknown[] = []
    const follow = async (view: SessionView): Promise<void> => {
      answer(view)
      await settle()
      screens.push([app.session.screen, app.session.isReopening])
    }
    await follow(sessionView('opening', { version: 2 }))
    await follow(sessionView('open', { version: 3 }))
    await follow(sessionView('opening', { version: 4, file: '/home/ada/other/penstock.yaml' }))
    await follow(sessionView('failed', { version: 5 }))
    await follow(sessionView('opening', { version: 6 }))
    expect(screens).toEqual([
      ['console', true],
      ['console', false],
      ['welcome', false],
      ['welcome', false],
      ['welcome', false],
    ])
  })

  it('shows the console where the host does not tell of sessions', async () => {
    const { app } = createTestApp()
    stops.push(app.start())
    await settle()
    expect(app.session.screen).toBe('console')
  })
})
