/**
 * Who may talk to the server at all, before any secret is looked at: the right Host (no rebinding of names), the right
 * Origin for a WebSocket, reading methods only. Pure; main thread; called by server.ts.
 */

/** The parts of a request that decide. */
export interface RequestFacts {
  method: string | undefined
  /** Host header. */
  host: string | undefined
  /** Origin header. */
  origin: string | undefined
}

/** A refusal: HTTP status and what to tell the person. */
export interface Refusal {
  status: 400 | 401 | 403 | 404 | 405 | 421
  title: string
  message: string
}

/** Host headers that name this server: loopback only, with its port. */
export function ownHosts(port: number): string[] {
  return ['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${String(port)}`)
}

/** Why a page or file request is refused; null where it may go on. */
export function refuseRequest(facts: RequestFacts, port: number): Refusal | null {
  if (!isOwnHost(facts.host, port)) return foreignHost(port)
  if (facts.method === 'GET' || facts.method === 'HEAD') return null
  return {
    status: 405,
    title: 'Only reading is possible here',
    message: `This server answers GET and HEAD, not ${facts.method ?? 'this method'}.`,
  }
}

/** Why a WebSocket is refused; null where it may go on. A browser always sends Origin; its absence is refused too. */
export function refuseUpgrade(facts: RequestFacts, port: number): Refusal | null {
  if (!isOwnHost(facts.host, port)) return foreignHost(port)
  if (facts.origin === `http://${facts.host?.toLowerCase() ?? ''}`) return null
  return {
    status: 403,
    title: 'Another page asked for this',
    message: 'Only the console that this server delivers may open a connection to it.',
  }
}

function isOwnHost(host: string | undefined, port: number): boolean {
  return host !== undefined && ownHosts(port).includes(host.toLowerCase())
}

function foreignHost(port: number): Refusal {
  return {
    status: 421,
    title: 'This is not the address of the console',
    message: `The console answers at http://127.0.0.1:${String(port)}/ only.`,
  }
}
