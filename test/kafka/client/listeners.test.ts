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

  test('a token that is about to end is renewed on the same connection', async () => {
    const { sasl, asked } = await tokenEndpoint(12)
    const client = new ClusterClient(clientSettings(address, 'sasl', { sasl }))
    clients.push(client)
    const connection = await client.any()
    while (asked.length < 2) await connection.send(metadataRequest, { topics: [] })
    expect((await connection.send(metadataRequest, { topics: [] })).brokers).toHaveLength(1)
  })
})

/** Gives tokens that live for so many seconds. */
async function tokenEndpoint(seconds: number) {
  const asked: string[] = []
  const endpoint = createServer((request, response) => {
    asked.push(request.headers.authorization ?? '')
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
  return { sasl, asked }
}
