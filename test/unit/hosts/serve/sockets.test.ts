/** Sockets that misbehave: clients that do not read, and clients that have died. Others go on. */
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import type { ContractRouterClient } from '@orpc/contract'
import { once } from 'node:events'
import net from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { api } from '#contract/api.ts'
import { createHeartbeat } from '../../../../src-main/hosts/serve/socket-connection.ts'
import { createFakeLogger } from '../fake-logger.ts'
import { startTestServer } from './start-server.ts'
import type { TestServer } from './start-server.ts'

let running: TestServer | null = null
afterEach(async () => {
  await running?.close()
  running = null
})

async function connect({ server, cookie }: TestServer): Promise<WebSocket> {
  const host = `127.0.0.1:${String(server.port)}`
  const socket = new WebSocket(`ws://${host}/rpc`, { headers: { cookie }, origin: `http://${host}` })
  await once(socket, 'open')
  return socket
}

function clientOver(socket: WebSocket): ContractRouterClient<typeof api> {
  const link = new RPCLink({
    port: {
      on(event, listener) {
        if (event === 'message') {
          socket.on('message', (bytes: Buffer) => {
            listener({ data: bytes.toString() })
          })
        }
      },
      postMessage(text: string) {
        socket.send(text)
      },
    },
  })
  return createORPCClient(link)
}

describe('a client that does not read', () => {
  it('is dropped when its backlog is full, and others go on', async () => {
    running = await startTestServer({ backlogBytes: 1024 * 1024 })
    const { engine, logger } = running
    const { id } = engine.queries.start({ sql: 'SELECT 1' })
    engine.finish(
      id,
      Array.from({ length: 500 }, () => ['x'.repeat(4000)]),
    )
    const lazy = await connect(running)
    const reader = clientOver(await connect(running))
    const call = (number: number): string =>
      JSON.stringify({
        i: String(number),
        p: { u: '/query/page', b: { json: { id, start: 0, count: 500 } } },
      })
    lazy.pause()
    const closed = once(lazy, 'close')
    for (let number = 1; number <= 20; number += 1) lazy.send(call(number))
    while (!logger.lines.some((line) => line.includes('does not read'))) {
      const page = await reader.query.page({ id, start: 0, count: 500 })
      expect(page.rows).toHaveLength(500)
    }
    lazy.resume()
    await closed
    await expect(reader.deadLetters.groups()).resolves.toEqual({ groups: [] })
  })
})

describe('a client that sends nonsense', () => {
  it('is not listened to any more, however much it had sent already', async () => {
    running = await startTestServer()
    const { engine, logger } = running
    const socket = await connect(running)
    const closed = once(socket, 'close')
    for (const text of ['nonsense', 'more of it']) socket.send(text)
    socket.send(JSON.stringify({ i: '1', p: { u: '/query/start', b: { json: { sql: 'SELECT 1' } } } }))
    await closed
    expect(logger.lines.filter((line) => line.includes('no call of the contract'))).toHaveLength(1)
    expect(engine.calls).toEqual([])
  })
})

describe('a client that is refused and does not hang up', () => {
  it('is cut, and does not hold up the end of the server', async () => {
    running = await startTestServer()
    const { server } = running
    const socket = net.connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true })
    socket.write(
      `GET /rpc HTTP/1.1\r\nHost: 127.0.0.1:${String(server.port)}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    )
    await once(socket.resume(), 'end')
    await server.close()
    socket.destroy()
  })
})

describe('heartbeat', () => {
  it('drops a client that answers no ping, and keeps one that does', async () => {
    running = await startTestServer({ heartbeatMs: 150 })
    const { server, cookie } = running
    const host = `127.0.0.1:${String(server.port)}`
    const alive = clientOver(await connect(running))
    const silent = new WebSocket(`ws://${host}/rpc`, {
      headers: { cookie },
      origin: `http://${host}`,
      autoPong: false,
    })
    await once(silent, 'close')
    await expect(alive.deadLetters.groups()).resolves.toEqual({ groups: [] })
  })

  it('pings once per beat and forgets closed sockets', async () => {
    running = await startTestServer()
    const socket = await connect(running)
    const heartbeat = createHeartbeat(createFakeLogger())
    let pings = 0
    heartbeat.watch(socket)
    const ping = socket.ping.bind(socket)
    socket.ping = () => {
      pings += 1
      ping()
    }
    heartbeat.beat()
    await once(socket, 'pong')
    heartbeat.beat()
    expect(pings).toBe(2)
    socket.terminate()
    await once(socket, 'close')
    heartbeat.beat()
    expect(pings).toBe(2)
  })
})

describe('a stopping server', () => {
  it('cuts its clients and ends their long polls', async () => {
    running = await startTestServer()
    const socket = await connect(running)
    const closed = once(socket, 'close')
    socket.send(JSON.stringify({ i: '1', p: { u: '/live/next', b: { json: { epoch: 'first', after: 1 } } } }))
    while (running.engine.waiting === 0) await new Promise((resolve) => setImmediate(resolve))
    await running.server.close()
    await closed
    while (running.engine.waiting > 0) await new Promise((resolve) => setImmediate(resolve))
    expect(running.engine.waiting).toBe(0)
  })
})
