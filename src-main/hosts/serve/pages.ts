/**
 * Answers page and file requests: exchanges the token for the cookie, delivers the built console, or says in a plain page
 * what to do. Main thread; called by server.ts for every request.
 */
import { createReadStream } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { securityHeaders } from '../shared/security-headers.ts'
import { findStaticFile } from '../shared/static-files.ts'
import { factsOf, parseTarget } from './gate.ts'
import type { Gate } from './gate.ts'
import { onwardPage, refusalPage, wrongTokenText } from './plain-pages.ts'
import { refuseRequest } from './request-guard.ts'
import type { Refusal } from './request-guard.ts'

const badAddress: Refusal = {
  status: 400,
  title: 'This address cannot be read',
  message: 'Open the address that `penstock serve` printed when it started.',
}

/**
 * @param folder absolute folder of the built console
 * @throws Error of the file system, or of a connection that broke while a file was sent
 */
export async function answerRequest(
  request: IncomingMessage,
  response: ServerResponse,
  { port, secrets }: Gate,
  folder: string,
): Promise<void> {
  for (const [name, value] of Object.entries(securityHeaders(connectionsTo(port))))
    response.setHeader(name, value)
  const refusal = refuseRequest(factsOf(request), port)
  if (refusal !== null) {
    refuse(response, refusal)
    return
  }
  const url = parseTarget(request.url)
  const token = url?.searchParams.get('token') ?? null
  if (url === null) {
    refuse(response, badAddress)
  } else if (token !== null && secrets.matches(token)) {
    response.setHeader('Set-Cookie', secrets.cookieFor(port))
    leadOn(response, withoutToken(url))
  } else if (token !== null || !secrets.admits(request.headers.cookie, port)) {
    refuse(response, { status: 401, ...wrongTokenText })
  } else {
    await sendFile(request, response, folder, url.pathname)
  }
}

/**
 * Sends the browser on. Where a page of another site led here, the redirect counts as that site's as well and would come
 * without the SameSite=Strict cookie; a page of ours that goes on by itself does not.
 */
function leadOn(response: ServerResponse, location: string): void {
  response.setHeader('Cache-Control', 'no-store')
  if (response.req.headers['sec-fetch-site'] === 'cross-site') sendPage(response, 200, onwardPage(location))
  else response.writeHead(303, { Location: location }).end()
}

function connectionsTo(port: number): string[] {
  return ["'self'", ...['127.0.0.1', 'localhost'].map((name) => `ws://${name}:${String(port)}`)]
}

async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  folder: string,
  urlPath: string,
): Promise<void> {
  const file = await findStaticFile(folder, { urlPath, accept: request.headers.accept })
  if (file === null) {
    refuse(response, noSuchFile(urlPath))
    return
  }
  response.setHeader('Content-Type', file.contentType)
  response.setHeader('Cache-Control', file.cacheControl)
  response.setHeader('ETag', file.etag)
  if (request.headers['if-none-match'] === file.etag) {
    response.writeHead(304).end()
    return
  }
  response.writeHead(200, { 'Content-Length': file.sizeBytes })
  if (request.method === 'HEAD' || file.sizeBytes === 0) response.end()
  else await pipeline(createReadStream(file.file, { end: file.sizeBytes - 1 }), response)
}

function refuse(response: ServerResponse, refusal: Refusal): void {
  response.setHeader('Cache-Control', 'no-store')
  if (refusal.status === 405) {
    response.setHeader('Allow', 'GET, HEAD')
    response.setHeader('Connection', 'close')
  }
  sendPage(response, refusal.status, refusalPage(refusal.title, refusal.message))
}

function sendPage(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
  })
  response.end(response.req.method === 'HEAD' ? undefined : body)
}

function noSuchFile(urlPath: string): Refusal {
  return {
    status: 404,
    title: 'Nothing is at this address',
    message: `The console has no file ${urlPath.slice(0, 200)}. Open its first page at /.`,
  }
}

function withoutToken(url: URL): string {
  const rest = new URLSearchParams(url.searchParams)
  rest.delete('token')
  const query = rest.toString()
  return url.pathname + (query === '' ? '' : `?${query}`)
}
