/** The form of `connections:` in penstock.yaml: how to reach clusters. A secret is named here, never written. */
import { z } from 'zod'
import { type SaslMechanism, saslMechanism } from '#contract/connections.ts'
import { duration, filePath, map, reject, words } from './forms.ts'
import { secretInFile } from './problem-draft.ts'

const brokerForm = /^(?:\[[0-9A-Fa-f:.]+\]|[^\s:/[\]]+):(\d{1,5})$/

const brokerAddress = z.string().check((context) => {
  const port = brokerForm.exec(context.value)?.[1]
  if (port !== undefined && Number(port) >= 1 && Number(port) <= 65_535) return
  reject(context, context.value, `${JSON.stringify(context.value)} is no address of a broker`, {
    hint: 'write host:port, for example "127.0.0.1:9092"; IPv6 in brackets',
  })
})

const secretKeys = map({
  env: words.optional().describe('Name of the environment variable that holds it.'),
  secret: words.optional().describe('Name in the secret store: penstock secret set NAME.'),
})

/** Whatever was written stays out of the message, for it may be the secret. */
function refuseSecret(value: unknown, context: z.core.$RefinementCtx): unknown {
  if (value === undefined || typeof value === 'object') return value
  return reject(context, null, secretInFile, {
    hint: 'write { env: NAME_OF_A_VARIABLE } or { secret: NAME }, and keep it with: penstock secret set NAME',
  })
}

/** `{ env: NAME }` or `{ secret: NAME }`; the value itself is refused, for the file is one that people share. */
export const secretReference = z.preprocess(refuseSecret, secretKeys).transform((value, context) => {
  if (value.env !== undefined && value.secret === undefined) return { env: value.env }
  if (value.secret !== undefined && value.env === undefined) return { secret: value.secret }
  return reject(context, value, 'a secret comes from one place', {
    hint: 'write either env or secret',
    missing: ['env', 'secret'],
  })
})

const tlsFiles = {
  ca: filePath.optional().describe('Certificate authorities, PEM. Default: those of the system.'),
  cert: filePath.optional().describe('Client certificate, PEM.'),
  key: filePath.optional().describe('Key of the client certificate, PEM.'),
  key_passphrase: secretReference.optional().describe('Passphrase of the key.'),
  server_name: words
    .optional()
    .describe("Name that the broker's certificate carries, where it is not the host's."),
}

const tls = z
  .union([z.boolean(), map(tlsFiles)], { error: 'must be true, or a map with ca, cert and key' })
  .transform((value, context) => {
    if (value === false) return null
    if (value === true) return {}
    if ((value.cert === undefined) === (value.key === undefined)) return value
    return reject(context, value, 'a client certificate and its key go together', {
      hint: value.cert === undefined ? 'add cert' : 'add key',
    })
  })

const password = { username: words.describe('User name.'), password: secretReference.describe('Password.') }

function mechanism<Name extends SaslMechanism>(name: Name) {
  return z.literal(name).describe('How to log in.')
}

/** What is wrong with a web address, or null; one that holds a password is not repeated. */
function webAddressFault(text: string): 'no address' | 'secret' | null {
  const parsed = URL.parse(text)
  const isWeb = parsed !== null && /^https?:$/.test(parsed.protocol)
  if (isWeb) return parsed.username === '' && parsed.password === '' ? null : 'secret'
  return text.includes('@') ? 'secret' : 'no address'
}

const tokenUrl = words.check((context) => {
  const fault = webAddressFault(context.value)
  if (fault === 'no address') {
    reject(context, context.value, `${JSON.stringify(context.value)} is no address that gives tokens`, {
      hint: 'for example https://login.example/oauth2/token',
    })
  } else if (fault === 'secret') {
    reject(context, context.value, secretInFile, {
      hint: 'take user and password out of the address; write client_id and client_secret: { env: NAME }',
    })
  }
})

const sasl = z.discriminatedUnion(
  'mechanism',
  [
    map({ mechanism: mechanism('plain'), ...password }),
    map({ mechanism: mechanism('scram-sha-256'), ...password }),
    map({ mechanism: mechanism('scram-sha-512'), ...password }),
    map({
      mechanism: mechanism('oauthbearer'),
      token: secretReference.optional().describe('A token as it is.'),
      token_url: tokenUrl.optional().describe('Address that gives tokens (client credentials).'),
      client_id: words.optional().describe('With token_url, who asks.'),
      client_secret: secretReference.optional().describe('With token_url, its secret.'),
      scope: words.optional().describe('With token_url, the scope to ask for. Default: none.'),
    }).check((context) => {
      const { token, token_url: url, client_id: id, client_secret: secret, scope } = context.value
      const given = [url, id, secret].filter((part) => part !== undefined).length
      if (token === undefined ? given === 3 : given === 0 && scope === undefined) return
      reject(context, context.value, 'oauthbearer needs a token, or where to get one', {
        hint: 'write either token, or token_url with client_id and client_secret',
        missing: given > 0 && token !== undefined ? [] : ['token', 'token_url', 'client_id', 'client_secret'],
      })
    }),
    map({ mechanism: mechanism('aws-msk-iam'), region: words.describe('Region, for example eu-central-1.') }),
  ],
  { error: `must be one of ${saslMechanism.options.join(', ')}` },
)

const registry = map({
  url: words.describe('Address of the schema registry, http or https.'),
  username: words.optional().describe('User name. Default: none is asked for.'),
  password: secretReference.optional().describe('Password of the user.'),
  ca: tlsFiles.ca,
  cert: tlsFiles.cert,
  key: tlsFiles.key,
}).check((context) => {
  const { url, username, password: secret } = context.value
  const fault = webAddressFault(url)
  if (fault === 'no address') {
    reject(context, url, `${JSON.stringify(url)} is no address of a registry`, {
      hint: 'for example https://registry.example:8081',
      key: 'url',
    })
  } else if (fault === 'secret') {
    reject(context, url, secretInFile, {
      hint: 'take user and password out of the address; write username and password: { env: NAME }',
      key: 'url',
    })
  }
  if ((username === undefined) === (secret === undefined)) return
  reject(context, context.value, 'username and password go together', {
    hint: username === undefined ? 'add username' : 'add password: { env: NAME }',
  })
})

const color = z.string().check((context) => {
  if (/^#[0-9A-Fa-f]{6}$/.test(context.value)) return
  reject(context, context.value, `${JSON.stringify(context.value)} is no colour`, {
    hint: 'write it in quotes as "#rrggbb", for example "#d03030"',
  })
})

export const connection = map({
  brokers: z
    .array(brokerAddress)
    .min(1)
    .max(100)
    .describe('Addresses to begin with, host:port; the others are found from there.'),
  tls: tls.optional().describe('true, or the files and names that TLS needs. Default: no TLS.'),
  sasl: sasl.optional().describe('How to log in. Default: not at all.'),
  registry: registry.optional().describe('Schema registry for Avro, Protobuf and JSON Schema.'),
  addresses: z
    .record(brokerAddress, brokerAddress)
    .optional()
    .describe('Addresses that brokers give, and those to use instead: port-forwards and tunnels.'),
  writes: z
    .enum(['refused', 'allowed'])
    .optional()
    .describe('Whether Penstock may write to the cluster. Default refused.'),
  production: z.boolean().optional().describe('Marks the connection as production in the console.'),
  color: color.optional().describe('Colour that marks the connection in the console, for example "#d03030".'),
  timeout: duration.optional().describe('Longest that connecting to a broker may take. Default 10s.'),
})

export type ConnectionFile = z.output<typeof connection>
export type TlsFile = NonNullable<ConnectionFile['tls']>
