/**
 * Accepts WebSockets on the server's port and serves the contract on them. Main thread; one per server. Every upgrade
 * passes: Host, Origin, cookie, path.
 */
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { limits } from '#contract/limits.ts'
import type { Logger } from '../../engine/engine-api.ts'
import { createClientTransport } from '../shared/client-transport.ts'
import type { ContractRouter } from '../shared/router.ts'
import { factsOf, parseTarget } from './gate.ts'
import type { Gate } from './gate.ts'
import { refuseUpgrade } from './request-guard.ts'
import { createHeartbeat, socketConnection } from './socket-connection.ts'

/** Path of the WebSocket. */
export const socketPath = '/rpc'

/** Options of {@link serveSockets}. */
export interface SocketOptions {
  router: ContractRouter
  logger: Logger
  /** Unread bytes at which a client is dropped. */
  backlogBytes: number
  /** Time between two pings of a client. */
  heartbeatMs: number
}

/**
 * Answers the upgrades of `server`.
 * @returns what cuts every socket and stops accepting
 */
export function serveSockets(server: Server, gate: Gate, options: SocketOptions): () => void {
  const { router, logger, backlogBytes, heartbeatMs } = options
  const transport = createClientTransport(router, logger)
  const heartbeat = createHeartbeat(logger)
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: limits.messageBytes,
    perMessageDeflate: false,
  })
  server.on('upgrade', (request, stream: Duplex, head) => {
    stream.on('error', (error) => {
      logger.debug({ err: error }, 'client connection failed')
    })
    const status = refusedStatus(request, gate)
    if (status !== null) {
      refuse(stream, status)
      return
    }
    sockets.handleUpgrade(request, stream, head, (socket) => {
      heartbeat.watch(socket)
      transport.accept(socketConnection(socket, logger, backlogBytes))
    })
  })
  const timer = setInterval(() => {
    heartbeat.beat()
  }, heartbeatMs)
  timer.unref()
  return () => {
    clearInterval(timer)
    transport.close()
    sockets.close()
  }
}

/** The connection is cut once the answer is out: whoever is refused need not hang up, and would hold up the end. */
function refuse(stream: Duplex, status: string): void {
  stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => {
    stream.destroy()
  })
}

function refusedStatus(request: IncomingMessage, { port, secrets }: Gate): string | null {
  const refusal = refuseUpgrade(factsOf(request), port)
  if (refusal !== null) return refusal.status === 421 ? '421 Misdirected Request' : '403 Forbidden'
  if (!secrets.admits(request.headers.cookie, port)) return '401 Unauthorized'
  return parseTarget(request.url)?.pathname === socketPath ? null : '404 Not Found'
}
