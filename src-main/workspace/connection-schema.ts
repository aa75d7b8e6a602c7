/** The form of `connections:` in penstock.yaml: how to reach clusters. A secret is named here, never written. */
import { z } from 'zod'
import { duration, filePath, map, reject, words } from './forms.ts'

const brokerForm = /^(?:\[[0-9A-Fa-f:.]+\]|[^\s:/[\]]+):\d{1,5}$/

const brokerAddress = z.string().check((context) => {
  if (brokerForm.test(context.value)) return
  reject(context, context.value, `${JSON.stringify(context.value)} is no address of a broker`, {
    hint: 'write host:port, for example "127.0.0.1:9092"; IPv6 in brackets',
  })
})

const secretKeys = map({
  env: words.optional().describe('Name of the environment variable that holds it.'),
  secret: words.optional().describe('Name in the secret store: penstock secret set NAME.'),
})

/** `{ env: NAME }` or `{ secret: NAME }`; the value itself is refused, for the file is one that people share. */
export const secretReference = z.union([z.string(), secretKeys]).transform((value, context) => {
  if (typeof value === 'string') {
    return reject(context, value, 'a secret does not stand in this file', {
      hint: 'write { env: NAME_OF_A_VARIABLE } or { secret: NAME }, and keep it with: penstock secret set NAME',
    })
  }
  if (value.env !== undefined && value.secret === undefined) return { env: value.env }
  if (value.secret !== undefined && value.env === undefined) return { secret: value.secret }
  return reject(context, value, 'a secret comes from one place', { hint: 'write either env or secret' })
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

const sasl = z.discriminatedUnion(
  'mechanism',
  [
    map({ mechanism: z.literal('plain'), ...password }),
    map({ mechanism: z.literal('scram-sha-256'), ...password }),
    map({ mechanism: z.literal('scram-sha-512'), ...password }),
    map({
      mechanism: z.literal('oauthbearer'),
      token: secretReference.optional().describe('A token as it is.'),
      token_url: words.optional().describe('Address that gives tokens (client credentials).'),
      client_id: words.optional(),
      client_secret: secretReference.optional(),
      scope: words.optional(),
    }).check((context) => {
      const { token, token_url: url, client_id: id, client_secret: secret } = context.value
      const byUrl = url !== undefined && id !== undefined && secret !== undefined
      if ((token !== undefined) !== byUrl && (token === undefined || url === undefined)) return
      reject(context, context.value, 'oauthbearer needs a token, or where to get one', {
        hint: 'write either token, or token_url with client_id and client_secret',
      })
    }),
    map({ mechanism: z.literal('aws-msk-iam'), region: words.describe('Region, for example eu-central-1.') }),
  ],
  {
    error: 'mechanism must be one of plain, scram-sha-256, scram-sha-512, oauthbearer, aws-msk-iam',
  },
)

const registry = map({
  url: words.describe('Address of the schema registry, http or https.'),
  username: words.optional(),
  password: secretReference.optional(),
  ca: tlsFiles.ca,
  cert: tlsFiles.cert,
  key: tlsFiles.key,
}).check((context) => {
  const { url, username, password: secret } = context.value
  const parsed = URL.parse(url)
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    reject(context, url, `${JSON.stringify(url)} is no address of a registry`, {
      hint: 'for example https://registry.example:8081',
      key: 'url',
    })
  } else if (parsed.username !== '' || parsed.password !== '') {
    reject(context, url, 'a secret does not stand in this file', {
      hint: 'take user and password out of the address; write username and password: { env: NAME }',
      key: 'url',
    })
  }
  if ((username === undefined) === (secret === undefined)) return
  reject(context, context.value, 'username and password go together', {
    hint: username === undefined ? 'add username' : 'add password: { env: NAME }',
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
  color: z
    .string()
    .regex(/^#[0-9A-Fa-f]{6}$/, { error: 'must be a colour such as "#d03030"' })
    .optional()
    .describe('Colour that marks the connection in the console.'),
  timeout: duration.optional().describe('Longest that connecting to a broker may take. Default 10s.'),
})

export type ConnectionFile = z.output<typeof connection>
export type TlsFile = NonNullable<ConnectionFile['tls']>
