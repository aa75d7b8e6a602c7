/** A real server over a fake engine and a tiny console, for tests of the serve host. */
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { startServer } from '../../../../src-main/hosts/serve/server.ts'
import type { LocalServer, ServerOptions } from '../../../../src-main/hosts/serve/server.ts'
import { fixedSession } from '../fixed-session.ts'
import { createRouter } from '../../../../src-main/hosts/shared/router.ts'
import { createFakeEngine } from '../fake-engine.ts'
import type { FakeEngine } from '../fake-engine.ts'
import { createFakeLogger } from '../fake-logger.ts'
import type { FakeLogger } from '../fake-logger.ts'
import { sampleWorkspace } from '../sample-workspace.ts'
import { ask } from './http-request.ts'

/** The server, and how to get in. */
export interface TestServer {
  server: LocalServer
  engine: FakeEngine
  logger: FakeLogger
  /** Cookie header of a browser that was let in. */
  cookie: string
  close(): Promise<void>
}

/** Starts a server; `options` go over its own. */
export async function startTestServer(options: Partial<ServerOptions> = {}): Promise<TestServer> {
  const engine = createFakeEngine()
  const logger = createFakeLogger()
  const folder = await mkdtemp(path.join(os.tmpdir(), 'penstock-serve-'))
  await mkdir(path.join(folder, 'assets'))
  await writeFile(path.join(folder, 'index.html'), '<!doctype html><title>console</title>')
  await writeFile(path.join(folder, 'assets', 'index-Ab3dEf9_.js'), 'export {}')
  await writeFile(path.join(folder, 'empty.txt'), '')
  const router = createRouter(fixedSession(sampleWorkspace, engine), { version: '1.2.3', host: 'serve' })
  const server = await startServer({ router, logger, folder, port: 0, ...options })
  const entry = await ask(server.port, new URL(server.address).pathname + new URL(server.address).search)
  const cookie = entry.headers['set-cookie']?.[0]?.split(';')[0] ?? ''
  return {
    server,
    engine,
    logger,
    cookie,
    async close() {
      await server.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
