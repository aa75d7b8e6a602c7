/** Fields of the connection form as the draft that they make, and back: a connection of the workspace in the form. Pure. */
import type { ConnectionDraft, SecretInput } from '#contract/connections.ts'
import { addressesOf, pairsOf } from './connection-addresses.ts'
import { emptyConnection, type ConnectionFields, type SecretField } from './connection-fields.ts'

/** The draft of fields that have no problem. */
export function draftOf(fields: ConnectionFields): ConnectionDraft {
  const pairs = pairsOf(fields.addresses) ?? {}
  const color = fields.color.toLowerCase()
  return {
    name: fields.name.trim(),
    brokers: addressesOf(fields.brokers),
    tls: fields.tls ? tlsOf(fields) : null,
    sasl: saslOf(fields),
    registry: registryOf(fields),
    ...(Object.keys(pairs).length === 0 ? {} : { addresses: pairs }),
    writes: fields.writes,
    production: fields.production,
    color: /^#[0-9a-f]{6}$/.test(color) ? color : null,
  }
}

function tlsOf(fields: ConnectionFields): ConnectionDraft['tls'] {
  const { keyPassphrase } = fields
  const given = (['ca', 'cert', 'key', 'serverName'] as const).flatMap((name) => {
    const text = fields[name].trim()
    return text === '' ? [] : [[name, text] as const]
  })
  return {
    ...Object.fromEntries(given),
    ...(fields.key === '' || !isGiven(keyPassphrase) ? {} : { keyPassphrase: secretOf(keyPassphrase) }),
  }
}

function saslOf(fields: ConnectionFields): ConnectionDraft['sasl'] {
  const { mechanism } = fields
  switch (mechanism) {
    case 'none':
      return null
    case 'oauthbearer-token':
      return { mechanism: 'oauthbearer', token: secretOf(fields.token) }
    case 'oauthbearer-client':
      return {
        mechanism: 'oauthbearer',
        tokenUrl: fields.tokenUrl.trim(),
        clientId: fields.clientId.trim(),
        clientSecret: secretOf(fields.clientSecret),
        ...(fields.scope.trim() === '' ? {} : { scope: fields.scope.trim() }),
      }
    case 'aws-msk-iam':
      return { mechanism, region: fields.region.trim() }
    default:
      return { mechanism, username: fields.username, password: secretOf(fields.password) }
  }
}

function registryOf({
  registryUrl,
  registryUser,
  registryPassword,
}: ConnectionFields): ConnectionDraft['registry'] {
  const url = registryUrl.trim()
  if (url === '') return null
  return {
    url,
    ...(registryUser === '' ? {} : { username: registryUser }),
    ...(registryUser === '' || !isGiven(registryPassword) ? {} : { password: secretOf(registryPassword) }),
  }
}

function secretOf({ from, text, kept }: SecretField): SecretInput {
  if (from === 'env') return { env: text }
  if (from === 'secret') return { secret: text }
  return text === '' && kept !== undefined ? { secret: kept } : { value: text }
}

function isGiven({ from, text, kept }: SecretField): boolean {
  return text !== '' || (from === 'value' && kept !== undefined)
}

/**
 * A connection of the workspace in the form. A secret that is kept is neither shown nor known here: its field is empty, and
 * stays what it is where nothing is typed.
 */
export function fieldsOf(draft: ConnectionDraft): ConnectionFields {
  const { tls, registry, addresses = {} } = draft
  return {
    ...emptyConnection(),
    name: draft.name,
    brokers: draft.brokers.join(', '),
    ...(tls === null ? {} : fieldsOfTls(tls)),
    ...(draft.sasl === null ? {} : fieldsOfSasl(draft.sasl)),
    ...(registry === null
      ? {}
      : {
          registryUrl: registry.url,
          registryUser: registry.username ?? '',
          registryPassword: fieldOf(registry.password),
        }),
    addresses: Object.entries(addresses)
      .map(([from, to]) => `${from} = ${to}`)
      .join('\n'),
    writes: draft.writes,
    production: draft.production,
    color: draft.color ?? '',
  }
}

function fieldsOfTls(tls: NonNullable<ConnectionDraft['tls']>): Partial<ConnectionFields> {
  const { ca = '', cert = '', key = '', serverName = '', keyPassphrase } = tls
  return { tls: true, ca, cert, key, serverName, keyPassphrase: fieldOf(keyPassphrase) }
}

function fieldsOfSasl(sasl: NonNullable<ConnectionDraft['sasl']>): Partial<ConnectionFields> {
  if ('password' in sasl)
    return { mechanism: sasl.mechanism, username: sasl.username, password: fieldOf(sasl.password) }
  if ('token' in sasl) return { mechanism: 'oauthbearer-token', token: fieldOf(sasl.token) }
  if ('region' in sasl) return { mechanism: sasl.mechanism, region: sasl.region }
  const { tokenUrl, clientId, clientSecret, scope = '' } = sasl
  return {
    mechanism: 'oauthbearer-client',
    ...{ tokenUrl, clientId, scope, clientSecret: fieldOf(clientSecret) },
  }
}

function fieldOf(secret: SecretInput | undefined): SecretField {
  if (secret === undefined || 'value' in secret) return { from: 'value', text: '' }
  return 'env' in secret
    ? { from: 'env', text: secret.env }
    : { from: 'value', text: '', kept: secret.secret }
}
