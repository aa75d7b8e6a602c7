/**
 * A connection of the workspace with its secrets and files read, for the threads that use it. Main process; what comes out
 * holds secrets and is neither logged nor shown.
 */
import { AppError, type ErrorShape, toErrorShape } from '#contract/errors.ts'
import { readFile } from 'node:fs/promises'
import type {
  Connection,
  RegistryReference,
  SaslReference,
  SecretReference,
  TlsFiles,
} from '../../workspace/model.ts'
import type { SecretReader } from '../engine-api.ts'
import type { ResolvedConnections } from '../kafka/client/cluster-clients.ts'
import {
  type ConnectionSettings,
  parseAddress,
  type RegistrySettings,
  type SaslSettings,
  type TlsSettings,
} from '../kafka/client/connection-settings.ts'

const requestTimeoutMs = 30_000

export interface SecretSources {
  secrets: SecretReader
  environment: Readonly<Record<string, string | undefined>>
}

/** Every connection of a workspace; one that cannot be resolved keeps the others from nothing. */
export async function resolveConnections(
  connections: readonly Connection[],
  sources: SecretSources,
): Promise<ResolvedConnections> {
  const settings: ConnectionSettings[] = []
  const faults = new Map<string, ErrorShape>()
  for (const connection of connections) {
    try {
      settings.push(await resolveSettings(connection, sources))
    } catch (error) {
      faults.set(connection.name, toErrorShape(error))
    }
  }
  return { settings, faults }
}

/** @throws AppError SECRET_MISSING, SECRET_STORE_UNUSABLE, CONNECTION_FAILED where a file cannot be read */
export async function resolveSettings(
  connection: Connection,
  sources: SecretSources,
): Promise<ConnectionSettings> {
  return {
    name: connection.name,
    brokers: connection.brokers.flatMap((text) => parseAddress(text) ?? []),
    clientId: 'penstock',
    tls: connection.tls === null ? null : await resolveTls(connection.tls, sources),
    sasl: connection.sasl === null ? null : await resolveSasl(connection.sasl, sources),
    registry: connection.registry === null ? null : await resolveRegistry(connection.registry, sources),
    addresses: new Map(
      [...connection.addresses].flatMap(([from, to]) => {
        const address = parseAddress(to)
        return address === null ? [] : [[from, address] as const]
      }),
    ),
    writes: connection.writes,
    connectTimeoutMs: connection.timeoutMs,
    requestTimeoutMs,
  }
}

async function resolveTls(files: TlsFiles, sources: SecretSources): Promise<TlsSettings> {
  return {
    ca: await readPem(files.ca),
    cert: await readPem(files.cert),
    key: await readPem(files.key),
    passphrase: files.keyPassphrase === null ? null : await readSecret(files.keyPassphrase, sources),
    serverName: files.serverName,
  }
}

async function resolveSasl(sasl: SaslReference, sources: SecretSources): Promise<SaslSettings> {
  if (sasl.mechanism === 'aws-msk-iam') return sasl
  if ('password' in sasl) return { ...sasl, password: await readSecret(sasl.password, sources) }
  if ('token' in sasl) return { ...sasl, token: await readSecret(sasl.token, sources) }
  return { ...sasl, clientSecret: await readSecret(sasl.clientSecret, sources) }
}

async function resolveRegistry(
  { url, basic, tls }: RegistryReference,
  sources: SecretSources,
): Promise<RegistrySettings> {
  return {
    url,
    basic:
      basic === null
        ? null
        : { username: basic.username, password: await readSecret(basic.password, sources) },
    tls: tls === null ? null : await resolveTls(tls, sources),
  }
}

/** The value of a secret. @throws AppError SECRET_MISSING naming where it was looked for, never what it is */
export async function readSecret(
  reference: SecretReference,
  { secrets, environment }: SecretSources,
): Promise<string> {
  if ('env' in reference) {
    const value = environment[reference.env]
    if (value !== undefined && value !== '') return value
    throw new AppError('SECRET_MISSING', `the environment variable ${reference.env} is not set`)
  }
  const value = await secrets.read(reference.secret)
  if (value !== null) return value
  throw new AppError('SECRET_MISSING', `no secret is kept under the name ${reference.secret}`, {
    details: { secret: reference.secret },
  })
}

async function readPem(file: string | null): Promise<string | null> {
  if (file === null) return null
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new AppError('CONNECTION_FAILED', `the TLS file cannot be read: ${why}`, {
      details: { phase: 'tls', file },
      cause: error,
    })
  }
}
