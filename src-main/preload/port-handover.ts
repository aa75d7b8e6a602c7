/**
 * Hands the port to the engine from the main process to the page, and nothing else. Runs in the isolated world of the
 * window; called by preload.ts.
 */

/** Word on both channels: main process to preload, and preload to page. */
export const portMessage = 'penstock-port'
/** What a page posts to itself to be given another port, after the first one has closed. */
export const portRequest = 'penstock-port-request'

/** The page's window, as far as it is used. */
export interface PageWindow {
  readonly location: { readonly origin: string }
  addEventListener(event: 'DOMContentLoaded', listener: () => void): void
  addEventListener(
    event: 'message',
    listener: (event: { source: unknown; origin: string; data: unknown }) => void,
  ): void
  postMessage(message: unknown, origin: string, ports: MessagePort[]): void
}

/** Electron's ipcRenderer, as far as it is used. */
export interface MainChannel {
  send(channel: string): void
  on(channel: string, listener: (event: { ports: MessagePort[] }) => void): void
}

/**
 * Asks the main process for a port once the page's scripts have run (they listen by then), and whenever the page asks
 * for another; posts each port to the page, at its own origin only.
 */
export function handPortOver(page: PageWindow, main: MainChannel): void {
  main.on(portMessage, ({ ports }) => {
    page.postMessage({ type: portMessage }, page.location.origin, ports)
  })
  page.addEventListener('DOMContentLoaded', () => {
    main.send(portMessage)
  })
  page.addEventListener('message', ({ source, origin, data }) => {
    if (source === page && origin === page.location.origin && isPortRequest(data)) main.send(portMessage)
  })
}

function isPortRequest(data: unknown): boolean {
  return typeof data === 'object' && data !== null && 'type' in data && data.type === portRequest
}
