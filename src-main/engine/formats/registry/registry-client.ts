/**
 * Asks a schema registry over HTTP, by the API that Confluent published and others speak too. One request per call; keeps
 * nothing. Credentials stand in a header and in no message.
 */
import { AppError } from '#contract/errors.ts'
import http from 'node:http'
import https from 'node:https'
import { z } from 'zod'
import { systemCode, wordsOf } from '../../kafka/client/client-errors.ts'
import type { RegistrySettings, TlsSettings } from '../../kafka/client/connection-settings.ts'
import { hideSecrets } from '../../kafka/client/hide-secrets.ts'

const timeoutMs = 10_000
const mostResponseBytes = 16 * 1024 * 1024
const accepted = 'application/vnd.schemaregistry.v1+json, application/json'

const errorBody = z.object({ error_code: z.number(), message: z.string() })

/** Codes of the published API for a subject, a version and a schema that are not there. */
const notFoundCodes: readonly number[] = [40401, 40402, 40403]

interface Answer {
  status: number
  body: string
}

export class RegistryClient {
  /** Where it asks, for people: without user and password. */
  readonly address: string
  readonly #base: URL
  readonly #headers: Record<string, string>
  readonly #agent: http.Agent
  /** Not to be repeated in messages, whatever the registry says. */
  readonly #secrets: readonly string[]

  /** @throws AppError SCHEMA_UNAVAILABLE where the address or the TLS files are no use */
  constructor({ url, basic, tls }: RegistrySettings) {
    const base = parseBase(url)
    this.address = `${base.protocol}//${base.host}${base.pathname.replace(/\/$/, '')}`
    const username = basic?.username ?? decodeURIComponent(base.username)
    const password = basic?.password ?? decodeURIComponent(base.password)
    this.#headers = { accept: accepted }
    this.#secrets = [password, tls?.passphrase ?? '']
    if (username !== '' || password !== '') {
      const token = Buffer.from(`${username}:${password}`).toString('base64')
      this.#headers['authorization'] = `Basic ${token}`
    }
    this.#base = new URL(this.address)
    const options = { keepAlive: true, maxSockets: 4, timeout: timeoutMs }
    this.#agent =
      base.protocol === 'https:'
        ? new https.Agent({ ...options, ...(tls === null ? {} : tlsOptions(tls)) })
        : new http.Agent(options)
  }

  close(): void {
    this.#agent.destroy()
  }

  /**
   * Asks for a path of the API and reads the answer.
   * @param what it is about, for messages: "schema 7", "subject orders-value"
   * @returns null where the registry has no such thing
   * @throws AppError SCHEMA_UNAVAILABLE with the registry's address and its own words
   */
  async get<Output>(
    path: readonly string[],
    shape: z.ZodType<Output>,
    { what, signal }: { what: string; signal?: AbortSignal | undefined },
  ): Promise<Output | null> {
    const { status, body } = await this.#request(path, what, signal)
    const value = readJson(body)
    if (status === 200) {
      const parsed = shape.safeParse(value)
      if (parsed.success) return parsed.data
      throw this.#fault(what, 'it answers, but not as a schema registry does', { status })
    }
    const error = errorBody.safeParse(value)
    const code = error.success ? error.data.error_code : 0
    if (status === 404 && notFoundCodes.includes(code)) return null
    throw this.#fault(what, statusWords(status, error.success ? error.data.message : ''), { status })
  }

  #request(path: readonly string[], what: string, signal?: AbortSignal): Promise<Answer> {
    const url = `${this.#base.href.replace(/\/$/, '')}/${path.map(encodeURIComponent).join('/')}`
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    const within = AbortSignal.timeout(timeoutMs)
    const either = signal === undefined ? within : AbortSignal.any([within, signal])
    const fail = (error: Error): void => {
      if (signal?.aborted === true) reject(error)
      else if (within.aborted)
        reject(this.#fault(what, `it does not answer within ${String(timeoutMs / 1000)} s`, { cause: error }))
      else reject(this.#fault(what, wordsOf(error), { code: systemCode(error), cause: error }))
    }
    const { request } = this.#base.protocol === 'https:' ? https : http
    const sent = request(url, { agent: this.#agent, headers: this.#headers, signal: either }, (response) => {
      const chunks: Buffer[] = []
      let size = 0
      response.on('data', (chunk: Buffer) => {
        size += chunk.length
        chunks.push(chunk)
        if (size > mostResponseBytes) response.destroy(new Error('its answer is larger than 16 MB'))
      })
      response.on('error', fail)
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') })
      })
    })
    sent.on('error', fail)
    sent.end()
    return promise
  }

  #fault(
    what: string,
    why: string,
    details: { status?: number; code?: string | null; cause?: unknown },
  ): AppError {
    const { cause, ...rest } = details
    const words = hideSecrets(`${what}: ${why}`, this.#secrets)
    return new AppError('SCHEMA_UNAVAILABLE', `schema registry ${this.address}: ${words}`, {
      details: { registry: this.address, ...rest },
      ...(cause === undefined ? {} : { cause }),
    })
  }
}

function parseBase(url: string): URL {
  const base = URL.parse(url)
  if (base !== null && (base.protocol === 'http:' || base.protocol === 'https:')) return base
  throw new AppError('SCHEMA_UNAVAILABLE', 'the address of the schema registry is no http or https address')
}

function tlsOptions({ ca, cert, key, passphrase, serverName }: TlsSettings): https.AgentOptions {
  return {
    ...(ca === null ? {} : { ca }),
    ...(cert === null ? {} : { cert }),
    ...(key === null ? {} : { key }),
    ...(passphrase === null ? {} : { passphrase }),
    ...(serverName === null ? {} : { servername: serverName }),
  }
}

function readJson(body: string): unknown {
  try {
    return JSON.parse(body) as unknown
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

function statusWords(status: number, words: string): string {
  const own = words === '' ? '' : `: ${words}`
  if (status === 401) return `it refuses the credentials (401)${own}`
  if (status === 403) return `it does not allow this to these credentials (403)${own}`
  if (status >= 300 && status < 400) return `it sends elsewhere (${String(status)}); give its final address`
  return `it answers ${String(status)}${own}`
}
