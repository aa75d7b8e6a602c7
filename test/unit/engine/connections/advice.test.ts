/** What to try next, for faults that are hard to make: from codes and words as systems and brokers give them. */
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../../src-main/contract/errors.ts'
import {
  advertisedAdvice,
  authenticateAdvice,
  connectAdvice,
  metadataAdvice,
  resolveAdvice,
  type SeenFault,
  seenFault,
  tlsAdvice,
} from '../../../../src-main/engine/connections/advice.ts'

const tls = { ca: null, cert: null, key: null, passphrase: null, serverName: null }

function fault(code: string | null, words = ''): SeenFault {
  return { phase: 'connect', code, words }
}

it('takes phase, code and words from an error of the client', () => {
  const details = { phase: 'tls', code: 'EPROTO', words: 'wrong version number' }
  expect(seenFault(new AppError('CONNECTION_FAILED', 'a:1: TLS fails', { details }))).toEqual({
    phase: 'tls',
    code: 'EPROTO',
    words: 'wrong version number',
  })
  expect(seenFault(new Error('other'))).toEqual({ phase: 'open', code: null, words: 'other' })
  const wordless = new AppError('CONNECTION_FAILED', '', { details: { code: 'ECONNREFUSED', words: '' } })
  expect(seenFault(wordless).words).toBe('ECONNREFUSED')
})

it.each([
  ['ENOTFOUND', /spelling/u],
  ['EAI_AGAIN', /name server/u],
])('resolve: %s', (code, advice) => {
  expect(resolveAdvice(fault(code))).toMatch(advice)
})

it.each([
  ['ECONNREFUSED', '', /Nothing listens/u],
  ['EHOSTUNREACH', '', /VPN/u],
  ['ENETUNREACH', '', /VPN/u],
  ['ETIMEDOUT', '', /firewall/u],
  [null, 'Connection timeout', /firewall/u],
  ['ECONNRESET', 'read ECONNRESET', /proxies/u],
])('connect: %s %s', (code, words, advice) => {
  expect(connectAdvice(fault(code, words))).toMatch(advice)
})

describe('tls', () => {
  it.each([
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate', /signed by itself/u],
    ['SELF_SIGNED_CERT_IN_CHAIN', '', /authority not known here/u],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', '', /authority not known here/u],
    ['CERT_HAS_EXPIRED', '', /renewed/u],
    ['CERT_NOT_YET_VALID', '', /clocks/u],
    ['ERR_TLS_CERT_ALTNAME_INVALID', '', /server_name/u],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', '', /asks for a client certificate/u],
    ['ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE', 'alert handshake failure', /asks for a client certificate/u],
    ['EPROTO', 'wrong version number', /does not speak TLS/u],
    [null, 'no answer in time', /does not answer TLS/u],
    ['ECONNRESET', 'disconnected before secure TLS connection was established', /ended the TLS handshake/u],
  ])('%s %s', (code, words, advice) => {
    expect(tlsAdvice(fault(code, words), { tls }, false)).toMatch(advice)
  })

  it('says that the client certificate is refused where there is one', () => {
    const refused = fault('ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'tlsv1 alert unknown ca')
    expect(tlsAdvice(refused, { tls: { ...tls, cert: 'PEM' } }, false)).toMatch(
      /refuses the client certificate/u,
    )
  })

  it('says that the authority of the file is another one', () => {
    const unknown = fault('UNABLE_TO_GET_ISSUER_CERT_LOCALLY')
    expect(tlsAdvice(unknown, { tls: { ...tls, ca: 'PEM' } }, false)).toMatch(/does not hold the authority/u)
  })

  it('says first of all that the port is a plain one', () => {
    expect(tlsAdvice(fault('ECONNRESET'), { tls }, true)).toMatch(/remove `tls:`/u)
  })
})

describe('authenticate', () => {
  const sasl = { mechanism: 'scram-sha-512', username: 'u', password: 'p' } as const

  it('names the mechanisms that the listener takes', () => {
    expect(authenticateAdvice(fault(null), { sasl }, ['PLAIN', 'GSSAPI'])).toMatch(
      /takes plain, gssapi, not scram-sha-512/u,
    )
  })

  it.each([
    [sasl, 'Request is not valid given the current SASL state', /remove `sasl:`/u],
    [sasl, 'no answer in time', /does not answer the login/u],
    [sasl, 'Authentication failed', /made for scram-sha-512/u],
    [{ ...sasl, mechanism: 'plain' }, 'Authentication failed', /Check user name and password/u],
    [{ mechanism: 'oauthbearer', token: 't' }, '{"status":"invalid_token"}', /token endpoint/u],
    [{ mechanism: 'aws-msk-iam', region: 'eu-central-1' }, 'Access denied', /kafka-cluster:Connect/u],
  ] as const)('%j: %s', (settings, words, advice) => {
    const mechanisms = ['PLAIN', 'SCRAM-SHA-512', 'OAUTHBEARER']
    expect(authenticateAdvice(fault(null, words), { sasl: settings }, mechanisms)).toMatch(advice)
  })
})

it('metadata: a connection that is closed wants a login, where there is none', () => {
  const closed = fault(null, 'the broker closed the connection')
  expect(metadataAdvice(closed, { sasl: null })).toMatch(/write `sasl:`/u)
  const sasl = { mechanism: 'oauthbearer', token: 't' } as const
  expect(metadataAdvice(closed, { sasl })).toMatch(/does not answer for the cluster/u)
})

it('metadata: where to write another address, or that the written one is wrong', () => {
  expect(advertisedAdvice('kafka:9092', false)).toContain('`"kafka:9092": "HOST:PORT"`')
  expect(advertisedAdvice('kafka:9092', true)).toContain('check it')
})
