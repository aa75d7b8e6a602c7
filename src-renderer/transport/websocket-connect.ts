/** One WebSocket connection to the local host, and why there is none. Used by client.ts in the browser. */
import { RPCLink } from '@orpc/client/websocket'
import type { ConnectResult } from './reconnecting-link.ts'

/** What of the browser is used; tests pass their own. */
export interface WebSocketPorts {
  open(): WebSocket
  /** Status of a plain request to the host, or null where it does not answer: a WebSocket hides why it was refused. */
  probe(): Promise<number | null>
}

/** Opens one connection; resolves when it is open or has failed. */
export async function connectWebSocket(ports: WebSocketPorts): Promise<ConnectResult> {
  const socket = ports.open()
  const isOpen = await new Promise<boolean>((resolve) => {
    socket.addEventListener('open', () => {
      resolve(true)
    })
    socket.addEventListener('close', () => {
      resolve(false)
    })
  })
  if (!isOpen) {
    const status = await ports.probe()
    return { kind: status === 401 || status === 403 ? 'refused' : 'unreachable' }
  }
  const closed = new Promise<void>((resolve) => {
    socket.addEventListener('close', () => {
      resolve()
    })
  })
  const connection = {
    link: new RPCLink({ websocket: socket }),
    closed,
    isClosed: () => socket.readyState !== WebSocket.OPEN,
    close: () => {
      socket.close()
    },
  }
  return { kind: 'open', connection }
}

/** The ports of a real page: the host that served it. */
export function browserPorts(location: Location): WebSocketPorts {
  return {
    open: () => new WebSocket(`${location.origin.replace('http', 'ws')}/rpc`),
    probe: async () => {
      try {
        const response = await fetch(`${location.origin}/`, { cache: 'no-store', redirect: 'manual' })
        return response.status
      } catch {
        // The host does not answer at all: the caller tries again.
        return null
      }
    },
  }
}
