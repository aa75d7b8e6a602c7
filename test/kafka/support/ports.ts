/** Free ports on loopback. */
import { randomInt } from 'node:crypto'
import { createServer, type Server } from 'node:net'

/** Below what systems give to outgoing connections, which would take the port of a broker that is down for a moment. */
const lowest = 12_000
const highest = 32_000

/** All of them are free at the same time, and each is another one. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>()
  while (ports.size < count) {
    const port = randomInt(lowest, highest)
    if (!ports.has(port) && (await isFree(port))) ports.add(port)
  }
  return [...ports]
}

/** Whether nobody listens there. */
export async function isFree(port: number): Promise<boolean> {
  try {
    const server = await listening(port)
    await new Promise((resolve) => server.close(resolve))
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return false
    throw error
  }
}

async function listening(port: number): Promise<Server> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return server
}

export function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server does not listen')
  return address.port
}
