/**
 * The contract over each transport, for one test suite: a router over a fake engine, and clients that connect to it as
 * the console does.
 */
import { createORPCClient } from '@orpc/client'
import { RPCLink as PortLink } from '@orpc/client/message-port'
import { RPCLink as SocketLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { MessageChannel } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'
import { WebSocket } from 'ws'
import type { api } from '#contract/api.ts'
import { startServer } from '../../../src-main/hosts/serve/server.ts'
import { createClientTransport } from '../../../src-main/hosts/shared/client-transport.ts'
import { fixedSession } from '../hosts/fixed-session.ts'
import { createRouter } from '../../../src-main/hosts/shared/router.ts'
import { createFakeEngine } from '../hosts/fake-engine.ts'
import type { FakeEngine } from '../hosts/fake-engine.ts'
import { createFakeLogger } from '../hosts/fake-logger.ts'
import { sampleWorkspace } from '../hosts/sample-workspace.ts'

/** A connected client. */
export interface TestClient {
  api: ContractRouterClient<typeof api>
  /** Sends a message as it is. */
  sendRaw(data: string | Uint8Array): void
  /** Cuts the connection from the client's side, without a word. */
  cut(): void
  /** Resolves when the connection is gone. */
  closed: Promise<unknown>
}

/** A client that sends and does not read. */
export interface LazyClient {
  sendRaw(data: string): void
  /** Begins to read; every message from then on, those that wait first. */
  read(listener: (text: string) => void): void
  cut(): void
}

/** A running transport. */
export interface Carrier {
  engine: FakeEngine
  connect(): Promise<TestClient>
  connectLazy(): Promise<LazyClient>
  close(): Promise<void>
}

function makeRouter(engine: FakeEngine) {
  return createRouter(fixedSession(sampleWorkspace, engine), { version: '1.2.3', host: 'cli' })
}

/** ws has the methods of the DOM's WebSocket, with event types of its own. */
function isBrowserSocket(socket: object): socket is globalThis.WebSocket {
  return 'addEventListener' in socket && 'removeEventListener' in socket && 'readyState' in socket
}

/** The contract over MessagePorts. */
export function startPortCarrier(): Promise<Carrier> {
  const engine = createFakeEngine()
  const transport = createClientTransport(makeRouter(engine), createFakeLogger())
  const openPort = (): MessagePort => {
    const { port1, port2 } = new MessageChannel()
    transport.accept({
      onMessage: (listener) => port1.on('message', listener),
      onClose: (listener) => port1.on('close', listener),
      post: (data) => {
        port1.postMessage(data)
      },
      close: () => {
        port1.close()
      },
    })
    return port2
  }
  return Promise.resolve({
    engine,
    connect() {
      const port2 = openPort()
      const closed = once(port2, 'close')
      const link = new PortLink({ port: port2 })
      port2.start()
      return Promise.resolve({
        api: createORPCClient(link),
        sendRaw: (data) => {
          port2.postMessage(data)
        },
        cut: () => {
          port2.close()
        },
        closed,
      })
    },
    connectLazy() {
      const port = openPort()
      return Promise.resolve({
        sendRaw: (data) => {
          port.postMessage(data)
        },
        read: (listener) => port.on('message', listener),
        cut: () => {
          port.close()
        },
      })
    },
    close() {
      transport.close()
      return Promise.resolve()
    },
  })
}

/** The contract over WebSockets of a real server. */
export async function startSocketCarrier(): Promise<Carrier> {
  const engine = createFakeEngine()
  const folder = await mkdtemp(path.join(os.tmpdir(), 'penstock-console-'))
  await writeFile(path.join(folder, 'index.html'), '<!doctype html>')
  const server = await startServer({
    router: makeRouter(engine),
    logger: createFakeLogger(),
    folder,
    port: 0,
  })
  const entry = await fetch(server.address, { redirect: 'manual' })
  const cookie = entry.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const host = `127.0.0.1:${String(server.port)}`
  const openSocket = (): WebSocket =>
    new WebSocket(`ws://${host}/rpc`, { headers: { cookie }, origin: `http://${host}` })
  return {
    engine,
    async connect() {
      const socket = openSocket()
      const closed = once(socket, 'close')
      if (!isBrowserSocket(socket)) throw new Error('ws no longer looks like a WebSocket of the DOM')
      const link = new SocketLink({ websocket: socket })
      await once(socket, 'open')
      return {
        api: createORPCClient(link),
        sendRaw: (data) => {
          socket.send(data)
        },
        cut: () => {
          socket.terminate()
        },
        closed,
      }
    },
    async connectLazy() {
      const socket = openSocket()
      await once(socket, 'open')
      socket.pause()
      return {
        sendRaw: (data) => {
          socket.send(data)
        },
        read: (listener) => {
          socket.on('message', (bytes: Buffer) => {
            listener(bytes.toString('utf8'))
          })
          socket.resume()
        },
        cut: () => {
          socket.terminate()
        },
      }
    },
    async close() {
      await server.close()
      await rm(folder, { recursive: true })
    },
  }
}
