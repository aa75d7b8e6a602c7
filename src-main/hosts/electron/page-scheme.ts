/**
 * The console's pages over the scheme `penstock:`, with the same headers as the serve host. No electron; main thread;
 * called by main.ts for every request of the window.
 */
import { readFile } from 'node:fs/promises'
import { securityHeaders } from '../shared/security-headers.ts'
import { findStaticFile } from '../shared/static-files.ts'
import { isConsoleUrl } from './trust.ts'

/**
 * Answers one request of the window.
 * @param folder absolute folder of the built console
 */
export async function answerPageRequest(
  request: Pick<Request, 'url' | 'method' | 'headers'>,
  folder: string,
): Promise<Response> {
  const headers = securityHeaders(["'self'"])
  if (!isConsoleUrl(request.url)) return new Response(null, { status: 403, headers })
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return new Response(null, { status: 405, headers })
  const { pathname: urlPath } = new URL(request.url)
  const file = await findStaticFile(folder, { urlPath, accept: request.headers.get('accept') })
  if (file === null) return new Response(null, { status: 404, headers })
  const body = request.method === 'HEAD' ? null : new Uint8Array(await readFile(file.file))
  return new Response(body, {
    headers: { ...headers, 'Content-Type': file.contentType, 'Cache-Control': 'no-cache' },
  })
}
