import { createServer, type Server } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { ClusterClient } from '../../../src-main/engine/kafka/client/cluster-client.ts'
import type { ConnectionSettings } from '../../../src-main/engine/kafka/client/connection-settings.ts'
import { metadataRequest } from '../../../src-main/engine/kafka/requests/metadata.ts'
import { otherServerName } from '../support/certificates.ts'
import { portOf } from '../support/ports.ts'
import { clientSettings, mutualTls, passwordSasl, tlsSettings, unsecuredToken } from '../support/settings.ts'
import { sharedCluster } from '../support/suite.ts'

const { address } = sharedCluster()
const clients: ClusterClient[] = []
const endpoints: Server[] = []

afterEach(() => {
  for (const client of clients.splice(0)) client.close()
  for (const endpoint of endpoints.splice(0)) endpoint.close()
})

/** Metadata over the seed, and over the address that the broker advertises. */
async function reach(settings: ConnectionSettings): Promise<number> {
  const client = new ClusterClient(settings)
  clients.push(client)
  const { brokers } = await client.metadata(null)
  const connection = await client.broker(brokers[0]?.nodeId ?? -1, 'fetch')
  expect(connection.isOpen).toBe(true)
  return brokers.length
}

describe('connections that are right', () => {
  test('plaintext', async () => {
    expect(await reach(clientSettings(address, 'plaintext'))).toBe(1)
  })

  test('TLS with a certificate authority of its own', async () => {
    expect(await reach(clientSettings(address, 'tls'))).toBe(1)
  })

  test('TLS under another name, where the server name says so', async () => {
    const tls = tlsSettings(address, { serverName: otherServerName })
    expect(await reach(clientSettings(address, 'other-name', { tls }))).toBe(1)
  })

  test('mutual TLS', async () => {
    expect(await reach(clientSettings(address, 'mutual-tls', { tls: mutualTls(address) }))).toBe(1)
  })

  test.for(['plain', 'scram-sha-256', 'scram-sha-512'] as const)(
    'SASL %s, without and with TLS',
    async (mechanism) => {
      const sasl = passwordSasl(mechanism)
      expect(await reach(clientSettings(address, 'sasl', { sasl }))).toBe(1)
      expect(await reach(clientSettings(address, 'sasl-tls', { sasl }))).toBe(1)
    },
  )

  test('OAUTHBEARER with a token', async () => {
    const sasl = { mechanism: 'oauthbearer', token: unsecuredToken() } as const
    expect(await reach(clientSettings(address, 'sasl', { sasl }))).toBe(1)
    expect(await reach(clientSettings(address, 'sasl-tls', { sasl }))).toBe(1)
  })

  test('OAUTHBEARER with a token endpoint', async () => {
    const { sasl, asked } = await tokenEndpoint(3600)
    expect(await reach(clientSettings(address, 'sasl', { sasl }))).toBe(1)
    expect(asked[0]).toBe(`Basic ${Buffer.from('penstock:open%20sesame').toString('base64')}`)
  })

  test('a session that cannot be renewed ends its connection, and the next one is well again', async () => {
    const { sasl, asked, refuse } = await tokenEndpoint(2)
    const client = new ClusterClient(clientSettings(address, 'sasl', { sasl }))
    clients.push(client)
    const connection = await client.any()
    refuse(true)
    const failed = (async () => {
      for (;;) await connection.send(metadataRequest, { topics: [] })
    })()
    await expect(failed).rejects.toMatchObject({
      code: 'CONNECTION_FAILED',
      details: { phase: 'authenticate' },
    })
    expect(connection.isOpen).toBe(false)
    refuse(false)
    expect((await client.metadata([])).brokers).toHaveLength(1)
    expect(asked).toHaveLength(3)
  })

  test('a session of a few seconds is renewed on the same connection before it ends, and not with every request', async () => {
    const { sasl, asked } = await tokenEndpoint(4)
    const client = new ClusterClient(clientSettings(address, 'sasl', { sasl }))
    clients.push(client)
    const connection = await client.any()
    let answers = 0
    for (; asked.length < 3; answers++) await connection.send(metadataRequest, { topics: [] })
    expect(answers).toBeGreaterThan(5)
    expect((await connection.send(metadataRequest, { topics: [] })).brokers).toHaveLength(1)
  })
})

/** Gives tokens that live for so many seconds. */
async function tokenEndpoint(seconds: number) {
  const asked: string[] = []
  let isRefused = false
  const endpoint = createServer((request, response) => {
    asked.push(request.headers.authorization ?? '')
    if (isRefused) response.statusCode = 503
    response.end(JSON.stringify({ access_token: unsecuredToken(seconds), token_type: 'bearer' }))
  })
  endpoints.push(endpoint)
  await new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', resolve))
  const sasl = {
    mechanism: 'oauthbearer',
    tokenUrl: `http://127.0.0.1:${portOf(endpoint)}/token`,
    clientId: 'penstock',
    clientSecret: 'open sesame',
    scope: null,
  } as const
  const refuse = (yes: boolean): void => {
    isRefused = yes
  }
  return { sasl, asked, refuse }
}
