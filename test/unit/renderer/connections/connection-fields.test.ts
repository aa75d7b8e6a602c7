import { describe, expect, it } from 'vitest'
import { connectionDraft, type ConnectionDraft } from '#contract/connections.ts'
import { draftOf, fieldsOf } from '../../../../src-renderer/state/connection-drafts.ts'
import {
  emptyConnection,
  mechanisms,
  type ConnectionFields,
} from '../../../../src-renderer/state/connection-fields.ts'
import { problemsOf } from '../../../../src-renderer/state/connection-problems.ts'

const some = (change: Partial<ConnectionFields> = {}): ConnectionFields => ({
  ...emptyConnection(),
  name: 'orders',
  brokers: 'kafka-1:9092, [fd00::17]:9093\nkafka-1:9092',
  ...change,
})

describe('the form', () => {
  it('says what is needed', () => {
    expect(Object.keys(problemsOf(emptyConnection()))).toEqual(['name', 'brokers'])
    expect(problemsOf(some(), ['orders'])).toEqual({ name: 'There is a connection of this name already' })
    expect(problemsOf(some({ brokers: 'kafka-1' }))).toEqual({
      brokers: '“kafka-1” is no address: write host:port',
    })
    expect(problemsOf(some({ brokers: 'kafka-1:99999' }))).toHaveProperty('brokers')
    expect(problemsOf(some({ tls: true, cert: 'a.pem' }))).toHaveProperty('key')
    expect(problemsOf(some({ addresses: 'kafka-1:9092' }))).toHaveProperty('addresses')
    expect(problemsOf(some({ registryUrl: 'registry:8081' }))).toHaveProperty('registryUrl')
    const registryPassword = { from: 'value', text: 'pw' } as const
    expect(problemsOf(some({ registryUrl: 'https://r', registryPassword }))).toHaveProperty('registryUser')
  })

  it.each([
    ['plain', ['username', 'password']],
    ['scram-sha-256', ['username', 'password']],
    ['oauthbearer-token', ['token']],
    ['oauthbearer-client', ['tokenUrl', 'clientId', 'clientSecret']],
    ['aws-msk-iam', ['region']],
  ] as const)('needs for %s', (mechanism, fields) => {
    expect(Object.keys(problemsOf(some({ mechanism })))).toEqual(fields)
  })

  it('makes a draft that the contract takes, for every mechanism', () => {
    const secret = { from: 'value', text: 's' } as const
    for (const mechanism of mechanisms) {
      const draft = draftOf(
        some({
          ...{
            mechanism,
            username: 'u',
            password: secret,
            token: secret,
            tokenUrl: 'https://t',
            clientId: 'c',
          },
          ...{ clientSecret: secret, region: 'eu-central-1', tls: true, keyPassphrase: secret },
        }),
      )
      expect(connectionDraft.parse(draft)).toEqual(draft)
    }
  })

  it('holds what was filled in, and nothing that was not', () => {
    const fields = some({
      ...{
        tls: true,
        ca: ' ca.pem ',
        mechanism: 'plain',
        username: 'u',
        password: { from: 'env', text: 'PW' },
      },
      ...{ registryUrl: 'https://r', registryUser: 'ru', registryPassword: { from: 'secret', text: 'reg' } },
      ...{ addresses: 'kafka-1:9092 = 127.0.0.1:19092\n', color: '#3FB6D3', production: true },
    })
    expect(draftOf(fields)).toEqual({
      name: 'orders',
      brokers: ['kafka-1:9092', '[fd00::17]:9093'],
      tls: { ca: 'ca.pem' },
      sasl: { mechanism: 'plain', username: 'u', password: { env: 'PW' } },
      registry: { url: 'https://r', username: 'ru', password: { secret: 'reg' } },
      addresses: { 'kafka-1:9092': '127.0.0.1:19092' },
      writes: false,
      production: true,
      color: '#3fb6d3',
    })
  })
})

describe('a connection of the workspace in the form', () => {
  const named: ConnectionDraft = {
    name: 'orders',
    brokers: ['a:9092', 'b:9092'],
    tls: { ca: 'ca.pem', cert: 'me.pem', key: 'me.key', keyPassphrase: { secret: 'orders-key' } },
    sasl: { mechanism: 'scram-sha-512', username: 'u', password: { secret: 'orders-password' } },
    registry: { url: 'https://r', username: 'ru', password: { env: 'REGISTRY' } },
    addresses: { 'a:9092': '127.0.0.1:1', 'b:9092': '127.0.0.1:2' },
    writes: true,
    production: true,
    color: '#d03030',
  }
  const sasl: readonly ConnectionDraft['sasl'][] = [
    null,
    { mechanism: 'plain', username: 'u', password: { env: 'PW' } },
    { mechanism: 'oauthbearer', token: { secret: 't' } },
    {
      mechanism: 'oauthbearer',
      tokenUrl: 'https://t',
      clientId: 'c',
      clientSecret: { secret: 's' },
      scope: 'x',
    },
    { mechanism: 'aws-msk-iam', region: 'eu-central-1' },
  ]

  it.each([named, ...sasl.map((one) => ({ ...named, tls: null, registry: null, color: null, sasl: one }))])(
    'makes the same draft where nothing is changed: $sasl',
    (draft) => {
      const fields = fieldsOf(draft)
      expect(problemsOf(fields)).toEqual({})
      expect(draftOf(fields)).toEqual(draft)
    },
  )

  it('shows no secret, and takes a new one in the place of a kept one', () => {
    const fields = fieldsOf(named)
    expect(fields.password).toEqual({ from: 'value', text: '', kept: 'orders-password' })
    const changed = draftOf({ ...fields, password: { ...fields.password, text: 'new' } })
    expect(changed.sasl).toEqual({ ...named.sasl, password: { value: 'new' } })
  })

  it('loses what belongs to something that was emptied', () => {
    const changed = draftOf({ ...fieldsOf(named), cert: '', key: '', registryUser: '' })
    expect([changed.tls, changed.registry]).toEqual([{ ca: 'ca.pem' }, { url: 'https://r' }])
  })
})
