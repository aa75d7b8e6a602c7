import { createServer } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { ClusterClient } from '../../../src-main/engine/kafka/client/cluster-client.ts'
import type { ConnectionSettings } from '../../../src-main/engine/kafka/client/connection-settings.ts'
import { otherServerName } from '../support/certificates.ts'
import { portOf } from '../support/ports.ts'
import { clientSettings, mutualTls, passwordSasl, tlsSettings, unsecuredToken } from '../support/settings.ts'
import { sharedCluster } from '../support/suite.ts'

const { address } = sharedCluster()
const clients: ClusterClient[] = []

afterEach(() => {
  for (const client of clients.splice(0)) client.close()
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
    const asked: string[] = []
    const endpoint = createServer((request, response) => {
      asked.push(request.headers.authorization ?? '')
      response.end(JSON.stringify({ access_token: unsecuredToken(), token_type: 'bearer' }))
    })
    await new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', resolve))
    const sasl = {
      mechanism: 'oauthbearer',
      tokenUrl: `http://127.0.0.1:${portOf(endpoint)}/token`,
      clientId: 'penstock',
      clientSecret: 'open sesame',
      scope: null,
    } as const
    try {
      expect(await reach(clientSettings(address, 'sasl', { sasl }))).toBe(1)
    } finally {
      endpoint.close()
    }
    expect(asked[0]).toBe(`Basic ${Buffer.from('penstock:open%20sesame').toString('base64')}`)
  })
})
