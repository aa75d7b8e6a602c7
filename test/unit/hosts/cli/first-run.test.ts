/** `penstock serve` without a workspace, over its WebSocket: nothing open, then one, then another, and the end. */
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import type { api } from '#contract/api.ts'
import type { ConnectionDraft } from '#contract/connections.ts'
import { makePlace, startPenstock } from './run-penstock.ts'

vi.setConfig({ testTimeout: 60_000 })

const place = makePlace(
  `
penstock: 1
name: flights
sources:
  numbers:
    replay: { file: numbers.ndjson, rate: 10, loop: true }
    columns: { id: integer }
tables:
  numbers: { source: numbers }
`,
  { 'numbers.ndjson': '{"id":1}\n' },
)
afterAll(() => {
  place.remove()
})

const draft: ConnectionDraft = {
  name: 'local',
  brokers: ['127.0.0.1:1'],
  tls: null,
  sasl: { mechanism: 'plain', username: 'reader', password: { value: 'hUnter2-typed' } },
  registry: null,
  writes: false,
  production: false,
  color: null,
}

function isBrowserSocket(socket: object): socket is globalThis.WebSocket {
  return 'addEventListener' in socket && 'readyState' in socket
}

async function connect(url: string): Promise<ContractRouterClient<typeof api>> {
  const entry = await fetch(url, { redirect: 'manual' })
  const cookie = entry.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const { host } = new URL(url)
  const socket = new WebSocket(`ws://${host}/rpc`, { headers: { cookie }, origin: `http://${host}` })
  await once(socket, 'open')
  if (!isBrowserSocket(socket)) throw new Error('ws no longer looks like a WebSocket of the DOM')
  return createORPCClient(new RPCLink({ websocket: socket }))
}

it('asks what to open, opens it, makes another, saves a connection, and ends with nothing left', async () => {
  const command = startPenstock(place, ['serve', '--port', '0', '--no-open'])
  const [, url = ''] = await command.until(/Penstock is at (\S+)\n/u)
  const client = await connect(url)
  expect(await client.session.watch({ after: null })).toMatchObject({ state: 'none', file: null, recent: [] })
  await expect(client.workspace.get()).rejects.toMatchObject({ data: { code: 'ENGINE_NOT_RUNNING' } })
  await expect(client.live.next({ epoch: null, after: null })).rejects.toMatchObject({
    data: { code: 'ENGINE_NOT_RUNNING' },
  })
  await expect(client.session.open({ path: place.base })).rejects.toMatchObject({
    data: { code: 'WORKSPACE_NOT_FOUND' },
  })

  expect(await client.session.open({ path: place.workspace })).toMatchObject({ state: 'open' })
  expect(await client.workspace.get()).toMatchObject({ name: 'flights', host: 'serve' })

  const folder = path.join(place.base, 'made')
  const made = await client.session.create({ folder, connection: draft })
  const file = path.join(folder, 'penstock.yaml')
  expect(made).toMatchObject({ state: 'open', file })
  expect(made.recent.map(({ name }) => name)).toEqual(['made', 'flights'])
  expect(await client.workspace.get()).toMatchObject({ connections: ['local'] })
  const kept = await client.connections.get({ name: 'local' })
  expect(kept.sasl).toMatchObject({ password: { secret: 'local-password' } })

  await client.connections.save({ draft: { ...kept, production: true } })
  expect(readFileSync(file, 'utf8')).toContain('production: true')
  expect(await client.session.watch({ after: null })).toMatchObject({ state: 'open', file })

  let test = await client.connections.test({ draft: kept })
  while (!test.done) test = await client.connections.watchTest({ id: test.id, after: test.version })
  expect(test.steps.find(({ name }) => name === 'connect')).toMatchObject({ state: 'failed' })

  await command.stop('SIGINT')
  const log = path.join(place.state, 'penstock.log')
  const said = command.stdout() + command.stderr() + (existsSync(log) ? readFileSync(log, 'utf8') : '')
  expect(said + readFileSync(file, 'utf8')).not.toContain('hUnter2-typed')
})
