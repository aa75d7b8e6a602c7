/** Faults of sockets, TLS and SASL as errors of Penstock, with the other side's own words kept. */
import { AppError } from '#contract/errors.ts'
import { type BrokerAddress, addressText } from './connection-settings.ts'

/** Where in opening a connection it failed. */
export type ConnectPhase = 'resolve' | 'connect' | 'tls' | 'versions' | 'authenticate'

/** A broker, and the connection of the workspace through which it is reached. */
export interface ReachedBroker {
  address: BrokerAddress
  connection: string
}

/** A connection that could not be opened or was cut. `details`: connection, broker, phase, code (of the system or TLS). */
export function connectionFault(
  { address, connection }: ReachedBroker,
  phase: ConnectPhase | 'open',
  cause: unknown,
): AppError {
  if (cause instanceof AppError && cause.code === 'CONNECTION_FAILED') return cause
  const words = wordsOf(cause)
  const broker = addressText(address)
  const code = systemCode(cause)
  // With TLS 1.3 a broker refuses a client's certificate after the client has seen the handshake end.
  const where = code?.startsWith('ERR_SSL_') === true ? 'tls' : phase
  return new AppError('CONNECTION_FAILED', `${broker}: ${phaseWords[where]}: ${words}`, {
    details: { connection, broker, phase: where, code, words, retriable: where !== 'authenticate' },
    cause,
  })
}

const phaseWords: Record<ConnectPhase | 'open', string> = {
  resolve: 'the name cannot be resolved',
  connect: 'cannot connect',
  tls: 'TLS fails',
  versions: 'the broker does not answer as Kafka does',
  authenticate: 'authentication fails',
  open: 'the connection was lost',
}

/** Words without kafkajs's own prefixes, and of OpenSSL's and Node's without what is for their programmers. */
export function wordsOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause)
  return message
    .replace(/^Connection error: /, '')
    .replace(/^SASL [A-Z0-9 -]+ authentication failed: /, '')
    .replace(/^[0-9A-F]+:error:[0-9A-F]+:[^:]*:[^:]*:([^:]+):.*$/s, '$1')
    .replace(/; if the root CA is installed locally.*$/s, '')
}

export function systemCode(cause: unknown): string | null {
  if (typeof cause !== 'object' || cause === null || !('code' in cause)) return null
  return typeof cause.code === 'string' ? cause.code : null
}

/** Whether trying again later may help. Unknown faults may. */
export function mayRetry(error: unknown): boolean {
  return !(error instanceof AppError) || error.details['retriable'] !== false
}
