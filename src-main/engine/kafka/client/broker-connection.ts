/**
 * One connection to one broker: opened phase by phase, so that a fault says where; then requests, each with a limit.
 * A broker answers the requests of one connection in order, so requests that wait on purpose (Fetch) get their own.
 */
import { AppError } from '#contract/errors.ts'
import net from 'node:net'
import tls from 'node:tls'
import { type ApiVersions, apiVersionsRequest } from '../requests/api-versions.ts'
import type { KafkaRequest } from '../requests/request.ts'
import { WireReader } from '../wire/wire-reader.ts'
import { WireWriter } from '../wire/wire-writer.ts'
import { connectionFault, type ConnectPhase, type ReachedBroker, systemCode } from './client-errors.ts'
import {
  type BrokerAddress,
  addressText,
  type ConnectionSettings,
  type TlsSettings,
} from './connection-settings.ts'
import { createRawConnection, type RawConnection, silentLogger } from './kafkajs.ts'
import { saslOf } from './sasl.ts'

/** Told of each phase as it ends, for connection tests. */
export type PhaseObserver = (phase: ConnectPhase, detail: string) => void

export interface SendOptions {
  signal?: AbortSignal | undefined
  /** Milliseconds for the broker to answer; default: the connection's. */
  timeoutMs?: number | undefined
}

const noTls: TlsSettings = { ca: null, cert: null, key: null, passphrase: null, serverName: null }
/** Beyond what it holds a request back, a broker that works answers within this. */
const stalledMs = 3000
const saslAuthenticateKey = 36
/** APIs whose answer begins with the time for which the broker throttles this client, from these versions on. */
const throttleFrom: ReadonlyMap<number, number> = new Map([
  [1, 1],
  [2, 2],
  [3, 3],
  [8, 3],
  [9, 3],
  [10, 1],
  [15, 1],
  [16, 1],
  [32, 0],
  [35, 0],
  [60, 0],
  [69, 0],
  [75, 0],
])

export class BrokerConnection {
  readonly address: BrokerAddress
  versions: ApiVersions = new Map()
  readonly #settings: ConnectionSettings
  readonly #raw: RawConnection
  readonly #onClosed: () => void
  /** Answers under way, and when they should be there. Milliseconds since 1970. */
  readonly #awaited = new Set<{ dueAtMs: number }>()
  #socket: net.Socket | null = null
  #phase: ConnectPhase | 'open' = 'resolve'
  #fault: AppError | null = null
  #failOpening: (error: AppError) => void = () => undefined

  private constructor(address: BrokerAddress, settings: ConnectionSettings, onClosed: () => void) {
    this.address = address
    this.#settings = settings
    this.#onClosed = onClosed
    this.#raw = createRawConnection({
      ...address,
      clientId: settings.clientId,
      sasl: saslOf(settings.sasl),
      logger: silentLogger,
      socketFactory: ({ onConnect }) => this.#openSocket(onConnect),
      // kafkajs takes the longer one of this and what a request allows.
      requestTimeout: settings.connectTimeoutMs,
      connectionTimeout: settings.connectTimeoutMs,
    })
  }

  /**
   * Connects, agrees on TLS, asks for versions and authenticates.
   * @param onClosed called once when the connection is gone, for whatever reason
   * @throws AppError CONNECTION_FAILED with `details.phase`; then nothing is left open
   */
  static async open(
    address: BrokerAddress,
    settings: ConnectionSettings,
    options: { onClosed?: () => void; observe?: PhaseObserver; signal?: AbortSignal | undefined } = {},
  ): Promise<BrokerConnection> {
    if (options.signal?.aborted === true)
      throw connectionFault({ address, connection: settings.name }, 'connect', options.signal.reason)
    const connection = new BrokerConnection(address, settings, options.onClosed ?? (() => undefined))
    try {
      await connection.#open(options.observe ?? (() => undefined), options.signal)
      return connection
    } catch (error) {
      const fault = connectionFault(connection.#reached, connection.#phase, error)
      connection.#end(fault)
      throw fault
    }
  }

  get #reached(): ReachedBroker {
    return { address: this.address, connection: this.#settings.name }
  }

  /** Whether an answer is late: others should be asked first. */
  get isStalled(): boolean {
    return [...this.#awaited].some(({ dueAtMs }) => dueAtMs < Date.now())
  }

  get isOpen(): boolean {
    return this.#fault === null
  }

  /** Version in which both sides speak a request, or null where there is none. */
  versionOf(request: KafkaRequest<never, unknown>): number | null {
    const offered = this.versions.get(request.key)
    if (offered === undefined) return null
    const version = Math.min(request.maxVersion, offered.max)
    return version >= Math.max(request.minVersion, offered.min) ? version : null
  }

  /**
   * Sends a request and reads the answer.
   * @throws AppError KAFKA_FAILED for an answer that is an error, CONNECTION_FAILED where the connection is lost or the
   * broker does not answer in time; the signal's reason when aborted
   */
  async send<Input, Output>(
    request: KafkaRequest<Input, Output>,
    input: Input,
    options: SendOptions = {},
  ): Promise<Output> {
    options.signal?.throwIfAborted()
    if (this.#fault !== null) throw this.#fault
    const version = request.key === apiVersionsRequest.key ? 0 : this.versionOf(request)
    if (version === null) throw unsupported(request, this.address)
    const limitMs = (options.timeoutMs ?? this.#settings.requestTimeoutMs) + (request.holdsMs?.(input) ?? 0)
    const awaited = { dueAtMs: Date.now() + (request.holdsMs?.(input) ?? 0) + stalledMs }
    this.#awaited.add(awaited)
    const sent = this.#raw.send(rawProtocol(request, version, input, limitMs)).finally(() => {
      this.#awaited.delete(awaited)
    })
    try {
      return await abortable(sent, options.signal)
    } catch (error) {
      throw this.#translated(error)
    }
  }

  /** Closes at once; what is under way is rejected. */
  close(): void {
    this.#end(connectionFault(this.#reached, 'open', new Error('closed by Penstock')))
  }

  async #open(observe: PhaseObserver, signal: AbortSignal | undefined): Promise<void> {
    const failed = new Promise<never>((_, reject) => {
      this.#failOpening = reject
    })
    // Whoever awaits it gets the fault; when nobody does any more it must not count as unhandled.
    failed.catch(() => undefined)
    const guarded = <Output>(work: Promise<Output>): Promise<Output> =>
      abortable(Promise.race([work, failed]), signal)
    this.#observe = observe
    await guarded(this.#raw.connect())
    if (this.#settings.tls !== null) observe('tls', tlsDetail(this.#socket))
    this.#phase = 'versions'
    this.versions = await guarded(
      this.send(apiVersionsRequest, null, { timeoutMs: this.#settings.connectTimeoutMs }),
    )
    observe('versions', `${String(this.versions.size)} APIs`)
    this.#phase = 'authenticate'
    this.#raw.setVersions(rawVersions(this.versions))
    this.#raw.setSupportAuthenticationProtocol(this.versions.has(saslAuthenticateKey))
    if (this.#settings.sasl !== null) {
      await guarded(withLimit(this.#raw.authenticate(), this.#settings.connectTimeoutMs))
      observe('authenticate', this.#settings.sasl.mechanism)
    }
    this.#phase = 'open'
  }

  #observe: PhaseObserver = () => undefined

  #openSocket(onConnect: () => void): net.Socket {
    const { host, port } = this.address
    const settings = this.#settings.tls
    this.#phase = net.isIP(host) === 0 ? 'resolve' : 'connect'
    const socket = net.connect({ host, port })
    socket.on('lookup', (error: Error | null, address) => {
      if (error !== null) return
      this.#observe('resolve', address)
      this.#phase = 'connect'
    })
    socket.once('connect', () => {
      this.#observe('connect', addressText(this.address))
      this.#phase = settings === null ? 'versions' : 'tls'
      if (settings === null) onConnect()
    })
    socket.setNoDelay(true)
    socket.setKeepAlive(true, 30_000)
    const carrier = settings === null ? socket : this.#secure(socket, onConnect)
    carrier.once('close', () => {
      this.#end(connectionFault(this.#reached, this.#phase, new Error('the broker closed the connection')))
    })
    this.#socket = carrier
    return carrier
  }

  /** TLS over a socket that is still connecting. */
  #secure(socket: net.Socket, onConnect: () => void): tls.TLSSocket {
    const { ca, cert, key, passphrase, serverName } = this.#settings.tls ?? noTls
    const name = serverName ?? this.address.host
    const secured = tls.connect(
      {
        socket,
        host: name,
        ...(net.isIP(name) === 0 ? { servername: name } : {}),
        ...(ca === null ? {} : { ca }),
        ...(cert === null ? {} : { cert }),
        ...(key === null ? {} : { key }),
        ...(passphrase === null ? {} : { passphrase }),
      },
      onConnect,
    )
    socket.on('error', (error) => secured.destroy(error))
    return secured
  }

  #translated(error: unknown): unknown {
    if (error instanceof AppError) {
      // A session that could not be renewed: the broker waits for the rest of it, and hears nothing else.
      if (error.details['phase'] === 'authenticate') this.#end(error)
      return error
    }
    if (isTimeout(error)) {
      // What comes later would be taken for the answer to something else being waited for: start afresh.
      const fault = connectionFault(this.#reached, this.#phase, new Error('no answer in time'))
      this.#end(fault)
      return fault
    }
    if (!isKafkajsError(error)) return error
    const phase = isSaslError(error) ? 'authenticate' : this.#phase
    this.#end(connectionFault(this.#reached, phase, error))
    return this.#fault
  }

  #end(fault: AppError): void {
    if (this.#fault !== null) return
    this.#fault = fault
    this.#socket?.destroy()
    this.#failOpening(fault)
    this.#raw.rejectRequests(fault)
    // Its queue is empty now, so this only clears kafkajs's timers.
    void this.#raw.disconnect().catch(() => undefined)
    this.#onClosed()
  }
}

function rawProtocol<Input, Output>(
  request: KafkaRequest<Input, Output>,
  version: number,
  input: Input,
  timeoutMs: number,
) {
  const flexible = version >= request.flexibleFrom
  return {
    request: {
      apiKey: request.key,
      apiName: request.name,
      apiVersion: version,
      encode: () => {
        const writer = new WireWriter(flexible)
        // The tagged fields of the request's header, which kafkajs does not know.
        writer.tags()
        request.write(writer, version, input)
        return Promise.resolve({ buf: writer.bytes, buffer: writer.bytes })
      },
    },
    response: {
      decode: (payload: Buffer) => {
        const reader = new WireReader(payload, flexible)
        reader.tags()
        const throttles = version >= (throttleFrom.get(request.key) ?? Number.POSITIVE_INFINITY)
        const clientSideThrottleTime = throttles && reader.left >= 4 ? reader.int32() : 0
        return Promise.resolve({ payload, clientSideThrottleTime })
      },
      parse: ({ payload }: { payload: Buffer }) => {
        const reader = new WireReader(payload, flexible)
        reader.tags()
        return Promise.resolve(request.read(reader, version))
      },
    },
    requestTimeout: timeoutMs,
    logResponseError: false,
  }
}

function rawVersions(versions: ApiVersions): Record<number, { minVersion: number; maxVersion: number }> {
  return Object.fromEntries(
    [...versions].map(([key, { min, max }]) => [key, { minVersion: min, maxVersion: max }]),
  )
}

function unsupported(request: { name: string }, address: BrokerAddress): AppError {
  const message = `${addressText(address)}: the broker and Penstock share no version of ${request.name}`
  return new AppError('KAFKA_FAILED', message, { details: { kafkaCode: 35, retriable: false } })
}

function tlsDetail(socket: net.Socket | null): string {
  return socket instanceof tls.TLSSocket ? (socket.getProtocol() ?? 'TLS') : 'TLS'
}

function isKafkajsError(error: unknown): error is Error {
  return error instanceof Error && (error.name.startsWith('KafkaJS') || systemCode(error) !== null)
}

/** Answers of ours are read without kafkajs, so an error that a broker answered to kafkajs is about SASL. */
function isSaslError(error: Error): boolean {
  return error.name === 'KafkaJSSASLAuthenticationError' || error.name === 'KafkaJSProtocolError'
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'KafkaJSRequestTimeoutError'
}

async function withLimit<Output>(work: Promise<Output>, ms: number): Promise<Output> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error('no answer in time'))
    }, ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Rejects with the signal's reason as soon as it aborts; the work itself goes on unseen. */
async function abortable<Output>(work: Promise<Output>, signal: AbortSignal | undefined): Promise<Output> {
  if (signal === undefined) return work
  work.catch(() => undefined)
  signal.throwIfAborted()
  return new Promise<Output>((resolve, reject) => {
    const aborted = (): void => {
      reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'))
    }
    signal.addEventListener('abort', aborted, { once: true })
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', aborted)
    })
  })
}
