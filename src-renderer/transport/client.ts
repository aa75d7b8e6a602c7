/**
 * The typed client of the contract, over whichever transport this page has: a MessagePort in the Electron window, a
 * WebSocket in a browser. Everything else in the renderer speaks to the engine through it.
 */
import { createORPCClient } from '@orpc/client'
import type { ContractRouterClient } from '@orpc/contract'
import type { api } from '#contract/api.ts'
import { PortInbox, connectPort } from './port-connect.ts'
import { ReconnectingLink } from './reconnecting-link.ts'
import { browserPorts, connectWebSocket } from './websocket-connect.ts'

/** Every call of the contract; each rejects with an AppError, or with the reason of the caller's AbortSignal. */
export type PenstockClient = ContractRouterClient<typeof api>

/** The calls that must not be sent twice; all others only read, or do nothing when repeated. */
const sendOnce: ReadonlySet<string> = new Set([
  'query.start',
  'engine.pause',
  'engine.resume',
  'messages.start',
  'messages.produce',
  'messages.pause',
  'messages.resume',
  'connections.test',
  'connections.save',
  'session.open',
  'session.openDemo',
  'session.create',
])

/** The client and the link that carries it. */
export interface Transport {
  client: PenstockClient
  link: ReconnectingLink
}

/** Chooses the transport at run time and begins to connect. */
export function createRpcClient(page: Window = window): Transport {
  const link = new ReconnectingLink({ connect: chooseConnect(page), sendOnce })
  const client: PenstockClient = createORPCClient(link)
  return { client, link }
}

function chooseConnect(page: Window): () => ReturnType<typeof connectPort> {
  if ('penstockHost' in page) {
    const inbox = new PortInbox(page)
    return () => connectPort(inbox)
  }
  const ports = browserPorts(page.location)
  return () => connectWebSocket(ports)
}
