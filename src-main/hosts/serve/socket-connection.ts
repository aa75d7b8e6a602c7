/**
 * One WebSocket as a connection of the contract. Main thread; made by server.ts for each upgrade. Policy for a client
 * that does not read: its socket is terminated; it connects again and goes on from its own cursors.
 */
import type { WebSocket } from 'ws'
import { limits } from '#contract/limits.ts'
import type { Logger } from '../../engine/engine-api.ts'
import type { ClientConnection } from '../shared/client-transport.ts'
import type { WireFault } from '../shared/wire-guard.ts'

/** WebSocket close codes: message too big, no text, against the protocol. */
const closeCodes: Record<WireFault, number> = { 'too-large': 1009, 'not-text': 1003, malformed: 1008 }

/** @param backlogBytes unread bytes at which the client is dropped */
export function socketConnection(
  socket: WebSocket,
  logger: Logger,
  backlogBytes: number = limits.clientBacklogBytes,
): ClientConnection {
  socket.on('error', (error) => {
    logger.warn({ err: error }, 'client socket failed')
  })
  return {
    onMessage(listener) {
      socket.on('message', (bytes: Buffer, isBinary: boolean) => {
        listener(isBinary ? bytes : bytes.toString('utf8'))
      })
    },
    onClose(listener) {
      socket.on('close', listener)
    },
    post(data) {
      if (socket.readyState !== socket.OPEN) return
      socket.send(String(data))
      if (socket.bufferedAmount <= backlogBytes) return
      logger.warn({ bytes: socket.bufferedAmount }, 'client dropped: it does not read its answers')
      socket.terminate()
    },
    close(fault) {
      if (fault === undefined) socket.terminate()
      else socket.close(closeCodes[fault], fault)
    },
  }
}

/** Finds sockets whose other end is gone without a word. */
export interface Heartbeat {
  watch(socket: WebSocket): void
  /** Terminates the sockets that have not answered the ping before, and pings the others. */
  beat(): void
}

/** Makes a heartbeat; the server calls `beat` at an interval. */
export function createHeartbeat(logger: Logger): Heartbeat {
  const answered = new Map<WebSocket, boolean>()
  return {
    watch(socket) {
      answered.set(socket, true)
      socket.on('pong', () => answered.set(socket, true))
      socket.on('close', () => answered.delete(socket))
    },
    beat() {
      for (const [socket, isAlive] of answered) {
        if (isAlive) {
          answered.set(socket, false)
          socket.ping()
        } else {
          logger.warn({}, 'client dropped: it did not answer a ping')
          socket.terminate()
        }
      }
    },
  }
}
