/** A connection of penstock.yaml as the engine takes it: defaults filled in, paths absolute, secrets still only named. */
import path from 'node:path'
import type { ConnectionFile, TlsFile } from './connection-schema.ts'
import type { Connection, Position, RegistryReference, SaslReference, TlsFiles } from './model.ts'

const defaultTimeoutMs = 10_000

export function buildConnection(
  name: string,
  written: ConnectionFile,
  { folder, position }: { folder: string; position: Position },
): Connection {
  return {
    name,
    brokers: written.brokers,
    tls: buildTls(written.tls, folder),
    sasl: buildSasl(written.sasl),
    registry: buildRegistry(written.registry, folder),
    addresses: new Map(Object.entries(written.addresses ?? {})),
    writes: written.writes === 'allowed',
    isProduction: written.production ?? false,
    color: written.color ?? null,
    timeoutMs: written.timeout ?? defaultTimeoutMs,
    position,
  }
}

function buildTls(tls: TlsFile | null | undefined, folder: string): TlsFiles | null {
  if (tls === undefined || tls === null) return null
  const at = (file: string | undefined): string | null =>
    file === undefined ? null : path.resolve(folder, file)
  return {
    ca: at(tls.ca),
    cert: at(tls.cert),
    key: at(tls.key),
    keyPassphrase: tls.key_passphrase ?? null,
    serverName: tls.server_name ?? null,
  }
}

function buildSasl(sasl: ConnectionFile['sasl']): SaslReference | null {
  if (sasl === undefined) return null
  if (sasl.mechanism !== 'oauthbearer') return sasl
  const { token, token_url: tokenUrl, client_id: clientId, client_secret: clientSecret, scope } = sasl
  if (token !== undefined) return { mechanism: 'oauthbearer', token }
  if (tokenUrl === undefined || clientId === undefined || clientSecret === undefined) return null
  return { mechanism: 'oauthbearer', tokenUrl, clientId, clientSecret, scope: scope ?? null }
}

function buildRegistry(registry: ConnectionFile['registry'], folder: string): RegistryReference | null {
  if (registry === undefined) return null
  const { url, username, password, ca, cert, key } = registry
  const hasTls = ca !== undefined || cert !== undefined
  return {
    url,
    basic: username === undefined || password === undefined ? null : { username, password },
    tls: hasTls
      ? buildTls({ ca, cert, key, key_passphrase: undefined, server_name: undefined }, folder)
      : null,
  }
}
