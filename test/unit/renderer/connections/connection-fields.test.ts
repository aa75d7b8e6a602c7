import { describe, expect, it } from 'vitest'
import { connectionDraft } from '#contract/connections.ts'
import {
  draftOf,
  emptyConnection,
  mechanisms,
  problemsOf,
  type ConnectionFields,
} from '../../../../src-renderer/state/connection-fields.ts'

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
      ...{ registryUrl: 'https://r', registryPassword: { from: 'secret', text: 'reg' } },
      ...{ addresses: 'kafka-1:9092 = 127.0.0.1:19092\n', color: '#3FB6D3', production: true },
    })
    expect(draftOf(fields)).toEqual({
      name: 'orders',
      brokers: ['kafka-1:9092', '[fd00::17]:9093'],
      tls: { ca: 'ca.pem' },
      sasl: { mechanism: 'plain', username: 'u', password: { env: 'PW' } },
      registry: { url: 'https://r', password: { secret: 'reg' } },
      addresses: { 'kafka-1:9092': '127.0.0.1:19092' },
      writes: false,
      production: true,
      color: '#3fb6d3',
    })
  })
})
