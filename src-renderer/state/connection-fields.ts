/**
 * The connection form as it stands in its fields. Every field is text, so that nothing is lost while a person goes to and
 * fro between mechanisms. Pure; connection-problems.ts says what is wrong with them, connection-drafts.ts what they make.
 */

/** Where a secret comes from: typed now, an environment variable, or kept already under a name. */
export interface SecretField {
  from: 'value' | 'env' | 'secret'
  text: string
  /** Name of the one that is kept now; a typed text that is empty keeps it. */
  kept?: string
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
