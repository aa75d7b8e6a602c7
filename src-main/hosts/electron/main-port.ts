/**
 * Electron's MessagePortMain as a connection of the contract. No electron import, only its shape; main thread; called by
 * main.ts for each port that a page was given.
 */
import type { ClientConnection } from '../shared/client-transport.ts'

/** The part of MessagePortMain that is used. */
export interface MainPort {
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown
  on(event: 'close', listener: () => void): unknown
  postMessage(message: unknown): void
  start(): void
  close(): void
}

/** Wraps the port; messages flow as soon as somebody listens. */
export function mainPortConnection(port: MainPort): ClientConnection {
  let isOpen = true
  port.on('close', () => {
    isOpen = false
  })
  return {
    onMessage(listener) {
      port.on('message', ({ data }) => {
        listener(data)
      })
      port.start()
    },
    onClose(listener) {
      port.on('close', listener)
    },
    post(data) {
      if (isOpen) port.postMessage(data)
    },
    close() {
      port.close()
    },
  }
}
