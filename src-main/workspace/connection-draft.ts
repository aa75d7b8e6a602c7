/**
 * A connection between the form of the console and penstock.yaml: what the form holds as values of the file, and a
 * connection of the file as the form takes it. Pure; used by the hosts. Typed secrets never come here.
 */
import path from 'node:path'
import { AppError } from '#contract/errors.ts'
import type { ConnectionDraft, SecretInput } from '#contract/connections.ts'
import type { FileMap } from './edit.ts'
import type { Connection, SaslReference, SecretReference, TlsFiles } from './model.ts'

/** Places of a draft where a secret stands. */
export type SecretSlot = 'password' | 'token' | 'client-secret' | 'key-passphrase' | 'registry-password'

/**
 * The draft with its secrets exchanged.
 * @param exchange called once for each secret of the draft
 */
export function mapSecrets(
  draft: ConnectionDraft,
  exchange: (secret: SecretInput, slot: SecretSlot) => SecretInput,
): ConnectionDraft {
  const { tls, registry } = draft
  return {
    ...draft,
    tls:
      tls?.keyPassphrase === undefined
        ? tls
        : { ...tls, keyPassphrase: exchange(tls.keyPassphrase, 'key-passphrase') },
    sasl: mapSaslSecrets(draft.sasl, exchange),
    registry:
      registry?.password === undefined
        ? registry
        : { ...registry, password: exchange(registry.password, 'registry-password') },
  }
}

function mapSaslSecrets(
  sasl: ConnectionDraft['sasl'],
  exchange: (secret: SecretInput, slot: SecretSlot) => SecretInput,
): ConnectionDraft['sasl'] {
  if (sasl === null) return null
  if ('password' in sasl) return { ...sasl, password: exchange(sasl.password, 'password') }
  if ('token' in sasl) return { ...sasl, token: exchange(sasl.token, 'token') }
  if ('clientSecret' in sasl) {
    return { ...sasl, clientSecret: exchange(sasl.clientSecret, 'client-secret') }
  }
  return sasl
}

/**
 * The draft as values of `connections: NAME`. A key that is undefined is to be removed; what is not mentioned (`timeout`,
 * the TLS files of a registry) is none of the form's business and stays.
 * @throws AppError INTERNAL where a typed secret was not put into the secret store before
 */
export function fileOfDraft(draft: ConnectionDraft): FileMap {
  const { brokers, addresses = {}, writes, production, color } = draft
  return {
    brokers,
    tls: tlsOfDraft(draft.tls),
    sasl: saslOfDraft(draft.sasl),
    registry: registryOfDraft(draft.registry),
    addresses: Object.keys(addresses).length === 0 ? undefined : addresses,
    writes: writes ? 'allowed' : undefined,
    production: production ? true : undefined,
    color: color ?? undefined,
  }
}

function tlsOfDraft(tls: ConnectionDraft['tls']): FileMap | true | undefined {
  if (tls === null) return undefined
  const map = {
    ca: given(tls.ca),
    cert: given(tls.cert),
    key: given(tls.key),
    key_passphrase: tls.keyPassphrase === undefined ? undefined : referenceOf(tls.keyPassphrase),
    server_name: given(tls.serverName),
  }
  return Object.values(map).every((value) => value === undefined) ? true : map
}

const noSasl = {
  username: undefined,
  password: undefined,
  token: undefined,
  token_url: undefined,
  client_id: undefined,
  client_secret: undefined,
  scope: undefined,
  region: undefined,
}

function saslOfDraft(sasl: ConnectionDraft['sasl']): FileMap | undefined {
  if (sasl === null) return undefined
  const { mechanism } = sasl
  if ('password' in sasl) {
    return { mechanism, ...noSasl, username: sasl.username, password: referenceOf(sasl.password) }
  }
  if ('region' in sasl) return { mechanism, ...noSasl, region: sasl.region }
  if ('token' in sasl) return { mechanism, ...noSasl, token: referenceOf(sasl.token) }
  return {
    mechanism,
    ...noSasl,
    token_url: sasl.tokenUrl,
    client_id: sasl.clientId,
    client_secret: referenceOf(sasl.clientSecret),
    scope: given(sasl.scope),
  }
}

function registryOfDraft(registry: ConnectionDraft['registry']): FileMap | undefined {
  if (registry === null) return undefined
  const { url, username, password } = registry
  return {
    url,
    username: given(username),
    password: password === undefined ? undefined : referenceOf(password),
  }
}

function referenceOf(secret: SecretInput): FileMap {
  if ('env' in secret) return { env: secret.env, secret: undefined }
  if ('secret' in secret) return { secret: secret.secret, env: undefined }
  throw new AppError('INTERNAL', 'a typed secret was about to be written into the workspace')
}

/** An empty field of a form is one that was left out. */
function given(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : text
}

/**
 * A connection of the workspace as the form takes it. Secrets are named, as in the file.
 * @param folder absolute folder of the workspace; files inside it are given relative to it
 */
export function draftOfConnection(connection: Connection, folder: string): ConnectionDraft {
  const { name, brokers, registry, addresses, writes, isProduction, color } = connection
  return {
    name,
    brokers: [...brokers],
    tls: connection.tls === null ? null : draftOfTls(connection.tls, folder),
    sasl: connection.sasl === null ? null : draftOfSasl(connection.sasl),
    registry:
      registry === null
        ? null
        : { url: registry.url, ...(registry.basic === null ? {} : { ...registry.basic }) },
    ...(addresses.size === 0 ? {} : { addresses: Object.fromEntries(addresses) }),
    writes,
    production: isProduction,
    color,
  }
}

function draftOfTls(tls: TlsFiles, folder: string): NonNullable<ConnectionDraft['tls']> {
  const { ca, cert, key, keyPassphrase, serverName } = tls
  return {
    ...(ca === null ? {} : { ca: fromFolder(ca, folder) }),
    ...(cert === null ? {} : { cert: fromFolder(cert, folder) }),
    ...(key === null ? {} : { key: fromFolder(key, folder) }),
    ...(keyPassphrase === null ? {} : { keyPassphrase }),
    ...(serverName === null ? {} : { serverName }),
  }
}

function draftOfSasl(sasl: SaslReference): NonNullable<ConnectionDraft['sasl']> {
  if (!('clientSecret' in sasl)) return sasl
  const { scope, ...rest } = sasl
  return scope === null ? rest : { ...rest, scope }
}

function fromFolder(file: string, folder: string): string {
  const relative = path.relative(folder, file)
  return relative.startsWith('..') || path.isAbsolute(relative) ? file : relative
}

/** The secret that a connection of the file has in this place; null where it has none. */
export function referenceIn(connection: Connection, slot: SecretSlot): SecretReference | null {
  const { sasl, tls, registry } = connection
  switch (slot) {
    case 'password':
      return sasl !== null && 'password' in sasl ? sasl.password : null
    case 'token':
      return sasl !== null && 'token' in sasl ? sasl.token : null
    case 'client-secret':
      return sasl !== null && 'clientSecret' in sasl ? sasl.clientSecret : null
    case 'key-passphrase':
      return tls?.keyPassphrase ?? null
    case 'registry-password':
      return registry?.basic?.password ?? null
  }
}
