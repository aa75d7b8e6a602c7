/** One suite of the contract over every transport: what the console relies on holds whatever carries it. */
import { ORPCError, safe } from '@orpc/client'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AppError } from '#contract/errors.ts'
import { limits } from '#contract/limits.ts'
import { startPortCarrier, startSocketCarrier } from './carriers.ts'
import type { Carrier, TestClient } from './carriers.ts'

vi.setConfig({ testTimeout: 60_000 })

const carriers = [
  { name: 'MessagePort', start: startPortCarrier },
  { name: 'WebSocket', start: startSocketCarrier },
]

describe.each(carriers)('contract over $name', ({ start }) => {
  let carrier: Carrier
  let client: TestClient

  beforeEach(async () => {
    carrier = await start()
    client = await carrier.connect()
  })
  afterEach(async () => {
    client.cut()
    await carrier.close()
  })

  const waitUntil = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await new Promise((resolve) => setImmediate(resolve))
  }

  it('answers a call with what the engine says', async () => {
    await expect(client.api.workspace.get()).resolves.toMatchObject({
      name: 'sample',
      storeFile: carrier.engine.storeFile,
      version: '1.2.3',
      host: 'cli',
    })
  })

  it('hands input over as the contract reads it', async () => {
    await client.api.deadLetters.list({ source: 'flights', limit: 5 })
    expect(carrier.engine.calls).toContain('deadLetters.list {"source":"flights"} 5')
  })

  it('carries a typed error with code, words and details', async () => {
    const { error, isDefined } = await safe(client.api.query.cancel({ id: 'none' }))
    expect(isDefined ? error.data : error).toEqual({
      code: 'RESULT_GONE',
      message: 'There is no result none.',
      details: { id: 'none' },
    })
  })

  it('turns an unknown fault of the engine into INTERNAL with its words', async () => {
    const { error, isDefined } = await safe(client.api.events.list({ limit: 1 }))
    expect(isDefined ? error.data : error).toEqual({
      code: 'INTERNAL',
      message: 'fake engine: listEvents is not handled',
      details: {},
    })
  })

  it('turns an answer that the contract does not allow into INTERNAL', async () => {
    const id = carrier.engine.queries.start({ sql: 'SELECT 1' }).id
    carrier.engine.finish(id, [[Number.NaN]])
    const { error, isDefined } = await safe(client.api.query.page({ id, start: 0, count: 1 }))
    expect(isDefined ? error.data.code : error).toBe('INTERNAL')
  })

  it('refuses input outside the contract and names the field', async () => {
    const { error } = await safe(client.api.query.page({ id: 'x', start: -1, count: 1 }))
    expect(error).toBeInstanceOf(ORPCError)
    expect(error).toMatchObject({ code: 'BAD_REQUEST' })
    expect(error?.message).toMatch(/^query\.page: start: /u)
  })

  it('says that a call unknown to the contract does not exist', async () => {
    const unknown: unknown = Reflect.get(client.api.query, 'drop')
    if (typeof unknown !== 'function') throw new Error('the client makes any path callable')
    await expect(unknown.call(undefined, {})).rejects.toMatchObject({ status: 404 })
  })

  it('keeps a long poll open until there is something newer', async () => {
    const first = await client.api.live.next({ epoch: null, after: null })
    const next = client.api.live.next({ epoch: first.epoch, after: first.version })
    await waitUntil(() => carrier.engine.waiting === 1)
    carrier.engine.publish({ state: 'running' })
    await expect(next).resolves.toMatchObject({ version: first.version + 1, state: 'running' })
  })

  it('ends a long poll in the engine when the client aborts it', async () => {
    const abort = new AbortController()
    const poll = client.api.live.next({ epoch: 'first', after: 1 }, { signal: abort.signal })
    await waitUntil(() => carrier.engine.waiting === 1)
    abort.abort()
    await expect(poll).rejects.toThrow()
    await waitUntil(() => carrier.engine.waiting === 0)
  })

  it('ends the long polls of a client whose connection is cut', async () => {
    const poll = client.api.live.next({ epoch: 'first', after: 1 })
    const outcome = expect(poll).rejects.toThrow()
    await waitUntil(() => carrier.engine.waiting === 1)
    client.cut()
    await outcome
    await waitUntil(() => carrier.engine.waiting === 0)
  })

  it('runs, watches, pages and cancels queries', async () => {
    const { id } = await client.api.query.start({ sql: 'SELECT 1' })
    const started = await client.api.query.watch({ id, after: null })
    const done = client.api.query.watch({ id, after: started.version })
    await waitUntil(() => carrier.engine.waiting === 1)
    const rows = [[1], [null], [''], [{ i: '9223372036854775807' }], [{ r: '5.0' }], [{ b: 'AAE=', n: 2 }]]
    carrier.engine.finish(id, rows)
    await expect(done).resolves.toMatchObject({ state: 'done', rows: 6 })
    await expect(client.api.query.page({ id, start: 1, count: 500 })).resolves.toEqual({
      start: 1,
      rows: rows.slice(1),
    })
    const other = await client.api.query.start({ sql: 'SELECT 2' })
    await expect(client.api.query.cancel(other)).resolves.toMatchObject({ state: 'cancelled' })
    await expect(client.api.query.close(other)).resolves.toEqual({ closed: true })
    await expect(client.api.query.close(other)).resolves.toEqual({ closed: false })
  })

  it('goes on for a client that connects again: queries outlive the connection', async () => {
    const { id } = await client.api.query.start({ sql: 'SELECT 1' })
    client.cut()
    await client.closed
    carrier.engine.finish(id, [[1]])
    client = await carrier.connect()
    await expect(client.api.query.watch({ id, after: null })).resolves.toMatchObject({ state: 'done' })
  })

  it('gives a client that connects again the newest snapshot at once, and none of those it missed', async () => {
    const { epoch, version } = await client.api.live.next({ epoch: null, after: null })
    client.cut()
    await client.closed
    for (let missed = 0; missed < 5; missed += 1) carrier.engine.publish({ at: missed })
    client = await carrier.connect()
    await expect(client.api.live.next({ epoch, after: version })).resolves.toMatchObject({
      version: version + 5,
      at: 4,
    })
    expect(carrier.engine.waiting).toBe(0)
  })

  it('keeps one answer for a call of a client that does not read, whatever goes on, and serves the others', async () => {
    const lazy = await carrier.connectLazy()
    lazy.sendRaw(
      JSON.stringify({ i: '7', p: { u: '/live/next', b: { json: { epoch: 'first', after: 1 } } } }),
    )
    await waitUntil(() => carrier.engine.waiting === 1)
    for (let version = 2; version < 200; version += 1) {
      carrier.engine.publish({ at: version })
      await expect(client.api.live.next({ epoch: null, after: null })).resolves.toMatchObject({ version })
    }
    const texts: string[] = []
    lazy.read((text) => texts.push(text))
    await waitUntil(() => texts.length > 0)
    lazy.sendRaw(JSON.stringify({ i: '8', p: { u: '/deadLetters/groups' } }))
    await waitUntil(() => texts.length > 1)
    expect(texts.map((text): unknown => JSON.parse(text))).toMatchObject([{ i: '7' }, { i: '8' }])
    expect(carrier.engine.waiting).toBe(0)
    lazy.cut()
  })

  it('refuses calls beyond the limit of a client and runs the rest', async () => {
    const abort = new AbortController()
    const calls = Array.from({ length: limits.callsInFlight + 3 }, () =>
      safe(client.api.live.next({ epoch: 'first', after: 1 }, { signal: abort.signal })),
    )
    await waitUntil(() => carrier.engine.waiting === limits.callsInFlight)
    const refused = await Promise.all(calls.slice(limits.callsInFlight))
    expect(refused.map(({ error }) => (error instanceof ORPCError ? error.data : error))).toMatchObject(
      Array.from({ length: 3 }, () => ({ code: 'TOO_MANY_CALLS' })),
    )
    const other = await carrier.connect()
    await expect(other.api.deadLetters.groups()).resolves.toEqual({ groups: [] })
    other.cut()
    abort.abort()
    await Promise.all(calls)
    await waitUntil(() => carrier.engine.waiting === 0)
    await expect(client.api.deadLetters.groups()).resolves.toEqual({ groups: [] })
  })

  it('answers 10,000 calls fired at once, each with a result or TOO_MANY_CALLS', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10_000 }, () => safe(client.api.deadLetters.groups())),
    )
    const refused = answers.filter(({ error }) => error !== null)
    expect(answers.length - refused.length).toBeGreaterThan(0)
    expect(refused.every(({ error }) => error instanceof ORPCError && isRefusal(error.data))).toBe(true)
    await expect(client.api.deadLetters.groups()).resolves.toEqual({ groups: [] })
  })

  it.each([
    ['text that is no JSON', 'hello'],
    ['JSON that is no call', '{"i":"1","p":{"u":"http://elsewhere/"}}'],
    ['a part of a stream', '{"i":"1","t":3,"p":{"e":"message"}}'],
    ['bytes', new Uint8Array([1, 2, 3])],
    [
      'a message over the limit',
      JSON.stringify({ i: '1', p: { u: '/x', b: 'x'.repeat(limits.messageBytes) } }),
    ],
  ])('drops a client that sends %s and serves the others', async (_name, data) => {
    const other = await carrier.connect()
    client.sendRaw(data)
    await client.closed
    await expect(other.api.deadLetters.groups()).resolves.toEqual({ groups: [] })
    other.cut()
  })

  it('pauses and resumes the engine', async () => {
    await expect(client.api.engine.pause()).resolves.toEqual({ state: 'paused' })
    await expect(client.api.engine.resume()).resolves.toEqual({ state: 'running' })
    expect(carrier.engine.calls).toEqual(['pause', 'resume'])
  })

  it('passes on an AppError of the engine unchanged', async () => {
    carrier.engine.failSchema(new AppError('ENGINE_NOT_RUNNING', 'The engine is stopped.'))
    const { error } = await safe(client.api.query.schema())
    expect(error instanceof ORPCError ? error.data : error).toEqual({
      code: 'ENGINE_NOT_RUNNING',
      message: 'The engine is stopped.',
      details: {},
    })
  })
})

function isRefusal(data: unknown): boolean {
  return typeof data === 'object' && data !== null && 'code' in data && data.code === 'TOO_MANY_CALLS'
}
