/** Short looks at an address whose connection failed, to tell why: what it speaks, and how it lets people in. */
import { AppError } from '#contract/errors.ts'
import tls from 'node:tls'
import { saslHandshakeRequest } from '../requests/sasl-handshake.ts'
import { BrokerConnection } from './broker-connection.ts'
import type { BrokerAddress, ConnectionSettings, TlsSettings } from './connection-settings.ts'

/** Whether TLS is spoken there, whatever the certificate. */
export function speaksTls({ host, port }: BrokerAddress, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    // The certificate is looked at by nobody and nothing is sent: only whether there is TLS is of interest.
    const socket = tls.connect({ host, port, rejectUnauthorized: false })
    const done = (answer: boolean): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(answer)
    }
    const timer = setTimeout(() => {
      done(false)
    }, timeoutMs)
    socket.once('secureConnect', () => {
      done(true)
    })
    socket.once('error', (error: Error) => {
      done(isAlert(error))
    })
    socket.once('close', () => {
      done(false)
    })
  })
}

/** An alert of TLS comes only from who speaks it, for example "handshake failure". */
function isAlert(error: Error): boolean {
  return 'code' in error && typeof error.code === 'string' && /^ERR_SSL_.*ALERT/.test(error.code)
}

/** Whether a broker answers there without TLS. Nothing secret is sent. */
export async function speaksKafkaWithoutTls(
  address: BrokerAddress,
  settings: ConnectionSettings,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const connection = await BrokerConnection.open(
      address,
      { ...settings, tls: null, sasl: null },
      { signal },
    )
    connection.close()
    return true
  } catch (error) {
    if (error instanceof AppError) return false
    throw error
  }
}

/** Mechanisms that the listener takes; empty where it does not say. */
export async function saslMechanisms(
  address: BrokerAddress,
  settings: ConnectionSettings,
  mechanism: string,
  signal: AbortSignal,
): Promise<string[]> {
  try {
    const connection = await BrokerConnection.open(address, { ...settings, sasl: null }, { signal })
    try {
      return (await connection.send(saslHandshakeRequest, mechanism, { signal })).mechanisms
    } finally {
      connection.close()
    }
  } catch (error) {
    if (error instanceof AppError) return []
    throw error
  }
}

/** Why the TLS files cannot be used (no PEM, a key that does not belong to the certificate, a passphrase); null where they can. */
export function tlsFilesFault({ ca, cert, key, passphrase }: TlsSettings): string | null {
  try {
    tls.createSecureContext({
      ...(ca === null ? {} : { ca }),
      ...(cert === null ? {} : { cert }),
      ...(key === null ? {} : { key }),
      ...(passphrase === null ? {} : { passphrase }),
    })
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
