/** Connections edited and removed in their view, over a client in memory. */
import { cleanup, fireEvent, render, screen } from '@testing-library/svelte'
import { tick } from 'svelte'
import { afterEach, describe, expect, it } from 'vitest'
import type { ConnectionDraft, ConnectionView } from '#contract/connections.ts'
import { AppError } from '#contract/errors.ts'
import View from '../../../../src-renderer/features/connections/ConnectionsView.svelte'
import type { FakeCalls } from '../fake-client.ts'
import { settle } from '../fake-clock.ts'
import { FakeEngine } from '../fake-engine.ts'
import InApp from '../InApp.svelte'
import { createTestApp } from '../test-app.ts'

const draft: ConnectionDraft = {
  name: 'orders',
  brokers: ['a:9092'],
  tls: null,
  sasl: { mechanism: 'plain', username: 'reader', password: { secret: 'orders-password' } },
  registry: null,
  writes: false,
  production: false,
  color: '#d03030',
}
const view = (name: string, usedBy: string[] = []): ConnectionView => ({
  ...{ name, brokers: ['a:9092'], tls: false, sasl: 'plain', registry: null, writes: false },
  ...{ production: false, color: null, state: 'connected', reason: '', since: 1000, clusterId: null, usedBy },
})

const stops: (() => void)[] = []
afterEach(() => {
  cleanup()
  for (const stop of stops.splice(0)) stop()
})

async function show(address: string, calls: FakeCalls['connections'] = {}) {
  const { app } = createTestApp(
    {
      connections: {
        list: async () => ({ connections: [view('orders', ['flights']), view('spare')] }),
        get: async () => draft,
        ...calls,
      },
    },
    address,
  )
  stops.push(app.start())
  await settle()
  render(InApp, { props: { app, component: View, props: { active: true } } })
  await settle()
  await tick()
  return app
}
/** The same over an open snapshot. */
async function showSnapshot(connections: ConnectionView[]): Promise<void> {
  const snapshot = { file: '/s.db', takenAt: 1000, penstock: '1' }
  const workspace = { ...new FakeEngine({ scenario: 'busy' }).workspace, snapshot }
  const { app } = createTestApp(
    {
      workspace: { get: () => Promise.resolve(workspace) },
      connections: { list: async () => ({ connections }) },
    },
    '/connections',
  )
  stops.push(app.start())
  await settle()
  render(InApp, { props: { app, component: View, props: { active: true } } })
  await settle()
  await tick()
}
const type = (testid: string, value: string): Promise<boolean> =>
  fireEvent.input(screen.getByTestId(testid), { target: { value } })

describe('a connection in the form', () => {
  it('shows what the workspace declares, and no secret', async () => {
    await show('/connections/orders?edit=1')
    expect(screen.getByTestId<HTMLInputElement>('ConnectionForm_name').disabled).toBe(true)
    expect(screen.getByTestId<HTMLInputElement>('ConnectionForm_username').value).toBe('reader')
    const password = screen.getByTestId<HTMLInputElement>('ConnectionForm_password_text')
    expect([password.value, password.placeholder]).toEqual(['', 'kept; empty leaves it as it is'])
    expect(document.body.textContent).not.toContain('orders-password')
  })

  it('keeps a secret that is left blank, and takes one that is typed', async () => {
    const saved: ConnectionDraft[] = []
    const save: NonNullable<FakeCalls['connections']>['save'] = async ({ draft: given }) => {
      saved.push(given)
      return { saved: true }
    }
    const app = await show('/connections/orders?edit=1', { save })
    await type('ConnectionForm_brokers', 'b:9092')
    await fireEvent.click(screen.getByTestId('ConnectionForm_save'))
    await settle()
    expect(saved).toEqual([{ ...draft, brokers: ['b:9092'] }])
    expect(app.router.current).toMatchObject({ view: 'connections', item: 'orders', params: {} })

    expect(screen.getByTestId('ConnectionPage_edit').getAttribute('href')).toBe('/connections/orders?edit=1')
    app.router.go({ ...app.router.current, params: { edit: '1' } })
    await settle()
    await tick()
    await type('ConnectionForm_password_text', 'new')
    await fireEvent.click(screen.getByTestId('ConnectionForm_save'))
    await settle()
    expect(saved[1]?.sasl).toEqual({ ...draft.sasl, password: { value: 'new' } })
  })

  it('stays as it was typed where saving fails, and is read anew after cancelling', async () => {
    const app = await show('/connections/orders?edit=1', {
      save: () => Promise.reject(new AppError('WORKSPACE_INVALID', 'penstock.yaml has changed')),
    })
    await type('ConnectionForm_brokers', 'b:9092')
    await fireEvent.click(screen.getByTestId('ConnectionForm_save'))
    await settle()
    await tick()
    expect(screen.getByTestId('EditConnection_error').textContent).toContain('penstock.yaml has changed')
    expect(screen.getByTestId<HTMLInputElement>('ConnectionForm_brokers').value).toBe('b:9092')
    await fireEvent.click(screen.getByTestId('EditConnection_cancel'))
    app.router.go({ ...app.router.current, params: { edit: '1' } })
    await settle()
    await tick()
    expect(screen.getByTestId<HTMLInputElement>('ConnectionForm_brokers').value).toBe('a:9092')
  })

  it('that cannot be read says why', async () => {
    await show('/connections/orders?edit=1', {
      get: () => Promise.reject(new AppError('CONNECTION_UNKNOWN', 'there is no connection "orders"')),
    })
    expect(screen.getByTestId('EditConnection_loadError').textContent).toContain('there is no connection')
  })
})

describe('removing a connection', () => {
  it('is not offered for one that is used', async () => {
    await show('/connections/orders')
    const button = screen.getByTestId<HTMLButtonElement>('ConnectionPage_remove')
    expect([button.disabled, button.title]).toEqual([true, 'Used by flights'])
  })

  it('asks first', async () => {
    const removed: string[] = []
    await show('/connections/spare', {
      remove: async ({ name }) => {
        removed.push(name)
        return { removed: true }
      },
    })
    await fireEvent.click(screen.getByTestId('ConnectionPage_remove'))
    expect(document.activeElement).toBe(screen.getByTestId('RemoveConnection_cancel'))
    await fireEvent.keyDown(screen.getByTestId('RemoveConnection'), { key: 'Escape' })
    expect([removed, screen.queryByTestId('RemoveConnection')]).toEqual([[], null])
    await fireEvent.click(screen.getByTestId('ConnectionPage_remove'))
    await fireEvent.click(screen.getByTestId('RemoveConnection_confirm'))
    await settle()
    expect(removed).toEqual(['spare'])
  })

  it('that fails says why', async () => {
    await show('/connections/spare', {
      remove: () => Promise.reject(new AppError('CONNECTION_IN_USE', '"spare" is used by s')),
    })
    await fireEvent.click(screen.getByTestId('ConnectionPage_remove'))
    await fireEvent.click(screen.getByTestId('RemoveConnection_confirm'))
    await settle()
    await tick()
    expect(screen.getByTestId('RemoveConnection_error').textContent).toContain('is used by s')
  })
})

describe('connections of a snapshot', () => {
  it('are only looked at', async () => {
    await showSnapshot([view('orders')])
    expect(screen.getByTestId('ConnectionPage').textContent).toContain('a:9092')
    const changing = ['sView_add', 'Page_edit', 'Page_remove', 'Page_test']
    for (const part of changing) expect(screen.queryByTestId(`Connection${part}`)).toBeNull()
  })

  it('are not added where it has none', async () => {
    await showSnapshot([])
    expect(screen.getByTestId('ConnectionsView_empty').textContent).toContain('in this snapshot')
    expect(screen.queryByText('Connect to Kafka')).toBeNull()
  })
})
