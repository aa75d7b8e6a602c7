/** The connection test against real listeners: each fault at its step, in the broker's words, with what to try next. */
import { createServer as createHttpServer } from 'node:http'
import { createServer, type Server } from 'node:net'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { ConnectionStep } from '../../../src-main/contract/connections.ts'
import { testConnection } from '../../../src-main/engine/connections/test-connection.ts'
import { TestSteps } from '../../../src-main/engine/connections/test-steps.ts'
import type { Connection, SaslReference, TlsFiles } from '../../../src-main/workspace/model.ts'
import { otherServerName } from '../support/certificates.ts'
import { brokersOf } from '../support/cluster.ts'
import { type ListenerKind, testUser } from '../support/listeners.ts'
import { freePorts, portOf } from '../support/ports.ts'
import { unsecuredToken } from '../support/settings.ts'
import { sharedCluster } from '../support/suite.ts'

const { address, tools, topicName } = sharedCluster()
const secret = 'hUnter2-must-never-show'
const servers: Server[] = []

beforeAll(async () => {
  await tools.createTopics({ name: topicName('connect'), partitions: 1 })
})

afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

function connection(kind: ListenerKind, change: Partial<Connection> = {}): Connection {
  return {
    name: 'tested',
    brokers: brokersOf(address, kind),
    tls: null,
    sasl: null,
    registry: null,
    addresses: new Map(),
    writes: false,
    isProduction: false,
    color: null,
    timeoutMs: 3000,
    position: { line: 1, column: 1 },
    ...change,
  }
}

function tls(change: Partial<TlsFiles> = {}): TlsFiles {
  const ca = address.certificates?.ca ?? ''
  return { ca, cert: null, key: null, keyPassphrase: null, serverName: null, ...change }
}

function password(
  mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512',
  variable = 'RIGHT',
  username = testUser.username,
): SaslReference {
  return { mechanism, username, password: { env: variable } }
}

async function steps(tested: Connection): Promise<ConnectionStep[]> {
  const seen: ConnectionStep[][] = []
  const board = new TestSteps((view) => seen.push(view))
  await testConnection(
    tested,
    {
      secrets: { read: () => Promise.resolve(null) },
      environment: {
        RIGHT: testUser.password,
        WRONG: secret,
        TOKEN: unsecuredToken(),
        OLD: unsecuredToken(-60),
      },
    },
    board,
    new AbortController().signal,
  )
  const text = JSON.stringify(seen)
  expect(text).not.toContain(secret)
  expect(text).not.toContain(testUser.password)
  return seen.at(-1) ?? []
}

/** Names of the steps by what became of them. */
function states(view: readonly ConnectionStep[]): Record<string, string> {
  return Object.fromEntries(view.map(({ name, state }) => [name, state]))
}

async function failure(
  tested: Connection,
): Promise<Pick<ConnectionStep, 'name' | 'error' | 'advice' | 'detail'>> {
  const failed = (await steps(tested)).filter(({ state }) => state === 'failed')
  expect(failed).toHaveLength(1)
  const [step] = failed
  if (step === undefined) throw new Error('no step failed')
  expect(step.error).not.toBe('')
  expect(step.advice).not.toBe('')
  return step
}

async function listening(server: Server): Promise<string> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `127.0.0.1:${portOf(server)}`
}

describe('a connection that is right', () => {
  test('passes every step that it asks for, and reads', async () => {
    const view = await steps(connection('plaintext'))
    expect(states(view)).toEqual({
      secrets: 'passed',
      resolve: 'passed',
      connect: 'passed',
      tls: 'skipped',
      authenticate: 'skipped',
      metadata: 'passed',
      fetch: 'passed',
      registry: 'skipped',
    })
    expect(view.find(({ name }) => name === 'metadata')?.detail).toMatch(/^1 broker, \d+ topics?, cluster /u)
  })

  test.for([
    ['TLS', connection('tls', { tls: tls() })],
    ['TLS under another name', connection('other-name', { tls: tls({ serverName: otherServerName }) })],
    ['SASL PLAIN', connection('sasl', { sasl: password('plain') })],
    ['SCRAM-SHA-256 over TLS', connection('sasl-tls', { tls: tls(), sasl: password('scram-sha-256') })],
    ['SCRAM-SHA-512', connection('sasl', { sasl: password('scram-sha-512') })],
    ['a token', connection('sasl', { sasl: { mechanism: 'oauthbearer', token: { env: 'TOKEN' } } })],
    [
      'mutual TLS',
      connection('mutual-tls', {
        tls: tls({
          cert: address.certificates?.clientCert ?? '',
          key: address.certificates?.clientKey ?? '',
        }),
      }),
    ],
    [
      'a first address that is down',
      connection('plaintext', { brokers: ['127.0.0.1:1', ...brokersOf(address, 'plaintext')] }),
    ],
  ] as const)('passes with %s', async ([, tested]) => {
    const view = await steps(tested)
    expect(view.filter(({ state }) => state === 'failed')).toEqual([])
    expect(states(view)).toMatchObject({ metadata: 'passed', fetch: 'passed' })
  })
})

describe('resolve and connect', () => {
  test('a name that does not exist', async () => {
    const step = await failure(connection('plaintext', { brokers: ['no-such-broker.invalid:9092'] }))
    expect(step).toMatchObject({ name: 'resolve', error: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/u) })
  })

  test('a port where nothing listens', async () => {
    const step = await failure(connection('plaintext', { brokers: ['127.0.0.1:1'] }))
    expect(step).toMatchObject({
      name: 'connect',
      error: expect.stringContaining('ECONNREFUSED'),
      advice: expect.stringContaining('Nothing listens on this port'),
    })
  })

  test('the address that came farthest is shown, and the others are named', async () => {
    const brokers = ['no-such-broker.invalid:9092', '127.0.0.1:1']
    const step = await failure(connection('plaintext', { brokers }))
    expect(step).toMatchObject({ name: 'connect', detail: expect.stringContaining('no-such-broker.invalid') })
  })

  test('a port that takes connections and never answers', async () => {
    const silent = await listening(createServer((socket) => socket.on('error', () => undefined)))
    const step = await failure(connection('plaintext', { brokers: [silent], timeoutMs: 500 }))
    expect(step).toMatchObject({
      name: 'connect',
      advice: expect.stringContaining('does not answer as a broker'),
    })
  })

  test('a web server', async () => {
    const web = await listening(createHttpServer((_request, response) => response.end('hello')))
    const step = await failure(connection('plaintext', { brokers: [web] }))
    expect(step).toMatchObject({ name: 'connect', advice: expect.stringContaining('no Kafka broker') })
  })
})

describe('tls', () => {
  test.for([
    ['TLS to a plaintext port', connection('plaintext', { tls: tls() }), /remove `tls:`/u],
    ['plaintext to a TLS port', connection('tls'), /This port speaks TLS: write `tls: true`/u],
    [
      'an authority that is not known',
      connection('tls', { tls: tls({ ca: null }) }),
      /write its file as `ca:`/u,
    ],
    [
      'the wrong authority',
      connection('tls', { tls: tls({ ca: address.certificates?.otherCa ?? '' }) }),
      /does not hold the authority/u,
    ],
    ['an expired certificate', connection('expired', { tls: tls() }), /has expired/u],
    ['a certificate for another name', connection('other-name', { tls: tls() }), /`server_name:`/u],
    ['no client certificate', connection('mutual-tls', { tls: tls() }), /`cert:` and `key:`/u],
  ] as const)('%s', async ([, tested, advice]) => {
    expect(await failure(tested)).toMatchObject({ name: 'tls', advice: expect.stringMatching(advice) })
  })

  test('files that are not there, or do not belong together', async () => {
    const missing = await failure(connection('tls', { tls: tls({ ca: '/no/such/ca.pem' }) }))
    expect(missing).toMatchObject({ name: 'secrets', error: expect.stringContaining('/no/such/ca.pem') })
    const { clientCert = '', broker = '' } = address.certificates ?? {}
    const mixed = await failure(connection('tls', { tls: tls({ cert: clientCert, key: broker }) }))
    expect(mixed.name).toBe('secrets')
  })
})

describe('authenticate', () => {
  test.for([
    ['a wrong password with PLAIN', password('plain', 'WRONG'), /Check user name and password/u],
    ['a wrong password with SCRAM', password('scram-sha-256', 'WRONG'), /made for scram-sha-256/u],
    ['a user who is not there', password('scram-sha-512', 'RIGHT', 'nobody'), /made for scram-sha-512/u],
    [
      'an old token',
      { mechanism: 'oauthbearer', token: { env: 'OLD' } },
      /Check the address of the token endpoint/u,
    ],
  ] as const)('%s', async ([, sasl, advice]) => {
    const step = await failure(connection('sasl', { sasl }))
    expect(step).toMatchObject({ name: 'authenticate', advice: expect.stringMatching(advice) })
  })

  test('a login where there is none', async () => {
    const step = await failure(connection('plaintext', { sasl: password('plain') }))
    expect(step).toMatchObject({ name: 'authenticate', advice: expect.stringContaining('remove `sasl:`') })
  })

  test('no login where there is one', async () => {
    const step = await failure(connection('sasl'))
    expect(step).toMatchObject({ name: 'metadata', advice: expect.stringContaining('write `sasl:`') })
  })

  test('a token endpoint that refuses, without the secret in what it is told', async () => {
    const endpoint = createHttpServer((_request, response) => {
      response.statusCode = 401
      response.end(JSON.stringify({ error: 'invalid_client', error_description: `not ${secret}` }))
    })
    const at = await listening(endpoint)
    const sasl = {
      mechanism: 'oauthbearer',
      tokenUrl: `http://${at}/token`,
      clientId: 'penstock',
      clientSecret: { env: 'WRONG' },
      scope: null,
    } as const
    const step = await failure(connection('sasl', { sasl }))
    expect(step).toMatchObject({
      name: 'authenticate',
      error: expect.stringContaining('invalid_client not ***'),
    })
  })

  test('a secret that is not there', async () => {
    const step = await failure(connection('sasl', { sasl: password('plain', 'NOT_SET') }))
    expect(step).toMatchObject({ name: 'secrets', error: expect.stringContaining('NOT_SET') })
  })
})

describe('metadata', () => {
  test('an advertised address that cannot be reached is named, with where to write another', async () => {
    const step = await failure(connection('unreachable'))
    const advertised =
      /gives the address (127\.0\.0\.1:\d+): connect ECONNREFUSED/u.exec(step.error)?.[1] ?? ''
    expect(step).toMatchObject({
      name: 'metadata',
      advice: expect.stringContaining(`"${advertised}": "HOST:PORT"`),
    })
    const [reachable = ''] = brokersOf(address, 'unreachable')
    const mended = await steps(connection('unreachable', { addresses: new Map([[advertised, reachable]]) }))
    expect(states(mended)).toMatchObject({ metadata: 'passed', fetch: 'passed' })
  })

  test('an address written under addresses that is wrong itself', async () => {
    const [plain = ''] = brokersOf(address, 'plaintext')
    const [free] = await freePorts(1)
    const addresses = new Map([[plain, `127.0.0.1:${free}`]])
    const step = await failure(connection('plaintext', { addresses }))
    expect(step).toMatchObject({
      name: 'metadata',
      advice: expect.stringContaining('cannot be reached: check it'),
    })
  })
})

describe('registry', () => {
  async function withRegistry(status: number, body: string): Promise<Connection> {
    const server = createHttpServer((_request, response) => {
      response.statusCode = status
      response.end(body)
    })
    const url = `http://${await listening(server)}`
    const basic = { username: 'reader', password: { env: 'WRONG' } }
    return connection('plaintext', { registry: { url, basic, tls: null } })
  }

  test('answers', async () => {
    const view = await steps(await withRegistry(200, '["orders-value","orders-key"]'))
    expect(view.find(({ name }) => name === 'registry')).toMatchObject({
      state: 'passed',
      detail: expect.stringContaining('2 subjects'),
    })
  })

  test.for([
    [401, '{"error_code":401,"message":"Unauthorized"}', /Check `username:`/u],
    [403, '{"error_code":403,"message":"Forbidden"}', /may not list subjects/u],
    [404, 'not here', /no registry under this path/u],
    [302, '', /address that it sends to/u],
    [200, '<html>', /Check the address/u],
  ] as const)('answers %i %s', async ([status, body, advice]) => {
    const step = await failure(await withRegistry(status, body))
    expect(step).toMatchObject({ name: 'registry', advice: expect.stringMatching(advice) })
  })

  test('is tested also where the brokers are not reached', async () => {
    const tested = await withRegistry(200, '[]')
    const view = await steps({ ...tested, brokers: ['127.0.0.1:1'] })
    expect(states(view)).toMatchObject({ connect: 'failed', metadata: 'skipped', registry: 'passed' })
  })
})

test('a test that is stopped ends at once and skips the rest', async () => {
  const silent = await listening(createServer((socket) => socket.on('error', () => undefined)))
  const controller = new AbortController()
  const seen: ConnectionStep[][] = []
  const board = new TestSteps((view) => {
    seen.push(view)
    if (view.some(({ name, state }) => name === 'connect' && state === 'passed'))
      controller.abort(new Error('stop'))
  })
  const sources = { secrets: { read: () => Promise.resolve(null) }, environment: {} }
  const tested = connection('plaintext', { brokers: [silent], timeoutMs: 60_000 })
  await testConnection(tested, sources, board, controller.signal)
  expect(seen.at(-1)?.every(({ state }) => state === 'passed' || state === 'skipped')).toBe(true)
})
