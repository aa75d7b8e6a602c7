/** What the brokers of the harness listen on: one listener for each way to connect, as lines of server.properties. */
import type { Certificates } from './certificates.ts'

export const listenerKinds = [
  'plaintext',
  'tls',
  'mutual-tls',
  'sasl',
  'sasl-tls',
  /** TLS with a certificate that has expired. */
  'expired',
  /** TLS with a certificate for another name. */
  'other-name',
  /** Plaintext, advertised under a port where nothing listens. */
  'unreachable',
  /** Plaintext, advertised under the address of a proxy. */
  'proxied',
] as const

export type ListenerKind = (typeof listenerKinds)[number]

/** One listener of one broker. */
export interface Listener {
  kind: ListenerKind
  port: number
  /** Port that the broker tells clients to use. */
  advertisedPort: number
}

/** Who may come in, by every mechanism. */
export const testUser = { username: 'alice', password: 'alice-password' }

const names: Record<ListenerKind, string> = {
  plaintext: 'PLAINTEXT',
  tls: 'TLS',
  'mutual-tls': 'MUTUALTLS',
  sasl: 'SASL',
  'sasl-tls': 'SASLTLS',
  expired: 'EXPIRED',
  'other-name': 'OTHERNAME',
  unreachable: 'UNREACHABLE',
  proxied: 'PROXIED',
}

const protocols: Record<ListenerKind, string> = {
  plaintext: 'PLAINTEXT',
  tls: 'SSL',
  'mutual-tls': 'SSL',
  sasl: 'SASL_PLAINTEXT',
  'sasl-tls': 'SASL_SSL',
  expired: 'SSL',
  'other-name': 'SSL',
  unreachable: 'PLAINTEXT',
  proxied: 'PLAINTEXT',
}

/** Arguments of StorageTool that make the user of SCRAM. */
export const scramArguments = ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
  '--add-scram',
  `${mechanism}=[name=${testUser.username},password=${testUser.password}]`,
])

export interface NodePorts {
  controller: number
  internal: number
  listeners: readonly Listener[]
}

/** Lines for server.properties. */
export function listenerProperties(ports: NodePorts, certificates: Certificates | null): string[] {
  const fixed = [
    { name: 'INTERNAL', port: ports.internal, advertisedPort: ports.internal, protocol: 'PLAINTEXT' },
  ]
  const all = [
    ...fixed,
    ...ports.listeners.map(({ kind, ...rest }) => ({
      ...rest,
      name: names[kind],
      protocol: protocols[kind],
    })),
  ]
  const bound = all.map(({ name, port }) => `${name}://127.0.0.1:${port}`)
  const advertised = all.map(({ name, advertisedPort }) => `${name}://127.0.0.1:${advertisedPort}`)
  const map = all.map(({ name, protocol }) => `${name}:${protocol}`)
  return [
    `listeners=${[...bound, `CONTROLLER://127.0.0.1:${ports.controller}`].join(',')}`,
    `advertised.listeners=${advertised.join(',')}`,
    `listener.security.protocol.map=${[...map, 'CONTROLLER:PLAINTEXT'].join(',')}`,
    'inter.broker.listener.name=INTERNAL',
    'controller.listener.names=CONTROLLER',
    ...ports.listeners.flatMap(({ kind }) => securityProperties(kind, certificates)),
  ]
}

function securityProperties(kind: ListenerKind, certificates: Certificates | null): string[] {
  const prefix = `listener.name.${names[kind].toLowerCase()}`
  const protocol = protocols[kind]
  const lines: string[] = []
  if (protocol.endsWith('SSL')) {
    if (certificates === null) throw new Error(`${kind} needs certificates`)
    const keyStores = { expired: certificates.expired, 'other-name': certificates.otherName }
    const keyStore = kind === 'expired' || kind === 'other-name' ? keyStores[kind] : certificates.broker
    lines.push(
      `${prefix}.ssl.keystore.type=PEM`,
      `${prefix}.ssl.keystore.location=${keyStore}`,
      `${prefix}.ssl.truststore.type=PEM`,
      `${prefix}.ssl.truststore.location=${certificates.ca}`,
      `${prefix}.ssl.client.auth=${kind === 'mutual-tls' ? 'required' : 'none'}`,
    )
  }
  return protocol.startsWith('SASL') ? [...lines, ...saslProperties(prefix)] : lines
}

function saslProperties(prefix: string): string[] {
  const common = 'org.apache.kafka.common.security'
  const { username, password } = testUser
  const scram = `${common}.scram.ScramLoginModule required;`
  return [
    `${prefix}.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER`,
    `${prefix}.plain.sasl.jaas.config=${common}.plain.PlainLoginModule required user_${username}="${password}";`,
    `${prefix}.scram-sha-256.sasl.jaas.config=${scram}`,
    `${prefix}.scram-sha-512.sasl.jaas.config=${scram}`,
    `${prefix}.oauthbearer.sasl.jaas.config=${common}.oauthbearer.OAuthBearerLoginModule required;`,
    `${prefix}.oauthbearer.sasl.server.callback.handler.class=${common}.oauthbearer.internals.unsecured.OAuthBearerUnsecuredValidatorCallbackHandler`,
  ]
}
