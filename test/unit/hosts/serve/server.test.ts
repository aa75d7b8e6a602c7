/** The serve host over real connections: who is let in, what is delivered, and with which headers. */
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { once } from 'node:events'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { usualPort } from '../../../../src-main/hosts/serve/listen.ts'
import { ask } from './http-request.ts'
import { startTestServer } from './start-server.ts'
import type { TestServer } from './start-server.ts'

let running: TestServer
let port = 0
let token = ''

beforeAll(async () => {
  running = await startTestServer()
  ;({ port } = running.server)
  token = new URL(running.server.address).searchParams.get('token') ?? ''
})
afterAll(() => running.close())

const withCookie = (): { headers: { cookie: string } } => ({ headers: { cookie: running.cookie } })

describe('the token', () => {
  it('is 32 random bytes in an address on 127.0.0.1', () => {
    expect(running.server.address).toBe(`http://127.0.0.1:${String(port)}/?token=${token}`)
    expect(Buffer.from(token, 'base64url')).toHaveLength(32)
  })

  it('is exchanged for a cookie and leaves the address', async () => {
    const answer = await ask(port, `/pipelines/late?range=1h&token=${token}`)
    expect({ status: answer.status, location: answer.headers.location }).toEqual({
      status: 303,
      location: '/pipelines/late?range=1h',
    })
    expect(answer.headers['set-cookie']?.[0]).toMatch(
      new RegExp(`^penstock-${String(port)}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict$`, 'u'),
    )
    expect(answer.headers['set-cookie']?.[0]).not.toContain(token)
    expect(answer.headers['cache-control']).toBe('no-store')
  })

  it('is exchanged by a page that goes on by itself where another site led here: its redirect would lose the cookie', async () => {
    const headers = { 'sec-fetch-site': 'cross-site' }
    const answer = await ask(port, `/query?a=%22%3E&token=${token}`, { headers })
    expect({ status: answer.status, location: answer.headers.location }).toEqual({
      status: 200,
      location: undefined,
    })
    expect(answer.headers['set-cookie']?.[0]).toBe(`${running.cookie}; Path=/; HttpOnly; SameSite=Strict`)
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.body).toContain('<meta http-equiv="refresh" content="0; url=/query?a=%22%3E">')
    expect(answer.body).not.toContain(token)
    expect((await ask(port, '/?token=wrong', { headers })).status).toBe(401)
  })

  it.each(['/.//elsewhere.example', '/..//elsewhere.example', '/\\elsewhere.example'])(
    'is not exchanged for a way to another place: %s',
    async (target) => {
      const { status, headers } = await ask(port, `${target}?token=${token}`)
      expect({ status, location: headers.location }).toEqual({ status: 400, location: undefined })
    },
  )

  it.each([
    ['none', '/'],
    ['a wrong one', '/?token=wrong'],
    ['an empty one', '/?token='],
    ['one of another length', `/?token=${'a'.repeat(5000)}`],
    ['none, for a file', '/assets/index-Ab3dEf9_.js'],
  ])('gets a page that says what to do: %s', async (_name, target) => {
    const answer = await ask(port, target)
    expect(answer.status).toBe(401)
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'")
    expect(answer.body).toContain('<code>penstock serve</code>')
    expect(answer.body).toContain('changes with each start')
  })

  it('shows the page also where a wrong token comes with a right cookie', async () => {
    expect((await ask(port, '/?token=wrong', withCookie())).status).toBe(401)
  })

  it('does not take the cookie for a token, nor the token for a cookie', async () => {
    const secret = running.cookie.split('=')[1] ?? ''
    expect((await ask(port, `/?token=${secret}`)).status).toBe(401)
    expect((await ask(port, '/', { headers: { cookie: `penstock-${String(port)}=${token}` } })).status).toBe(
      401,
    )
    expect((await ask(port, '/', { headers: { cookie: `penstock-1=${secret}` } })).status).toBe(401)
  })

  it('finds its cookie among those of others', async () => {
    const cookie = `a=1; penstock-1=x; ${running.cookie}; b=2`
    expect((await ask(port, '/', { headers: { cookie } })).status).toBe(200)
  })

  it('of an address for another program works once', async () => {
    const { pathname, search } = new URL(running.server.issueAddress())
    expect((await ask(port, pathname + search)).status).toBe(303)
    expect((await ask(port, pathname + search)).status).toBe(401)
    expect((await ask(port, `/?token=${token}`)).status).toBe(303)
  })
})

describe('requests', () => {
  it('get the console, files and addresses of its views', async () => {
    const page = await ask(port, '/query/2', withCookie())
    expect({ status: page.status, body: page.body }).toEqual({
      status: 200,
      body: '<!doctype html><title>console</title>',
    })
    expect(page.headers['cache-control']).toBe('no-store')
    const script = await ask(port, '/assets/index-Ab3dEf9_.js', withCookie())
    expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8')
    expect(script.headers['cache-control']).toContain('immutable')
    expect(script.body).toBe('export {}')
    expect((await ask(port, '/empty.txt', withCookie())).status).toBe(200)
  })

  it('are answered with 304 where the browser has the file', async () => {
    const first = await ask(port, '/assets/index-Ab3dEf9_.js', withCookie())
    const headers = { cookie: running.cookie, 'if-none-match': first.headers.etag ?? '' }
    expect(await ask(port, '/assets/index-Ab3dEf9_.js', { headers })).toMatchObject({ status: 304, body: '' })
  })

  it('with HEAD get the headers only', async () => {
    const answer = await ask(port, '/', { method: 'HEAD', ...withCookie() })
    expect(answer).toMatchObject({ status: 200, body: '' })
    expect(answer.headers['content-length']).toBe('37')
  })

  it.each(['/assets/gone-12345678.js', '/../../etc/passwd.txt', '/%2e%2e/%2e%2e/etc/passwd.txt', '/%zz.js'])(
    'get 404 for %s',
    async (target) => {
      expect((await ask(port, target, withCookie())).status).toBe(404)
    },
  )

  it.each(['http://elsewhere/', '//elsewhere/', '*'])('get 400 for the target %s', async (target) => {
    expect((await ask(port, target, withCookie())).status).toBe(400)
  })

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('with %s get 405', async (method) => {
    const answer = await ask(port, '/', { method, ...withCookie() })
    expect({ status: answer.status, allow: answer.headers.allow }).toEqual({
      status: 405,
      allow: 'GET, HEAD',
    })
  })

  it.each([
    'evil.example',
    '127.0.0.1',
    '127.0.0.1:1',
    'localhost:80',
    '127.0.0.1.evil.example:PORT',
    '[::2]:PORT',
  ])('for the host %s are refused, also with cookie and token', async (host) => {
    const headers = { cookie: running.cookie, host: host.replace('PORT', String(port)) }
    expect((await ask(port, `/?token=${token}`, { headers })).status).toBe(421)
  })

  it.each(['localhost:PORT', 'LOCALHOST:PORT', '[::1]:PORT'])(
    'for the host %s are answered',
    async (host) => {
      const headers = { cookie: running.cookie, host: host.replace('PORT', String(port)) }
      expect((await ask(port, '/', { headers })).status).toBe(200)
    },
  )

  it.each([
    ['a page', '/', true],
    ['a file', '/assets/index-Ab3dEf9_.js', true],
    ['a refusal', '/', false],
    ['a missing file', '/gone.js', true],
  ])('carry the security headers: %s', async (_name, target, isIn) => {
    const { headers } = await ask(port, target, isIn ? withCookie() : {})
    expect(headers).toMatchObject({
      'content-security-policy': [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self'",
        `connect-src 'self' ws://127.0.0.1:${String(port)} ws://localhost:${String(port)}`,
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
      ].join('; '),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    })
  })

  it('that are no http end with their own connection only', async () => {
    const socket = connect(port, '127.0.0.1')
    socket.write('hello\r\n\r\n')
    const [bytes] = (await once(socket, 'data')) as [Buffer]
    expect(bytes.toString()).toMatch(/^HTTP\/1\.1 400 /u)
    socket.destroy()
    expect((await ask(port, '/', withCookie())).status).toBe(200)
  })
})

describe('a WebSocket', () => {
  const upgrade = (target: string, headers: Record<string, string>): Promise<number> =>
    ask(port, target, {
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': Buffer.alloc(16).toString('base64'),
        ...headers,
      },
    }).then(({ status }) => status)
  const origin = (): string => `http://127.0.0.1:${String(port)}`

  it('is accepted from the console', async () => {
    await expect(upgrade('/rpc', { cookie: running.cookie, origin: origin() })).resolves.toBe(101)
    const headers = {
      cookie: running.cookie,
      host: `localhost:${String(port)}`,
      origin: `http://localhost:${String(port)}`,
    }
    await expect(upgrade('/rpc', headers)).resolves.toBe(101)
  })

  it('is refused without cookie, also with the token in its address', async () => {
    await expect(upgrade('/rpc', { origin: origin() })).resolves.toBe(401)
    await expect(upgrade(`/rpc?token=${token}`, { origin: origin() })).resolves.toBe(401)
  })

  it.each([['https://evil.example'], ['http://localhost:PORT'], ['null'], ['http://127.0.0.1:1'], ['']])(
    'is refused from the origin "%s"',
    async (from) => {
      const headers = { cookie: running.cookie, origin: from.replace('PORT', String(port)) }
      await expect(upgrade('/rpc', headers)).resolves.toBe(403)
    },
  )

  it('is refused without an origin, for another host, and at another path', async () => {
    await expect(upgrade('/rpc', { cookie: running.cookie })).resolves.toBe(403)
    const evil = { cookie: running.cookie, host: 'evil.example', origin: 'http://evil.example' }
    await expect(upgrade('/rpc', evil)).resolves.toBe(421)
    await expect(upgrade('/other', { cookie: running.cookie, origin: origin() })).resolves.toBe(404)
  })
})

describe('the port', () => {
  const busy = createServer()
  beforeEach(async () => {
    busy.listen(0, '127.0.0.1')
    await once(busy, 'listening')
  })
  afterEach(() => {
    busy.close()
  })

  it('asked for and taken gives a message that names it', async () => {
    const address = busy.address()
    const taken = typeof address === 'object' && address !== null ? address.port : 0
    await expect(startTestServer({ port: taken })).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(
        new RegExp(`^Port ${String(taken)} .*another program uses it`, 'u'),
      ) as string,
    })
  })

  it('is any other one where none was asked for and the usual one is taken', async () => {
    const first = await startTestServer({ port: undefined })
    const second = await startTestServer({ port: undefined })
    expect(second.server.port).not.toBe(first.server.port)
    expect(second.server.port).not.toBe(usualPort)
    expect((await ask(second.server.port, '/', { headers: { cookie: first.cookie } })).status).toBe(401)
    await Promise.all([first.close(), second.close()])
  })

  it('is listened on at 127.0.0.1 only, and is free again after close', async () => {
    const other = await startTestServer()
    const { port: used } = other.server
    const elsewhere = connect(used, '127.0.0.2')
    await expect(once(elsewhere, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await other.close()
    await other.server.close()
    await expect(ask(used, '/')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })
})
