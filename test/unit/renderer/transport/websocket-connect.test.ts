// @vitest-environment node
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { implement } from '@orpc/server'
import { RPCHandler } from '@orpc/server/ws'
import { createORPCClient } from '@orpc/client'
import type { ContractRouterClient } from '@orpc/contract'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import { api } from '#contract/api.ts'
import { AppError, toErrorShape } from '#contract/errors.ts'
import { connectWebSocket } from '../../../../src-renderer/transport/websocket-connect.ts'
import { ReconnectingLink } from '../../../../src-renderer/transport/reconnecting-link.ts'

const stops: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

/** A real server of one call of the contract, which lets nobody in while `status` is set. */
async function startServer(): Promise<{ port: number; gate: { status: number | null }; cut: () => void }> {
  const gate: { status: number | null } = { status: null }
  const os = implement({ engine: api.engine, events: api.events })
  const handler = new RPCHandler(
    os.router({
      engine: {
        pause: os.engine.pause.handler(() => ({ state: 'paused' })),
        resume: os.engine.resume.handler(({ errors }) => {
          const data = toErrorShape(new AppError('ENGINE_NOT_RUNNING', 'The engine has stopped.'))
          throw errors.PENSTOCK({ data })
        }),
      },
      events: { list: os.events.list.handler(() => new Promise<never>(() => undefined)) },
    }),
  )
  const server = createServer((_request, response) => {
    response.writeHead(gate.status ?? 200)
    response.end()
  })
  const sockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request, socket, head) => {
    if (gate.status !== null) {
      socket.end(`HTTP/1.1 ${String(gate.status)} Refused\r\n\r\n`)
      return
    }
    sockets.handleUpgrade(request, socket, head, (ws) => {
      void handler.upgrade(ws)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const cut = (): void => {
    for (const client of sockets.clients) client.terminate()
  }
  stops.push(async () => {
    cut()
    await new Promise((resolve) => server.close(resolve))
  })
  const { port } = server.address() as AddressInfo
  return { port, gate, cut }
}

function connectTo(port: number): ReconnectingLink {
  const link = new ReconnectingLink({
    sendOnce: new Set(['engine.pause']),
    connect: () =>
      connectWebSocket({
        open: () => new WebSocket(`ws://127.0.0.1:${String(port)}/rpc`),
        probe: async () => {
          try {
            return (await fetch(`http://127.0.0.1:${String(port)}/`)).status
          } catch {
            return null
          }
        },
      }),
  })
  stops.push(() => {
    link.dispose()
  })
  return link
}

const clientOf = (link: ReconnectingLink): ContractRouterClient<typeof api> => createORPCClient(link)
const statusOf = (link: ReconnectingLink, kind: string): Promise<void> =>
  new Promise((resolve) => {
    if (link.status.kind === kind) resolve()
    link.onStatus((status) => {
      if (status.kind === kind) resolve()
    })
  })

describe('a connection over a real WebSocket', () => {
  it('carries calls and typed errors', async () => {
    const { port } = await startServer()
    const client = clientOf(connectTo(port))
    expect(await client.engine.pause()).toEqual({ state: 'paused' })
    await expect(client.engine.resume()).rejects.toEqual(
      new AppError('ENGINE_NOT_RUNNING', 'The engine has stopped.'),
    )
  })

  it('comes back after a cut, with a new socket for the same client', async () => {
    const { port, cut } = await startServer()
    const link = connectTo(port)
    const client = clientOf(link)
    await client.engine.pause()
    cut()
    await statusOf(link, 'cut')
    await statusOf(link, 'open')
    expect(await client.engine.pause()).toEqual({ state: 'paused' })
  })

  it('says that the host refuses the page', async () => {
    const { port, gate } = await startServer()
    gate.status = 401
    const link = connectTo(port)
    await statusOf(link, 'refused')
    await expect(clientOf(link).engine.pause()).rejects.toMatchObject({ code: 'ACCESS_REFUSED' })
  })

  it('says that nobody answers', async () => {
    const link = connectTo(1)
    await statusOf(link, 'cut')
    await expect(clientOf(link).engine.pause()).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
  })

  it('lets go of a call that is aborted', async () => {
    const { port } = await startServer()
    const controller = new AbortController()
    const call = clientOf(connectTo(port)).events.list({ limit: 1 }, { signal: controller.signal })
    controller.abort(new DOMException('enough', 'AbortError'))
    await expect(call).rejects.toThrow('enough')
  })
})
