/** What a page request and a WebSocket upgrade are judged by alike. Pure; main thread; called by pages.ts and sockets.ts. */
import type { IncomingMessage } from 'node:http'
import type { RequestFacts } from './request-guard.ts'
import type { SessionToken } from './session-token.ts'

/** Port and secrets of this start of the server. */
export interface Gate {
  port: number
  secrets: SessionToken
}

/** The parts of a request that the guard looks at. */
export function factsOf(request: IncomingMessage): RequestFacts {
  return { method: request.method, host: request.headers.host, origin: request.headers.origin }
}

const host = '127.0.0.1'

/**
 * The target of a request as a URL; null where it is no path. An absolute target (as proxies send it), `//other/`, and
 * what a browser reads as that (`/\other/`, `/.//other/`) would name another place.
 */
export function parseTarget(target: string | undefined): URL | null {
  if (target?.startsWith('/') !== true) return null
  const url = URL.parse(target, `http://${host}`)
  return url?.host === host && !url.pathname.startsWith('//') ? url : null
}
