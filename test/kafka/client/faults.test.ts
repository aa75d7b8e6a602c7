import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { AppError } from '../../../src-main/contract/errors.ts'
import { ClusterClient } from '../../../src-main/engine/kafka/client/cluster-client.ts'
import type { ConnectionSettings } from '../../../src-main/engine/kafka/client/connection-settings.ts'
import { freePorts, portOf } from '../support/ports.ts'
import { clientSettings, passwordSasl, tlsSettings, unsecuredToken } from '../support/settings.ts'
import { sharedCluster } from '../support/suite.ts'

const { address, brokers } = sharedCluster()
const clients: ClusterClient[] = []

afterEach(() => {
  for (const client of clients.splice(0)) client.close()
})

function clientOf(settings: ConnectionSettings): ClusterClient {
  const client = new ClusterClient(settings)
  clients.push(client)
  return client
}

interface Fault {
  code: string
  phase: unknown
  words: string
  retriable: unknown
}

async function faultOf(settings: ConnectionSettings): Promise<Fault> {
  const error = await clientOf(settings)
    .metadata(null)
    .then(
      () => null,
      (reason: unknown) => reason,
    )
  if (!(error instanceof AppError)) throw new Error(`no AppError: ${String(error)}`)
  const { phase, words, retriable } = error.details
  return { code: error.code, phase, words: String(words), retriable }
}

describe('connections that are wrong say where and why', () => {
  test.for(['plain', 'scram-sha-256', 'scram-sha-512'] as const)(
    'a wrong password with %s',
    async (mechanism) => {
      const sasl = passwordSasl(mechanism, 'wrong')
      const fault = await faultOf(clientSettings(address, 'sasl', { sasl }))
      expect(fault).toMatchObject({ code: 'CONNECTION_FAILED', phase: 'authenticate', retriable: false })
      expect(fault.words).toMatch(/^Authentication failed/)
      expect(JSON.stringify(fault)).not.toContain('wrong')
    },
  )

  test('a token that has ended', async () => {
    const sasl = { mechanism: 'oauthbearer', token: unsecuredToken(-60) } as const
    const fault = await faultOf(clientSettings(address, 'sasl', { sasl }))
    expect(fault).toMatchObject({ phase: 'authenticate', retriable: false })
    expect(fault.words).toBe('{"status":"invalid_token"}')
  })

  test('a token endpoint that nobody answers at', async () => {
    const [port = 0] = await freePorts(1)
    const sasl = {
      mechanism: 'oauthbearer',
      tokenUrl: `http://127.0.0.1:${port}/token`,
      clientId: 'penstock',
      clientSecret: 'kept to itself',
      scope: null,
    } as const
    const fault = await faultOf(clientSettings(address, 'sasl', { sasl }))
    expect(fault).toMatchObject({ phase: 'authenticate' })
    expect(fault.words).toContain('ECONNREFUSED')
    expect(JSON.stringify(fault)).not.toContain('kept to itself')
  })

  test('an expired certificate', async () => {
    const fault = await faultOf(clientSettings(address, 'expired'))
    expect(fault).toMatchObject({ phase: 'tls', words: 'certificate has expired' })
  })

  test('a certificate of another authority', async () => {
    const ca = readFileSync(address.certificates?.otherCa ?? '', 'utf8')
    const fault = await faultOf(clientSettings(address, 'tls', { tls: tlsSettings(address, { ca }) }))
    expect(fault).toMatchObject({ phase: 'tls' })
    expect(fault.words).toMatch(/unable to verify|self-signed|unable to get local issuer/)
  })

  test('a certificate for another name', async () => {
    const fault = await faultOf(clientSettings(address, 'other-name'))
    expect(fault).toMatchObject({ phase: 'tls' })
    expect(fault.words).toMatch(/altnames|does not match/)
  })

  test('no client certificate where one is required', async () => {
    const fault = await faultOf(clientSettings(address, 'mutual-tls'))
    expect(fault).toMatchObject({ phase: 'tls', words: 'ssl/tls alert bad certificate' })
  })

  test('plaintext to a TLS listener', async () => {
    const settings = clientSettings(address, 'plaintext')
    const port = clientSettings(address, 'tls').brokers
    const fault = await faultOf({ ...settings, brokers: port })
    expect(fault.phase).toBe('versions')
  })

  test('TLS to a plaintext listener', async () => {
    const settings = clientSettings(address, 'tls')
    const port = clientSettings(address, 'plaintext').brokers
    const fault = await faultOf({ ...settings, brokers: port })
    expect(fault.phase).toBe('tls')
  })

  test('no credentials to a listener that wants them', async () => {
    const fault = await faultOf(clientSettings(address, 'sasl', { sasl: null }))
    expect(fault.code).toBe('CONNECTION_FAILED')
  })

  test('credentials to a listener that wants none', async () => {
    const sasl = passwordSasl('plain')
    const fault = await faultOf(clientSettings(address, 'plaintext', { sasl }))
    expect(fault.phase).toBe('authenticate')
  })

  test('a name that does not exist', async () => {
    const settings = clientSettings(address, 'plaintext')
    const fault = await faultOf({ ...settings, brokers: [{ host: 'no-such-host.invalid', port: 9092 }] })
    expect(fault).toMatchObject({ phase: 'resolve' })
  })

  test('a port where nobody listens', async () => {
    const [port = 0] = await freePorts(1)
    const settings = clientSettings(address, 'plaintext')
    const fault = await faultOf({ ...settings, brokers: [{ host: '127.0.0.1', port }] })
    expect(fault).toMatchObject({ phase: 'connect' })
    expect(fault.words).toContain('ECONNREFUSED')
  })

  test('something that listens and never answers', async () => {
    const silent = createServer()
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const settings = clientSettings(address, 'plaintext', { connectTimeoutMs: 300 })
    const fault = await faultOf({ ...settings, brokers: [{ host: '127.0.0.1', port: portOf(silent) }] })
    silent.close()
    expect(fault).toMatchObject({ phase: 'versions' })
  })
})

describe('addresses that the brokers advertise', () => {
  test('one that nobody listens at is named', async () => {
    const client = clientOf(clientSettings(address, 'unreachable'))
    const { brokers: told } = await client.metadata(null)
    const [advertised] = told
    const reached = client.broker(advertised?.nodeId ?? -1, 'fetch')
    await expect(reached).rejects.toThrow(`127.0.0.1:${advertised?.port ?? 0}: cannot connect`)
  })

  test('one that has an override is reached under it', async () => {
    const settings = clientSettings(address, 'unreachable')
    const probe = clientOf(settings)
    const { brokers: told } = await probe.metadata(null)
    const [seed] = settings.brokers
    const addresses = new Map([[`127.0.0.1:${told[0]?.port ?? 0}`, seed ?? { host: '', port: 0 }]])
    const client = clientOf({ ...settings, addresses })
    await client.metadata(null)
    expect((await client.broker(told[0]?.nodeId ?? -1, 'fetch')).isOpen).toBe(true)
  })

  test('the second of the configured brokers is asked where the first is not there', async () => {
    const [port = 0] = await freePorts(1)
    const settings = clientSettings(address, 'plaintext')
    const both = [{ host: '127.0.0.1', port }, ...settings.brokers]
    expect((await clientOf({ ...settings, brokers: both }).metadata(null)).brokers).toHaveLength(1)
    expect(brokers('plaintext')).toHaveLength(1)
  })
})
