import fc from 'fast-check'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { saslMechanism } from '#contract/connections.ts'
import type { Connection } from '../../../src-main/workspace/model.ts'
import { parseWorkspace } from '../../../src-main/workspace/parse.ts'

const file = path.resolve('/demo/penstock.yaml')

function textOf(settings: string): string {
  return `penstock: 1\nconnections:\n  c: ${settings}\n`
}

function connectionOf(settings: string): Connection | undefined {
  const parsed = parseWorkspace(textOf(settings), file)
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems, null, 2))
  return parsed.workspace.connections[0]
}

/** Each problem as `line:column path | message | hint`. */
function problemsOf(text: string): string[] {
  const parsed = parseWorkspace(text, file)
  if ('workspace' in parsed) return []
  return parsed.problems.map(
    ({ line, column, path: key, message, hint }) =>
      `${String(line)}:${String(column)} ${key} | ${message} | ${hint}`,
  )
}

const secretHint =
  'write { env: NAME_OF_A_VARIABLE } or { secret: NAME }, and keep it with: penstock secret set NAME'
const brokerHint = 'write host:port, for example "127.0.0.1:9092"; IPv6 in brackets'
const someBrokers = 'brokers: ["a:1"]'

describe('a connection', () => {
  it('needs no more than brokers', () => {
    expect(connectionOf('{ brokers: ["127.0.0.1:9092", "[::1]:9093", "kafka-1.example:65535"] }')).toEqual({
      name: 'c',
      brokers: ['127.0.0.1:9092', '[::1]:9093', 'kafka-1.example:65535'],
      tls: null,
      sasl: null,
      registry: null,
      addresses: new Map(),
      writes: false,
      isProduction: false,
      color: null,
      timeoutMs: 10_000,
      position: { line: 3, column: 3 },
    })
  })

  it('has its settings, with paths absolute and secrets only named', () => {
    const settings = `
    brokers: ["a:9092"]
    tls:
      ca: certificates/ca.pem
      cert: certificates/client.pem
      key: /etc/keys/client.key
      key_passphrase: { secret: passphrase }
      server_name: kafka.internal
    sasl: { mechanism: scram-sha-512, username: penstock, password: { env: KAFKA_PASSWORD } }
    registry:
      url: https://registry.example:8081
      username: reader
      password: { secret: registry }
      ca: ca.pem
    addresses: { "kafka-0.internal:9092": "127.0.0.1:19092" }
    writes: allowed
    production: true
    color: "#d03030"
    timeout: 3s`
    expect(connectionOf(settings)).toEqual({
      name: 'c',
      brokers: ['a:9092'],
      tls: {
        ca: path.resolve('/demo/certificates/ca.pem'),
        cert: path.resolve('/demo/certificates/client.pem'),
        key: path.resolve('/etc/keys/client.key'),
        keyPassphrase: { secret: 'passphrase' },
        serverName: 'kafka.internal',
      },
      sasl: { mechanism: 'scram-sha-512', username: 'penstock', password: { env: 'KAFKA_PASSWORD' } },
      registry: {
        url: 'https://registry.example:8081',
        basic: { username: 'reader', password: { secret: 'registry' } },
        tls: {
          ca: path.resolve('/demo/ca.pem'),
          cert: null,
          key: null,
          keyPassphrase: null,
          serverName: null,
        },
      },
      addresses: new Map([['kafka-0.internal:9092', '127.0.0.1:19092']]),
      writes: true,
      isProduction: true,
      color: '#d03030',
      timeoutMs: 3000,
      position: { line: 3, column: 3 },
    })
  })

  it.each([
    ['true', { ca: null, cert: null, key: null, keyPassphrase: null, serverName: null }],
    ['false', null],
    ['{}', { ca: null, cert: null, key: null, keyPassphrase: null, serverName: null }],
  ])('tls: %s', (tls, expected) => {
    expect(connectionOf(`{ ${someBrokers}, tls: ${tls} }`)?.tls).toEqual(expected)
  })

  it.each([
    [
      'mechanism: plain, username: u, password: { env: P }',
      { mechanism: 'plain', username: 'u', password: { env: 'P' } },
    ],
    [
      'mechanism: scram-sha-256, username: u, password: { secret: p }',
      { mechanism: 'scram-sha-256', username: 'u', password: { secret: 'p' } },
    ],
    ['mechanism: oauthbearer, token: { env: T }', { mechanism: 'oauthbearer', token: { env: 'T' } }],
    [
      'mechanism: oauthbearer, token_url: "https://x/token", client_id: i, client_secret: { secret: s }',
      {
        mechanism: 'oauthbearer',
        tokenUrl: 'https://x/token',
        clientId: 'i',
        clientSecret: { secret: 's' },
        scope: null,
      },
    ],
    [
      'mechanism: oauthbearer, token_url: "https://x", client_id: i, client_secret: { env: S }, scope: kafka',
      {
        mechanism: 'oauthbearer',
        tokenUrl: 'https://x',
        clientId: 'i',
        clientSecret: { env: 'S' },
        scope: 'kafka',
      },
    ],
    ['mechanism: aws-msk-iam, region: eu-central-1', { mechanism: 'aws-msk-iam', region: 'eu-central-1' }],
  ])('sasl: { %s }', (sasl, expected) => {
    expect(connectionOf(`{ ${someBrokers}, sasl: { ${sasl} } }`)?.sasl).toEqual(expected)
  })
})

describe('a secret that is written as it is', () => {
  const sasl = 'sasl: { mechanism: plain, username: u, password: '
  it.each([
    ['hunter2', 'sasl.password', sasl, ' }'],
    ['"12345"', 'sasl.password', sasl, ' }'],
    ['12345', 'sasl.password', sasl, ' }'],
    ['true', 'sasl.password', sasl, ' }'],
    ['hunter2', 'sasl.token', 'sasl: { mechanism: oauthbearer, token: ', ' }'],
    [
      'hunter2',
      'sasl.client_secret',
      'sasl: { mechanism: oauthbearer, token_url: "https://x", client_id: i, client_secret: ',
      ' }',
    ],
    ['hunter2', 'tls.key_passphrase', 'tls: { cert: c, key: k, key_passphrase: ', ' }'],
    ['hunter2', 'registry.password', 'registry: { url: "http://x", username: u, password: ', ' }'],
  ])('%s as %s is refused where it stands, without being told', (secret, key, before, after) => {
    const text = textOf(`{ ${someBrokers}, ${before}${secret}${after} }`)
    const column = String((text.split('\n')[2] ?? '').lastIndexOf(secret) + 1)
    const [problem, ...others] = problemsOf(text)
    expect(others).toEqual([])
    expect(problem).toBe(
      `3:${column} connections.c.${key} | a secret does not stand in this file | ${secretHint}`,
    )
  })

  it('is refused in the address of a registry too', () => {
    const problems = problemsOf(textOf(`{ ${someBrokers}, registry: { url: "https://me:hunter2@x" } }`))
    expect(problems).toEqual([
      '3:43 connections.c.registry.url | a secret does not stand in this file | take user and password out of the address; write username and password: { env: NAME }',
    ])
  })

  it.each(['https://me:hunter2@x', 'me:hunter2@x'])('is refused in the address %s', (address) => {
    const token = `sasl: { mechanism: oauthbearer, token_url: "${address}", client_id: i, client_secret: { env: S } }`
    for (const settings of [token, `registry: { url: "${address}" }`]) {
      const problems = problemsOf(textOf(`{ ${someBrokers}, ${settings} }`))
      expect(problems).toHaveLength(1)
      expect(problems[0]).toContain('a secret does not stand in this file')
      expect(problems[0]).not.toContain('hunter2')
    }
  })

  it('is in no message, whatever it is', () => {
    const secret = fc.stringMatching(/^zq[A-Za-z0-9 :{},[\]#&*!|>'%@-]{6,20}$/)
    fc.assert(
      fc.property(secret, fc.constantFrom(...saslMechanism.options), (value, mechanism) => {
        const quoted = JSON.stringify(value)
        const settings = `{ ${someBrokers}, sasl: { mechanism: ${mechanism}, username: u, password: ${quoted}, token: ${quoted}, client_secret: ${quoted}, client_id: i } }`
        const problems = problemsOf(textOf(settings))
        expect(problems.length).toBeGreaterThan(0)
        expect(problems.join('\n')).not.toContain(value)
      }),
    )
  })

  it.each([
    ['', '65 .password | must be a map of keys, not nothing | for example password: { env: KAFKA_PASSWORD }'],
    [
      '[x]',
      '75 .password | must be a map of keys, not a list | for example password: { env: KAFKA_PASSWORD }',
    ],
    ['{}', '75 .password | a secret comes from one place | write either env or secret'],
    ['{ env: A, secret: B }', '75 .password | a secret comes from one place | write either env or secret'],
    ['{ emv: A }', '77 .password.emv | unknown key "emv" | write "env"'],
    ['{ env: "" }', '82 .password.env | is empty | '],
    ['{ env: 5 }', '82 .password.env | must be text, not 5 | write "5" in quotes'],
  ])('password: %s', (password, expected) => {
    const [problem, ...others] = problemsOf(textOf(`{ ${someBrokers}, ${sasl}${password} } }`))
    expect(others).toEqual([])
    expect(problem).toBe(`3:${expected.replace(' .', ' connections.c.sasl.')}`)
  })
})

describe('problems of a connection', () => {
  it.each([
    ['', '3 | must be a map of keys, not nothing | for example local: { brokers: ["127.0.0.1:9092"] }'],
    ['{}', '3 | "brokers" is missing | for example brokers: ["127.0.0.1:9092"]'],
    ['{ broker: ["a:1"] }', '8 .broker | unknown key "broker" | write "brokers"'],
    ['{ brokers: [] }', '17 .brokers | there are no entries | leave it out, or add one'],
    [
      '{ brokers: "a:1" }',
      '17 .brokers | must be a list, not "a:1" | for example brokers: ["127.0.0.1:9092"]',
    ],
    ['{ brokers: [5] }', '18 .brokers[0] | must be text, not 5 | write "5" in quotes'],
    ['{ brokers: ["a:1", a] }', `25 .brokers[1] | "a" is no address of a broker | ${brokerHint}`],
    ['{ brokers: ["a:0"] }', `18 .brokers[0] | "a:0" is no address of a broker | ${brokerHint}`],
    ['{ brokers: ["a:65536"] }', `18 .brokers[0] | "a:65536" is no address of a broker | ${brokerHint}`],
    ['{ brokers: ["::1:9092"] }', `18 .brokers[0] | "::1:9092" is no address of a broker | ${brokerHint}`],
    ['{ brokers: ["SSL://a:1"] }', `18 .brokers[0] | "SSL://a:1" is no address of a broker | ${brokerHint}`],
    [`{ ${someBrokers}, sals: {} }`, '26 .sals | unknown key "sals" | write "sasl"'],
    [
      `{ ${someBrokers}, tls: yes }`,
      '31 .tls | must be true, or a map with ca, cert and key, not "yes" | for example tls: true',
    ],
    [`{ ${someBrokers}, tls: { ca: 5 } }`, '37 .tls.ca | must be text, not 5 | write "5" in quotes'],
    [
      `{ ${someBrokers}, tls: { ca: ~/ca } }`,
      '37 .tls.ca | ~ is not expanded | write the whole path, or one relative to this file',
    ],
    [
      `{ ${someBrokers}, tls: { cert: c } }`,
      '31 .tls | a client certificate and its key go together | add key',
    ],
    [
      `{ ${someBrokers}, tls: { key: k } }`,
      '31 .tls | a client certificate and its key go together | add cert',
    ],
    [
      `{ ${someBrokers}, tls: { serverName: x } }`,
      '33 .tls.serverName | unknown key "serverName" | write "server_name"',
    ],
    [
      `{ ${someBrokers}, sasl: plain }`,
      '32 .sasl | must be a map of keys, not "plain" | for example sasl: { mechanism: scram-sha-512, username: penstock, password: { env: KAFKA_PASSWORD } }',
    ],
    [
      `{ ${someBrokers}, sasl: {} }`,
      '26 .sasl | "mechanism" is missing | for example mechanism: scram-sha-512',
    ],
    [
      `{ ${someBrokers}, sasl: { mechanism: SCRAM-SHA-512 } }`,
      '45 .sasl.mechanism | must be one of plain, scram-sha-256, scram-sha-512, oauthbearer, aws-msk-iam, not "SCRAM-SHA-512" | write scram-sha-512',
    ],
    [
      `{ ${someBrokers}, sasl: { mechanism: gssapi } }`,
      '45 .sasl.mechanism | must be one of plain, scram-sha-256, scram-sha-512, oauthbearer, aws-msk-iam, not "gssapi" | for example mechanism: scram-sha-512',
    ],
    [
      `{ ${someBrokers}, sasl: { mechanism: plain, username: u } }`,
      '26 .sasl | "password" is missing | for example password: { env: KAFKA_PASSWORD }',
    ],
    [
      `{ ${someBrokers}, sasl: { mechanism: plain, password: { env: P } } }`,
      '26 .sasl | "username" is missing | for example username: penstock',
    ],
    [
      `{ ${someBrokers}, sasl: { mechanism: aws-msk-iam } }`,
      '26 .sasl | "region" is missing | for example region: eu-central-1',
    ],
    [
      `{ ${someBrokers}, sasl: { mechanism: oauthbearer } }`,
      '32 .sasl | oauthbearer needs a token, or where to get one | write either token, or token_url with client_id and client_secret',
    ],
    [
      `{ ${someBrokers}, sasl: { mechanism: oauthbearer, token_url: "https://x", client_id: i } }`,
      '32 .sasl | oauthbearer needs a token, or where to get one | write either token, or token_url with client_id and client_secret',
    ],
    [
      `{ ${someBrokers}, sasl: { mechanism: oauthbearer, token: { env: T }, scope: s } }`,
      '32 .sasl | oauthbearer needs a token, or where to get one | write either token, or token_url with client_id and client_secret',
    ],
    [
      `{ ${someBrokers}, sasl: { mechanism: oauthbearer, tokn: { env: T } } }`,
      '58 .sasl.tokn | unknown key "tokn" | write "token"',
    ],
    [
      `{ ${someBrokers}, registry: "http://x" }`,
      '36 .registry | must be a map of keys, not "http://x" | for example registry: { url: https://registry.example:8081 }',
    ],
    [
      `{ ${someBrokers}, registry: { url: x } }`,
      '43 .registry.url | "x" is no address of a registry | for example https://registry.example:8081',
    ],
    [
      `{ ${someBrokers}, registry: { url: "ftp://x" } }`,
      '43 .registry.url | "ftp://x" is no address of a registry | for example https://registry.example:8081',
    ],
    [
      `{ ${someBrokers}, registry: { url: "http://x", username: u } }`,
      '36 .registry | username and password go together | add password: { env: NAME }',
    ],
    [
      `{ ${someBrokers}, registry: { url: "http://x", password: { env: P } } }`,
      '36 .registry | username and password go together | add username',
    ],
    [
      `{ ${someBrokers}, addresses: { a: "b:1" } }`,
      `39 .addresses.a | "a" is no address of a broker | ${brokerHint}`,
    ],
    [
      `{ ${someBrokers}, addresses: { "a:1": b } }`,
      `46 .addresses.a:1 | "b" is no address of a broker | ${brokerHint}`,
    ],
    [`{ ${someBrokers}, writes: yes }`, '34 .writes | must be one of refused, allowed, not "yes" | '],
    [
      `{ ${someBrokers}, writes: alowed }`,
      '34 .writes | must be one of refused, allowed, not "alowed" | write allowed',
    ],
    [`{ ${someBrokers}, production: yes }`, '38 .production | must be true or false, not "yes" | write true'],
    [
      `{ ${someBrokers}, color: red }`,
      '33 .color | "red" is no colour | write it in quotes as "#rrggbb", for example "#d03030"',
    ],
    [
      `{ ${someBrokers}, timeout: 10 }`,
      '35 .timeout | 10 is no time with its unit | add the unit: 10s, 10m, 10h or 10d',
    ],
  ])('%s', (settings, expected) => {
    const place = / (\.|\|)/
    const line = expected.replace(place, (_, mark: string) => ` connections.c${mark === '|' ? ' |' : '.'}`)
    expect(problemsOf(textOf(settings))).toEqual([`3:${line}`])
  })

  it('have names of their own', () => {
    const text = `penstock: 1
connections:
  local: { ${someBrokers} }
  LOCAL: { ${someBrokers} }
  my-cluster: { ${someBrokers} }
`
    expect(problemsOf(text).map((line) => line.split(' | ').slice(0, 2).join(' | '))).toEqual([
      '4:3 connections.LOCAL | "LOCAL" is already the name of a connection',
      '5:3 connections.my-cluster | "my-cluster" is no name for a connection: use letters, digits and _, and no digit first',
    ])
  })
})
