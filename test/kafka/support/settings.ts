/** Settings of the product's client for the listeners of the harness, right unless a test changes them. */
import { readFileSync } from 'node:fs'
import {
  type ConnectionSettings,
  parseAddress,
  type SaslSettings,
  type TlsSettings,
} from '../../../src-main/engine/kafka/client/connection-settings.ts'
import { brokersOf, type ClusterAddress } from './cluster.ts'
import { type ListenerKind, testUser } from './listeners.ts'

export type PasswordMechanism = 'plain' | 'scram-sha-256' | 'scram-sha-512'

export function clientSettings(
  address: ClusterAddress,
  kind: ListenerKind,
  changes: Partial<ConnectionSettings> = {},
): ConnectionSettings {
  const isSecured = !['plaintext', 'sasl', 'unreachable', 'proxied'].includes(kind)
  return {
    name: 'test',
    brokers: brokersOf(address, kind).flatMap((text) => parseAddress(text) ?? []),
    clientId: 'penstock-test',
    tls: isSecured ? tlsSettings(address) : null,
    sasl: kind.startsWith('sasl') ? passwordSasl('scram-sha-512') : null,
    registry: null,
    addresses: new Map(),
    writes: false,
    connectTimeoutMs: 5000,
    requestTimeoutMs: 10_000,
    ...changes,
  }
}

export function tlsSettings(address: ClusterAddress, changes: Partial<TlsSettings> = {}): TlsSettings {
  const { certificates } = address
  if (certificates === null) throw new Error('the cluster has no certificates')
  const ca = readFileSync(certificates.ca, 'utf8')
  return { ca, cert: null, key: null, passphrase: null, serverName: null, ...changes }
}

/** With the client's own certificate. */
export function mutualTls(address: ClusterAddress): TlsSettings {
  const { certificates } = address
  if (certificates === null) throw new Error('the cluster has no certificates')
  const cert = readFileSync(certificates.clientCert, 'utf8')
  return tlsSettings(address, { cert, key: readFileSync(certificates.clientKey, 'utf8') })
}

export function passwordSasl(mechanism: PasswordMechanism, password = testUser.password): SaslSettings {
  return { mechanism, username: testUser.username, password }
}

/** A token that the brokers of the harness accept: no signature, valid for so long. */
export function unsecuredToken(seconds = 3600): string {
  const now = Math.floor(Date.now() / 1000)
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'none' })}.${part({ sub: testUser.username, iat: now, exp: now + seconds })}.`
}
