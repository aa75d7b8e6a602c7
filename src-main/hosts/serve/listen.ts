/** Finds a port on 127.0.0.1 to listen on. Main thread; called by server.ts. */
import { once } from 'node:events'
import type { Server } from 'node:http'
import { AppError } from '#contract/errors.ts'

/** The port used where none is asked for and nobody else has it. */
export const usualPort = 7363

/**
 * Listens on the port asked for, or on the usual one, or, where that is taken, on any free one.
 * @param asked 0 for any free port, undefined where none was asked for
 * @returns the port
 * @throws AppError USAGE where the port asked for cannot be had
 */
export async function listenOnLoopback(server: Server, asked: number | undefined): Promise<number> {
  if (asked !== undefined) return listen(server, asked)
  try {
    return await listen(server, usualPort)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return listen(server, 0)
  }
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen({ port, host: '127.0.0.1', exclusive: true })
  try {
    await once(server, 'listening')
  } catch (error) {
    throw portError(port, error)
  }
  const address = server.address()
  if (address === null || typeof address === 'string')
    throw new AppError('INTERNAL', 'the server has no port')
  return address.port
}

function portError(port: number, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  const words = { EADDRINUSE: 'another program uses it', EACCES: 'this user may not use it' }
  if (code !== 'EADDRINUSE' && code !== 'EACCES') return error
  return new AppError(
    'USAGE',
    `Port ${String(port)} on 127.0.0.1 cannot be used: ${words[code]}. Give another one with --port, or leave --port out.`,
    { details: { port }, cause: error },
  )
}
