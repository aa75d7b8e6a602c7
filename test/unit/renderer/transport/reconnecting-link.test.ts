import { ORPCError } from '@orpc/client'
import { afterEach, describe, expect, it } from 'vitest'
import { AppError } from '#contract/errors.ts'
import type { ConnectionStatus } from '../../../../src-renderer/transport/connection-status.ts'
import {
  type ConnectResult,
  type Connection,
  ReconnectingLink,
} from '../../../../src-renderer/transport/reconnecting-link.ts'
import { FakeClock, settle } from '../fake-clock.ts'

/** A connection that a test answers, fails and cuts. */
class FakeConnection implements Connection {
  readonly closed: Promise<void>
  readonly calls: { path: string; resolve: (value: unknown) => void; reject: (error: unknown) => void }[] = []
  #isClosed = false
  #end: () => void = () => undefined

  constructor() {
    this.closed = new Promise((resolve) => {
      this.#end = resolve
    })
  }

  readonly link = {
    call: async (
      path: readonly string[],
      _input: unknown,
      { signal }: { signal?: AbortSignal | undefined },
    ) => {
      const outcome = await new Promise((resolve, reject) => {
        this.calls.push({ path: path.join('.'), resolve, reject })
        signal?.addEventListener('abort', resolve)
      })
      signal?.throwIfAborted()
      return outcome
    },
  }

  isClosed(): boolean {
    return this.#isClosed
  }

  close(): void {
    this.cut()
  }

  cut(): void {
    this.#isClosed = true
    for (const call of this.calls) call.reject(new Error('socket closed'))
    this.#end()
  }
}

class Server {
  readonly clock = new FakeClock()
  readonly connections: FakeConnection[] = []
  readonly statuses: ConnectionStatus['kind'][] = []
  answer: 'open' | 'refused' | 'unreachable' = 'open'
  tries = 0
  readonly link: ReconnectingLink

  constructor(answer: Server['answer'] = 'open') {
    this.answer = answer
    this.link = new ReconnectingLink({
      connect: () => this.#connect(),
      clock: this.clock,
      sendOnce: new Set(['query.start']),
    })
    this.link.onStatus(({ kind }) => this.statuses.push(kind))
  }

  #connect(): Promise<ConnectResult> {
    this.tries += 1
    if (this.answer !== 'open') return Promise.resolve({ kind: this.answer })
    const connection = new FakeConnection()
    this.connections.push(connection)
    return Promise.resolve({ kind: 'open', connection })
  }

  get last(): FakeConnection {
    const connection = this.connections.at(-1)
    if (connection === undefined) throw new Error('no connection was made')
    return connection
  }

  call(path: string, signal?: AbortSignal): Promise<unknown> {
    return this.link.call(path.split('.'), {}, { context: {}, ...(signal === undefined ? {} : { signal }) })
  }
}

/** The code of the AppError that a promise rejects with. */
async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  )
  return error instanceof AppError ? error.code : String(error)
}

const links: ReconnectingLink[] = []
afterEach(() => {
  for (const link of links.splice(0)) link.dispose()
})
function serve(answer?: Server['answer']): Server {
  const server = new Server(answer)
  links.push(server.link)
  return server
}

describe('a reconnecting link', () => {
  it('holds calls until the first connection is made, and answers them', async () => {
    const server = serve()
    const call = server.call('workspace.get')
    await settle()
    server.last.calls[0]?.resolve('here')
    expect(await call).toBe('here')
    expect(server.statuses).toEqual(['open'])
  })

  it('sends a read again over the next connection when the first is cut', async () => {
    const server = serve()
    const call = server.call('live.next')
    await settle()
    server.last.cut()
    await settle()
    expect(server.link.status.kind).toBe('cut')
    await server.clock.advance(250)
    expect(server.connections.length).toBe(2)
    server.last.calls[0]?.resolve('again')
    expect(await call).toBe('again')
    expect(server.statuses).toEqual(['open', 'cut', 'open'])
  })

  it('never sends twice what changes something', async () => {
    const server = serve()
    await settle()
    const call = server.call('query.start')
    await settle()
    server.last.cut()
    expect(await codeOf(call)).toBe('CONNECTION_LOST')
    await server.clock.advance(1000)
    expect(server.last.calls).toEqual([])
  })

  it('rejects at once what may not wait while the connection is cut', async () => {
    const server = serve('unreachable')
    await settle()
    expect(await codeOf(server.call('query.start'))).toBe('CONNECTION_LOST')
  })

  it('gives up a read that finds no connection for 15 s', async () => {
    const server = serve('unreachable')
    const call = codeOf(server.call('live.next'))
    await server.clock.advance(15_000)
    expect(await call).toBe('CONNECTION_LOST')
  })

  it('waits longer after each failed try, up to 4 s, and says since when', async () => {
    const server = serve('unreachable')
    await server.clock.advance(0)
    const tries: number[] = []
    for (const delay of [500, 1000, 2000, 4000, 4000]) {
      tries.push(server.tries)
      await server.clock.advance(delay)
    }
    expect(tries).toEqual([1, 2, 3, 4, 5])
    expect(server.link.status).toEqual({ kind: 'cut', sinceMs: 0, retryAtMs: 15_500, attempts: 6 })
  })

  it('tries at once when asked to', async () => {
    const server = serve('unreachable')
    await settle()
    server.answer = 'open'
    server.link.retryNow()
    await settle()
    expect(server.link.status.kind).toBe('open')
  })

  it('stops trying when the host refuses the page, and says so to every call', async () => {
    const server = serve('refused')
    expect(await codeOf(server.call('live.next'))).toBe('ACCESS_REFUSED')
    await server.clock.advance(60_000)
    expect(server.tries).toBe(1)
    expect(await codeOf(server.call('workspace.get'))).toBe('ACCESS_REFUSED')
  })

  it('turns an error of the engine into the AppError that it was', async () => {
    const server = serve()
    const call = server.call('query.page')
    await settle()
    const shape = { code: 'RESULT_GONE', message: 'The result was closed.', details: { id: 'q1' } }
    server.last.calls[0]?.reject(new ORPCError('PENSTOCK', { data: shape }))
    await expect(call).rejects.toEqual(
      new AppError('RESULT_GONE', 'The result was closed.', { details: { id: 'q1' } }),
    )
    expect(server.link.status.kind).toBe('open')
  })

  it('names the call where the server answers with a fault of its own', async () => {
    const server = serve()
    const call = server.call('query.page')
    await settle()
    server.last.calls[0]?.reject(new ORPCError('BAD_REQUEST', { message: 'count is too large' }))
    await expect(call).rejects.toThrow('query.page: count is too large')
  })

  it('gives the reason of an aborted call back as it is, connected or waiting', async () => {
    const server = serve('unreachable')
    const waiting = new AbortController()
    const held = server.call('live.next', waiting.signal)
    await settle()
    waiting.abort(new DOMException('left the view', 'AbortError'))
    await expect(held).rejects.toThrow('left the view')

    const open = serve()
    const sent = new AbortController()
    const running = open.call('live.next', sent.signal)
    await settle()
    sent.abort(new DOMException('left the view', 'AbortError'))
    await expect(running).rejects.toThrow('left the view')
  })

  it('closes its connection and rejects calls once disposed', async () => {
    const server = serve()
    await settle()
    server.link.dispose()
    expect(server.last.isClosed()).toBe(true)
    expect(await codeOf(server.call('workspace.get'))).toBe('CONNECTION_LOST')
    await server.clock.advance(10_000)
    expect(server.tries).toBe(1)
  })

  it('closes a connection that is made after it was disposed', async () => {
    const server = serve()
    server.link.dispose()
    await settle()
    expect(server.last.isClosed()).toBe(true)
  })
})
