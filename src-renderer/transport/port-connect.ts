/** One connection over the MessagePort that the Electron preload hands to the page. Used by client.ts in the window. */
import { RPCLink } from '@orpc/client/message-port'
import type { ConnectResult } from './reconnecting-link.ts'

/** How long the preload may take to hand a port over, milliseconds. */
const portWithinMs = 5000

/** Receives the ports that the preload posts: the first by itself, later ones when asked. */
export class PortInbox {
  readonly #page: Window
  #ready: MessagePort | null = null
  #resolve: ((port: MessagePort) => void) | null = null
  #isFirst = true

  constructor(page: Window) {
    this.#page = page
    this.#listen(page)
  }

  #listen(target: Window): void {
    target.addEventListener('message', (event: MessageEvent<unknown>) => {
      const port = event.ports[0]
      if (event.source !== target || port === undefined || !isPortMessage(event.data)) return
      if (this.#resolve === null) this.#ready = port
      else this.#resolve(port)
      this.#resolve = null
      this.#isFirst = false
    })
  }

  /** The next port, or null where none comes in time. */
  next(): Promise<MessagePort | null> {
    const ready = this.#ready
    if (ready !== null) {
      this.#ready = null
      return Promise.resolve(ready)
    }
    if (!this.#isFirst) this.#page.postMessage({ type: 'penstock-port-request' }, this.#page.location.origin)
    this.#isFirst = false
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#resolve = null
        resolve(null)
      }, portWithinMs)
      this.#resolve = (port) => {
        clearTimeout(timer)
        resolve(port)
      }
    })
  }
}

function isPortMessage(data: unknown): boolean {
  return typeof data === 'object' && data !== null && 'type' in data && data.type === 'penstock-port'
}

/** Waits for a port and makes the connection over it. */
export async function connectPort(inbox: PortInbox): Promise<ConnectResult> {
  const port = await inbox.next()
  if (port === null) return { kind: 'unreachable' }
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
