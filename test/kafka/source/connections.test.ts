import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LiveSnapshot } from '../../../src-main/contract/live.ts'
import type { Engine } from '../../../src-main/engine/engine-api.ts'
import type { Connection } from '../../../src-main/workspace/model.ts'
import { testBench, untilLive } from '../../support/engines.ts'
import { landing } from '../support/landing-workspace.ts'
import { landedIds, numbered, untilRecords } from '../support/landing.ts'
import { type ListenerKind, testUser } from '../support/listeners.ts'
import { sharedCluster } from '../support/suite.ts'

const bench = testBench()
const cluster = sharedCluster()
const { certificates } = cluster.address
const topic = cluster.topicName('secured')
const [right, wrong] = ['PENSTOCK_TEST_KAFKA_RIGHT', 'PENSTOCK_TEST_KAFKA_WRONG']

beforeAll(async () => {
  process.env[right] = testUser.password
  process.env[wrong] = 'not-the-password'
  await cluster.tools.createTopics({ name: topic })
  await cluster.tools.produce(topic, numbered(0, 3))
})

afterAll(() => {
  Reflect.deleteProperty(process.env, right)
  Reflect.deleteProperty(process.env, wrong)
})

function started(kind: ListenerKind, connection: Partial<Connection>): Promise<Engine> {
  return bench.started(landing(bench.folder(), cluster.brokers(kind), [topic], { connection }))
}

function tls(ca = certificates?.ca ?? null): Connection['tls'] {
  return { ca, cert: null, key: null, keyPassphrase: null, serverName: null }
}

function sasl(env: string): Connection['sasl'] {
  return { mechanism: 'scram-sha-512', username: testUser.username, password: { env } }
}

function untilWaiting(engine: Engine): Promise<LiveSnapshot> {
  return untilLive(
    engine,
    ({ sources, connections }) => sources[0]?.state === 'waiting' && connections[0]?.state === 'waiting',
  )
}

describe('a source over a secured connection', () => {
  test('lands records over SASL and TLS, with secrets and files of the workspace', async () => {
    const engine = await started('sasl-tls', { tls: tls(), sasl: sasl(right) })
    await untilRecords(engine, 3)
    expect(await landedIds(engine)).toEqual([0, 1, 2])
  })

  test('lands records over mutual TLS', async () => {
    const own = { cert: certificates?.clientCert ?? null, key: certificates?.clientKey ?? null }
    const trust = { ca: certificates?.ca ?? null, keyPassphrase: null, serverName: null }
    const engine = await started('mutual-tls', { tls: { ...trust, ...own } })
    await untilRecords(engine, 3)
    expect(await landedIds(engine)).toEqual([0, 1, 2])
  })

  test('with a wrong password waits and says so, without the password', async () => {
    const { sources, connections, events } = await untilWaiting(await started('sasl', { sasl: sasl(wrong) }))
    expect(sources[0]?.reason).toContain('authentication fails: Authentication failed')
    expect(connections[0]?.reason).toContain('authentication fails: Authentication failed')
    expect(JSON.stringify({ sources, connections, events })).not.toContain('not-the-password')
  })

  test('with an expired certificate, or one of another authority, waits and says so', async () => {
    const expired = await untilWaiting(await started('expired', { tls: tls() }))
    expect(expired.sources[0]?.reason).toContain('TLS fails: certificate has expired')
    const other = await untilWaiting(await started('tls', { tls: tls(certificates?.otherCa) }))
    expect(other.sources[0]?.reason).toContain('TLS fails: unable to verify')
  })

  test('without a secret that the workspace names waits and says which', async () => {
    const engine = await started('sasl', { sasl: sasl('PENSTOCK_TEST_KAFKA_UNSET') })
    const { sources } = await untilLive(engine, (one) => one.sources[0]?.state === 'waiting')
    expect(sources[0]?.reason).toContain('PENSTOCK_TEST_KAFKA_UNSET')
  })
})

describe('brokers that advertise an address that cannot be reached', () => {
  test('are named with it', async () => {
    const { sources } = await untilLive(
      await started('unreachable', {}),
      (one) => one.sources[0]?.state === 'waiting',
    )
    expect(sources[0]?.reason).toMatch(/127\.0\.0\.1:\d+: cannot connect: connect ECONNREFUSED/)
  })

  test('are read where the workspace says where they are instead', async () => {
    const [seed = ''] = cluster.brokers('unreachable')
    const waiting = await untilLive(
      await started('unreachable', {}),
      (one) => one.sources[0]?.state === 'waiting',
    )
    const advertised = /127\.0\.0\.1:\d+/.exec(waiting.sources[0]?.reason ?? '')?.[0] ?? ''
    expect(advertised).not.toBe(seed)
    const engine = await started('unreachable', { addresses: new Map([[advertised, seed]]) })
    await untilRecords(engine, 3)
    expect(await landedIds(engine)).toEqual([0, 1, 2])
  })
})
