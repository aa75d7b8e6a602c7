/**
 * The contract over any connection that carries text both ways: a MessagePort (Electron's window, worker_threads) or a
 * WebSocket. Main thread; one per host. oRPC's port adapter serves both, as the messages are the same on either wire.
 */
import { RPCHandler } from '@orpc/server/message-port'
import { limits } from '#contract/limits.ts'
import type { Logger } from '../../engine/engine-api.ts'
import { CallLimit } from './call-limit.ts'
import { contractHandlerOptions } from './contract-interceptor.ts'
import type { ClientContext } from './contract-interceptor.ts'
import type { ContractRouter } from './router.ts'
import { findWireFault } from './wire-guard.ts'
import type { WireFault } from './wire-guard.ts'

/** One client's connection, whatever carries it. */
export interface ClientConnection {
  onMessage(listener: (data: unknown) => void): void
  onClose(listener: () => void): void
  /** Sends a message; does nothing once closed. */
  post(data: unknown): void
  /** Ends the connection; `fault` says what the client did wrong, where it did. */
  close(fault?: WireFault): void
}

/** See {@link createClientTransport}. */
export interface ClientTransport {
  /** Number of connected clients. */
  readonly clients: number
  /** Takes the connection over. A client that sends nonsense loses it, and what it sent after that; others go on. */
  accept(connection: ClientConnection): void
  /** Closes every connection; running calls are aborted. */
  close(): void
}

/** Serves the contract on any number of connections, each with a call limit of its own. */
export function createClientTransport(router: ContractRouter, logger: Logger): ClientTransport {
  const handler = new RPCHandler<ClientContext>(router, contractHandlerOptions(logger))
  const open = new Set<ClientConnection>()

  return {
    get clients() {
      return open.size
    },
    accept(connection) {
      open.add(connection)
      connection.onClose(() => open.delete(connection))
      handler.upgrade(guardConnection(connection, logger), {
        context: { calls: new CallLimit(limits.callsInFlight) },
      })
    },
    close() {
      for (const connection of open) connection.close()
    },
  }
}

function guardConnection(connection: ClientConnection, logger: Logger) {
  let isDropped = false
  const onMessage = (listener: (event: { data: unknown }) => void): void => {
    connection.onMessage((data) => {
      if (isDropped) return
      const fault = findWireFault(data)
      if (fault === null) {
        listener({ data })
        return
      }
      isDropped = true
      logger.warn({ fault }, 'client dropped: it sent a message that is no call of the contract')
      connection.close(fault)
    })
  }
  return {
    on(event: string, listener: (event?: { data: unknown }) => void) {
      if (event === 'message') onMessage(listener)
      else if (event === 'close')
        connection.onClose(() => {
          listener()
        })
    },
    postMessage(data: unknown) {
      connection.post(data)
    },
  }
}
