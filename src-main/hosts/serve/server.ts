/**
 * The local server: the built console over http and the contract over WebSocket, on 127.0.0.1 only. Main thread; started
 * by the `serve` command.
 */
import { createServer } from 'node:http'
import { limits } from '#contract/limits.ts'
import type { Logger } from '../../engine/engine-api.ts'
import type { ContractRouter } from '../shared/router.ts'
import { listenOnLoopback } from './listen.ts'
import { answerRequest } from './pages.ts'
import { createSessionToken } from './session-token.ts'
import { serveSockets } from './sockets.ts'

/** Options of {@link startServer}. */
export interface ServerOptions {
  router: ContractRouter
  logger: Logger
  /** Absolute folder of the built console. */
  folder: string
  /** Port asked for, 0 for any; undefined for the usual one, or any other where that is taken. */
  port: number | undefined
  /** Unread bytes at which a client is dropped. */
  backlogBytes?: number
  /** Time between two pings of a client. */
  heartbeatMs?: number
}

/** A running server. */
export interface LocalServer {
  port: number
  /** The address with the token; whoever has it may use the console. */
  address: string
  /** An address that works once, to be handed to a browser as an argument. */
  issueAddress(): string
  /** Stops listening and cuts every connection. Safe to call twice. */
  close(): Promise<void>
}

const defaultHeartbeatMs = 15_000

/**
 * Listens at once; the engine behind the router may still be starting.
 * @throws AppError USAGE where the port asked for cannot be had
 */
export async function startServer(options: ServerOptions): Promise<LocalServer> {
  const { router, logger, folder } = options
  const { backlogBytes = limits.clientBacklogBytes, heartbeatMs = defaultHeartbeatMs } = options
  const secrets = createSessionToken()
  const server = createServer({ requestTimeout: 30_000, maxHeaderSize: 16 * 1024 })
  const port = await listenOnLoopback(server, options.port)
  const gate = { port, secrets }

  server.on('request', (request, response) => {
    answerRequest(request, response, gate, folder).catch((error: unknown) => {
      if (!response.destroyed) logger.warn({ err: error }, 'request failed')
      response.destroy()
    })
  })
  server.on('error', (error) => {
    logger.error({ err: error }, 'server failed')
  })
  const closeSockets = serveSockets(server, gate, { router, logger, backlogBytes, heartbeatMs })

  const addressWith = (token: string): string => `http://127.0.0.1:${String(port)}/?token=${token}`
  return {
    port,
    address: addressWith(secrets.token),
    issueAddress: () => addressWith(secrets.issueTicket()),
    async close() {
      closeSockets()
      if (!server.listening) return
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}
