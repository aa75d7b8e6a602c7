/** One connection over the MessagePort that the Electron preload hands to the page. Used by client.ts in the window. */
import { RPCLink } from '@orpc/client/message-port'
import type { ConnectResult } from './reconnecting-link.ts'

/** Hands out ports in the order the preload posts them; remembers one that came before it was asked for. */
export class PortInbox {
  #ready: MessagePort | null = null
  #resolve: ((port: MessagePort) => void) | null = null

  constructor(target: Window) {
    target.addEventListener('message', (event: MessageEvent<unknown>) => {
      const port = event.ports[0]
      if (event.source !== target || port === undefined || !isPortMessage(event.data)) return
      if (this.#resolve === null) this.#ready = port
      else this.#resolve(port)
      this.#resolve = null
    })
  }

  /** The next port; waits until there is one. */
  next(): Promise<MessagePort> {
    const ready = this.#ready
    if (ready !== null) {
      this.#ready = null
      return Promise.resolve(ready)
    }
    return new Promise((resolve) => {
      this.#resolve = resolve
    })
  }
}

function isPortMessage(data: unknown): boolean {
  return typeof data === 'object' && data !== null && 'type' in data && data.type === 'penstock-port'
}

/** Waits for a port and makes the connection over it. */
export async function connectPort(inbox: PortInbox): Promise<ConnectResult> {
  const port = await inbox.next()
  let isClosed = false
  const closed = new Promise<void>((resolve) => {
    port.addEventListener('close', () => {
      isClosed = true
      resolve()
    })
  })
  const link = new RPCLink({ port })
  port.start()
  const close = (): void => {
    port.close()
  }
  return { kind: 'open', connection: { link, closed, isClosed: () => isClosed, close } }
}
