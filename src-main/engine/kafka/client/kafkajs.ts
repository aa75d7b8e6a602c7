/**
 * The only place that loads kafkajs 2.2.4: its connection to one broker with framing, SASL and throttling, without its
 * cluster, group and retry layers. The package has no `exports`, so its files can be loaded one by one; it must stay
 * outside of the bundle, or the patch below would miss.
 */
import { createRequire } from 'node:module'
import type { Socket } from 'node:net'

/** A request as kafkajs sends it. */
export interface RawProtocol<Output> {
  request: {
    apiKey: number
    apiName: string
    apiVersion: number
    encode: () => Promise<{ buf: Buffer; buffer: Buffer }>
  }
  response: {
    decode: (payload: Buffer) => Promise<{ payload: Buffer; clientSideThrottleTime: number }>
    parse: (decoded: { payload: Buffer }) => Promise<Output>
  }
  requestTimeout: number
  logResponseError: boolean
}

/** One step of SASL: bytes to the broker, and its answer read where `response` is given. Both begin with their length. */
export interface RawSaslStep {
  request: { encode: () => Promise<Buffer> }
  response?: { decode: (bytes: Buffer) => Promise<Buffer>; parse: (bytes: Buffer) => Promise<Buffer> }
}

export interface RawAuthenticator {
  authenticate: () => Promise<void>
}

/** What kafkajs takes for SASL. */
export type RawSasl =
  | { mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; username: string; password: string }
  | {
      mechanism: 'oauthbearer'
      authenticationProvider: (parts: {
        saslAuthenticate: (step: RawSaslStep) => Promise<Buffer | undefined>
      }) => RawAuthenticator
    }

export interface RawConnectionOptions {
  host: string
  port: number
  clientId: string
  sasl: RawSasl | null
  logger: RawLogger
  socketFactory: (options: { host: string; port: number; onConnect: () => void }) => Socket
  requestTimeout: number
  connectionTimeout: number
}

/** kafkajs/src/network/connection.js, as far as it is used. */
export interface RawConnection {
  connect(): Promise<true>
  disconnect(): Promise<true>
  isConnected(): boolean
  setVersions(versions: Record<number, { minVersion: number; maxVersion: number }>): void
  setSupportAuthenticationProtocol(isSupported: boolean): void
  authenticate(): Promise<void>
  send<Output>(protocol: RawProtocol<Output>): Promise<Output>
  rejectRequests(error: Error): void
}

export interface RawLogger {
  namespace: () => RawLogger
  error: () => void
  warn: () => void
  info: () => void
  debug: () => void
}

interface RequestQueue {
  pending: unknown[]
  throttledUntil: number
  throttleCheckTimeoutId: NodeJS.Timeout | null
  checkPendingRequests(): void
  scheduleCheckPendingRequests(): void
}

interface Session {
  /** As process.hrtime() gives it; null before. */
  authenticatedAt: [number, number] | null
  /** Milliseconds, a Long of kafkajs; 0 for one that does not end. */
  sessionLifetime: { toString: () => string }
}

const load = createRequire(import.meta.url)
// The package has no types for its inner files; the interfaces above say what is used of them.
const Connection = load('kafkajs/src/network/connection') as {
  new (options: RawConnectionOptions): RawConnection
  prototype: { isAuthenticated: (this: Session) => boolean }
}
const Queue = load('kafkajs/src/network/requestQueue') as { prototype: RequestQueue }

const pendingCheckMs = 10

/**
 * kafkajs arms a timer of 1 ms for ever, on every connection (tulios/kafkajs#1751, #1556): this one is armed only while
 * requests wait or the broker throttles.
 */
Queue.prototype.scheduleCheckPendingRequests = function schedule(this: RequestQueue): void {
  if (this.throttleCheckTimeoutId !== null) return
  const throttledMs = this.throttledUntil - Date.now()
  if (this.pending.length === 0 && throttledMs <= 0) return
  const waitMs = throttledMs > 0 ? throttledMs : pendingCheckMs
  this.throttleCheckTimeoutId = setTimeout(() => {
    this.throttleCheckTimeoutId = null
    this.checkPendingRequests()
  }, waitMs)
}

/** Sessions are renewed this long before they end, short ones when this share of them is left. */
const renewedBeforeMs = 10_000
const renewedShare = 0.2

/**
 * kafkajs renews 10 s before a session ends: one that is shorter, with every request, which brokers refuse more than once a
 * second.
 */
Connection.prototype.isAuthenticated = function isAuthenticated(this: Session): boolean {
  if (this.authenticatedAt === null) return false
  const lifetimeMs = Number(this.sessionLifetime.toString())
  if (lifetimeMs === 0) return true
  const [seconds, nanoseconds] = process.hrtime(this.authenticatedAt)
  const leftMs = lifetimeMs - (seconds * 1000 + nanoseconds / 1_000_000)
  return leftMs > Math.min(renewedBeforeMs, lifetimeMs * renewedShare)
}

const nothing = (): void => undefined
/** Faults reach callers as errors; kafkajs's own log would only repeat them, and might show what it should not. */
export const silentLogger: RawLogger = {
  namespace: () => silentLogger,
  error: nothing,
  warn: nothing,
  info: nothing,
  debug: nothing,
}

export function createRawConnection(options: RawConnectionOptions): RawConnection {
  return new Connection(options)
}
