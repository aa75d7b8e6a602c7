/** Serves the built harness on loopback with the strict content policy of the real host. `node serve.ts [PORT]`. */
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import path from 'node:path'

const folder = path.resolve(import.meta.dirname, '../../../out/harness')
const types: Record<string, string> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.html': 'text/html',
  '.svg': 'image/svg+xml',
}
export const contentPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'"

/** Starts serving; unknown paths give the page, as deep links need it. */
export function serveHarness(port: number): Promise<{ port: number; close: () => void }> {
  const server = createServer((request, response) => {
    const name = new URL(request.url ?? '/', 'http://localhost').pathname
    const file = path.join(folder, name.startsWith('/assets/') ? path.normalize(name) : 'index.html')
    readFile(file).then(
      (body) => {
        const type = types[path.extname(file)] ?? 'application/octet-stream'
        response.writeHead(200, {
          'content-type': `${type}; charset=utf-8`,
          'content-security-policy': contentPolicy,
        })
        response.end(body)
      },
      () => {
        response.writeHead(404)
        response.end()
      },
    )
  })
  return new Promise((resolve) => {
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      const bound = typeof address === 'object' && address !== null ? address.port : port
      resolve({
        port: bound,
        close: () => {
          server.close()
        },
      })
    })
  })
}

if (import.meta.main) await serveHarness(Number(process.argv[2] ?? '4599'))
