/**
 * A connection of the workspace with everything looked up: secrets in place, files read. Made in the main process, sent to
 * the threads that need it, never logged and never shown.
 */
export interface BrokerAddress {
  host: string
  port: number
}

/** PEM texts. */
export interface TlsSettings {
  /** Own certificate authorities; null for those of the system. */
  ca: string | null
  cert: string | null
  key: string | null
  passphrase: string | null
  /** Name that the certificate must carry; null for the host's. */
  serverName: string | null
}

export type SaslSettings =
  | { mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; username: string; password: string }
  | { mechanism: 'oauthbearer'; token: string }
  | {
      mechanism: 'oauthbearer'
      tokenUrl: string
      clientId: string
      clientSecret: string
      scope: string | null
    }
  | { mechanism: 'aws-msk-iam'; region: string }

export interface RegistrySettings {
  url: string
  /** Basic authentication; null for none. */
  basic: { username: string; password: string } | null
  tls: TlsSettings | null
}

export interface ConnectionSettings {
  name: string
  brokers: readonly BrokerAddress[]
  clientId: string
  tls: TlsSettings | null
  sasl: SaslSettings | null
  registry: RegistrySettings | null
  /** Advertised "host:port" to the address to use instead. */
  addresses: ReadonlyMap<string, BrokerAddress>
  writes: boolean
  /** Longest that opening a socket may take, TLS included, and longest that a broker may take to answer. Milliseconds. */
  connectTimeoutMs: number
  requestTimeoutMs: number
}

/** `host:port` as people write it; IPv6 in brackets. */
export function addressText({ host, port }: BrokerAddress): string {
  return host.includes(':') ? `[${host}]:${String(port)}` : `${host}:${String(port)}`
}

/** Reads `host:port`, `[::1]:9092`; null where it is neither. */
export function parseAddress(text: string): BrokerAddress | null {
  const found = /^(?:\[([0-9A-Fa-f:.]+)\]|([^\s:/[\]]+)):(\d{1,5})$/.exec(text.trim())
  const port = Number(found?.[3])
  const host = found?.[1] ?? found?.[2]
  if (host === undefined || !(port >= 1 && port <= 65535)) return null
  return { host, port }
}
