/**
 * The connection form as it stands in its fields, and the draft that they make. Pure. Every field is text, so that nothing
 * is lost while a person goes to and fro between mechanisms.
 */
import type { ConnectionDraft, SecretInput } from '#contract/connections.ts'

/** Where a secret comes from: typed now, an environment variable, or kept already under a name. */
export interface SecretField {
  from: 'value' | 'env' | 'secret'
  text: string
}

export const mechanisms = [
  'none',
  'plain',
  'scram-sha-256',
  'scram-sha-512',
  'oauthbearer-token',
  'oauthbearer-client',
  'aws-msk-iam',
] as const
export type Mechanism = (typeof mechanisms)[number]

export interface ConnectionFields {
  name: string
  /** Addresses, separated by commas, spaces or lines. */
  brokers: string
  tls: boolean
  ca: string
  cert: string
  key: string
  keyPassphrase: SecretField
  serverName: string
  mechanism: Mechanism
  username: string
  password: SecretField
  token: SecretField
  tokenUrl: string
  clientId: string
  clientSecret: SecretField
  scope: string
  region: string
  registryUrl: string
  registryUser: string
  registryPassword: SecretField
  /** One pair a line: "kafka-1:9092 = 127.0.0.1:19092". */
  addresses: string
  writes: boolean
  production: boolean
  /** CSS hex colour, or empty. */
  color: string
}

const emptySecret: SecretField = { from: 'value', text: '' }

/** A form that nobody has touched. */
export function emptyConnection(): ConnectionFields {
  return {
    name: '',
    brokers: '',
    tls: false,
    ca: '',
    cert: '',
    key: '',
    keyPassphrase: { ...emptySecret },
    serverName: '',
    mechanism: 'none',
    username: '',
    password: { ...emptySecret },
    token: { ...emptySecret },
    tokenUrl: '',
    clientId: '',
    clientSecret: { ...emptySecret },
    scope: '',
    region: '',
    registryUrl: '',
    registryUser: '',
    registryPassword: { ...emptySecret },
    addresses: '',
    writes: false,
    production: false,
    color: '',
  }
}

/** What is wrong, by the field that it is about. */
export type FieldProblems = Partial<Record<keyof ConnectionFields, string>>

const namePattern = /^[\p{L}\p{N}_.-]{1,63}$/u
/** A host, or an IPv6 address in brackets, and a port. */
const addressPattern = /^(?:\[[0-9a-f:.%]+\]|[^\s:[\],]+):\d{1,5}$/i

function isAddress(text: string): boolean {
  return addressPattern.test(text) && Number(text.slice(text.lastIndexOf(':') + 1)) <= 65_535
}

/** Addresses of a text, in their order, each once. */
export function addressesOf(text: string): string[] {
  return [...new Set(text.split(/[\s,;]+/).filter((part) => part !== ''))]
}

function secretOf({ from, text }: SecretField): SecretInput {
  if (from === 'env') return { env: text }
  return from === 'secret' ? { secret: text } : { value: text }
}

/** Pairs of addresses; null where a line is none. */
function pairsOf(text: string): Record<string, string> | null {
  const pairs: Record<string, string> = {}
  for (const line of text.split('\n').filter((part) => part.trim() !== '')) {
    const [from = '', to = '', ...rest] = line.split(/=|->|→/).map((part) => part.trim())
    if (!isAddress(from) || !isAddress(to) || rest.length > 0) return null
    pairs[from] = to
  }
  return pairs
}

/**
 * What is wrong with the fields; an empty object where they make a draft.
 * @param taken names that other connections have
 */
export function problemsOf(fields: ConnectionFields, taken: readonly string[] = []): FieldProblems {
  const problems: FieldProblems = {}
  const need = (field: keyof ConnectionFields, text: string, words: string): void => {
    if (text.trim() === '') problems[field] = words
  }
  const brokers = addressesOf(fields.brokers)
  const wrong = brokers.find((broker) => !isAddress(broker))
  if (!namePattern.test(fields.name))
    problems.name = 'A name of letters, digits, dots, dashes and underscores'
  if (taken.includes(fields.name)) problems.name = 'There is a connection of this name already'
  if (brokers.length === 0) problems.brokers = 'At least one address, such as localhost:9092'
  else if (wrong !== undefined) problems.brokers = `“${wrong}” is no address: write host:port`
  if (fields.tls && (fields.cert.trim() === '') !== (fields.key.trim() === ''))
    problems.key = 'A client certificate needs both its file and its key'
  needOfMechanism(fields, need)
  if (fields.registryUrl !== '' && !/^https?:\/\/\S+$/.test(fields.registryUrl.trim()))
    problems.registryUrl = 'An address that begins with http:// or https://'
  if (pairsOf(fields.addresses) === null)
    problems.addresses = 'One pair a line, such as kafka-1:9092 = 127.0.0.1:19092'
  return problems
}

function needOfMechanism(
  fields: ConnectionFields,
  need: (field: keyof ConnectionFields, text: string, words: string) => void,
): void {
  switch (fields.mechanism) {
    case 'none':
      return
    case 'oauthbearer-token':
      need('token', fields.token.text, 'A token is needed')
      return
    case 'oauthbearer-client':
      need('tokenUrl', fields.tokenUrl, 'The address that gives tokens is needed')
      need('clientId', fields.clientId, 'A client id is needed')
      need('clientSecret', fields.clientSecret.text, 'A client secret is needed')
      return
    case 'aws-msk-iam':
      need('region', fields.region, 'A region is needed, such as eu-central-1')
      return
    default:
      need('username', fields.username, 'A user name is needed')
      need('password', fields.password.text, 'A password is needed')
  }
}

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
    ...(keyPassphrase.text === '' ? {} : { keyPassphrase: secretOf(keyPassphrase) }),
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
    ...(registryPassword.text === '' ? {} : { password: secretOf(registryPassword) }),
  }
}
