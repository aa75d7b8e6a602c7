/** What to try next for each fault of a connection, from its phase and the other side's words. Pure. */
import { AppError } from '#contract/errors.ts'
import type { ConnectPhase } from '../kafka/client/client-errors.ts'
import type { ConnectionSettings, TlsSettings } from '../kafka/client/connection-settings.ts'

/** A fault as the test sees it. */
export interface SeenFault {
  phase: ConnectPhase | 'open'
  /** Code of the system or of TLS, or null. */
  code: string | null
  /** The other side's own words. */
  words: string
}

/** What an error of the client says of itself. */
export function seenFault(error: unknown): SeenFault {
  const details = error instanceof AppError ? error.details : {}
  const { phase, code, words } = details
  const message = error instanceof Error ? error.message : String(error)
  return {
    phase: isPhase(phase) ? phase : 'open',
    code: typeof code === 'string' ? code : null,
    words: [words, message, code].find((text) => typeof text === 'string' && text !== '')?.toString() ?? '',
  }
}

function isPhase(value: unknown): value is ConnectPhase {
  return ['resolve', 'connect', 'tls', 'versions', 'authenticate'].some((phase) => phase === value)
}

export function isTimeout({ code, words }: SeenFault): boolean {
  return code === 'ETIMEDOUT' || /time(?:d )?out|in time/iu.test(words)
}

export function resolveAdvice({ code }: SeenFault): string {
  if (code === 'EAI_AGAIN') return 'The name server does not answer: check the network and the VPN.'
  return 'Check the spelling. A name that only another network knows (VPN, cluster, containers) needs that network, or an address that can be reached from here.'
}

export function connectAdvice(fault: SeenFault): string {
  if (fault.code === 'ECONNREFUSED') {
    return 'Nothing listens on this port there: check the port and that the broker runs. A broker in a container needs its port published; a tunnel needs to be open.'
  }
  if (fault.code === 'EHOSTUNREACH' || fault.code === 'ENETUNREACH') {
    return 'There is no way to this address from here: check the network and the VPN.'
  }
  if (isTimeout(fault)) {
    return 'No answer: a firewall or a missing VPN drops such packets. Check both, or raise `timeout:` where the way is long.'
  }
  return 'Something on the way ends the connection: check proxies, tunnels and firewalls.'
}

/** @param isPlain whether a broker answers at the same address without TLS */
export function tlsAdvice(
  fault: SeenFault,
  settings: Pick<ConnectionSettings, 'tls'>,
  isPlain: boolean,
): string {
  const { tls } = settings
  const { code, words } = fault
  if (isPlain)
    return 'This port speaks Kafka without TLS: remove `tls:`, or use the port of the TLS listener.'
  if (code === 'CERT_HAS_EXPIRED') {
    return 'The certificate of the broker has expired: it must be renewed there. If it is new, check the clock here.'
  }
  if (code === 'CERT_NOT_YET_VALID')
    return 'The certificate is not valid yet: check the clocks here and there.'
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return 'The certificate is for other names than the address. Use one of its names as the address, or write it as `server_name:` under `tls:`.'
  }
  if (isUnknownIssuer(code)) return unknownIssuerAdvice(tls, code)
  if (isClientCertificateFault(fault)) return clientCertificateAdvice(tls)
  if (/wrong version number|packet length too long/iu.test(words)) {
    return 'What answers there does not speak TLS: remove `tls:`, or use the port of the TLS listener.'
  }
  if (isTimeout(fault)) {
    return 'The port takes connections and does not answer TLS: check that it is the TLS listener of a broker.'
  }
  return 'The other side ended the TLS handshake: check that the port is the TLS listener, and whether it asks for a client certificate (`cert:` and `key:`).'
}

const unknownIssuers: ReadonlySet<string | null> = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
])

function isUnknownIssuer(code: string | null): boolean {
  return unknownIssuers.has(code)
}

function unknownIssuerAdvice(tls: TlsSettings | null, code: string | null): string {
  if (tls !== null && tls.ca !== null) {
    return 'The file under `ca:` does not hold the authority that signed the certificate of the broker: get the right one from who runs the cluster.'
  }
  const what =
    code === 'DEPTH_ZERO_SELF_SIGNED_CERT' ? 'signed by itself' : 'signed by an authority not known here'
  return `The certificate is ${what}: get the certificate of the authority from who runs the cluster and write its file as \`ca:\` under \`tls:\`.`
}

/** Alerts by which a broker says that it wants another client certificate, or any. */
export function isClientCertificateFault({ code, words }: SeenFault): boolean {
  return (
    /ALERT.*(CERTIFICATE|UNKNOWN_CA|HANDSHAKE_FAILURE|ACCESS_DENIED)/u.test(code ?? '') ||
    /alert (bad certificate|certificate|unknown ca|handshake failure|access denied)/iu.test(words)
  )
}

function clientCertificateAdvice(tls: TlsSettings | null): string {
  return tls === null || tls.cert === null
    ? 'The broker asks for a client certificate: write its files as `cert:` and `key:` under `tls:`.'
    : 'The broker refuses the client certificate: check that it has not expired and is signed by an authority that the broker knows.'
}

/** @param mechanisms that the listener takes; empty where it does not say */
export function authenticateAdvice(
  fault: SeenFault,
  settings: Pick<ConnectionSettings, 'sasl'>,
  mechanisms: readonly string[],
): string {
  const mechanism = settings.sasl?.mechanism ?? ''
  const asked = mechanism === 'aws-msk-iam' ? 'oauthbearer' : mechanism
  if (mechanisms.length > 0 && !mechanisms.some((one) => one.toLowerCase() === asked)) {
    const list = mechanisms.map((one) => one.toLowerCase()).join(', ')
    return `The listener takes ${list}, not ${asked}: write one of these as \`mechanism:\`, or use the port of another listener.`
  }
  if (/SASL state/iu.test(fault.words)) {
    return 'The listener lets everybody in and takes no login: remove `sasl:`, or use the port of the listener that asks for one.'
  }
  if (isTimeout(fault)) return 'The broker does not answer the login: look into its log, and try again.'
  switch (settings.sasl?.mechanism) {
    case 'plain':
      return 'Check user name and password; the secret may be an older one.'
    case 'scram-sha-256':
    case 'scram-sha-512':
      return `Check user name and password. The user must have been made for ${mechanism}: its credentials do not serve another mechanism.`
    case 'oauthbearer':
    case 'aws-msk-iam':
      return tokenAdvice(mechanism)
    case undefined:
      return ''
  }
}

function tokenAdvice(mechanism: string): string {
  return mechanism === 'aws-msk-iam'
    ? 'Check that AWS credentials are there (environment, profile or role), the region, and that they may use kafka-cluster:Connect.'
    : 'Check the address of the token endpoint, client and secret, and that the broker takes tokens of this issuer, scope and audience.'
}

/** @param isTls whether TLS is spoken at the address although the connection does not ask for it */
export function versionsAdvice(fault: SeenFault, isTls: boolean): string {
  if (isTls) return 'This port speaks TLS: write `tls: true`, or the files that TLS needs.'
  if (isTimeout(fault)) {
    return 'The port takes connections and does not answer as a broker does: check that it is the port of a broker (not of a controller, a registry or a proxy).'
  }
  return 'What answers there is no Kafka broker, or a proxy in front of it ends the connection: check the port.'
}

export function metadataAdvice(fault: SeenFault, settings: Pick<ConnectionSettings, 'sasl'>): string {
  if (settings.sasl === null && /closed|ECONNRESET|reset/iu.test(`${fault.words} ${fault.code ?? ''}`)) {
    return 'The broker ends connections that have not logged in: write `sasl:` with mechanism, user and password, or use the port of a listener without login.'
  }
  return 'The broker is reached and does not answer for the cluster: try again, and look into its log.'
}

/** For an address that a broker gives for itself and that cannot be reached. */
export function advertisedAdvice(advertised: string, isOverridden: boolean): string {
  if (isOverridden)
    return `The address written for ${advertised} under \`addresses:\` cannot be reached: check it.`
  return `Brokers are reached at the address that they give (advertised.listeners). If this one is behind a port-forward or tunnel, write under \`addresses:\` \`"${advertised}": "HOST:PORT"\`; else mend it on the broker.`
}
