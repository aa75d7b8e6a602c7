/** A real registry behind TLS that asks for a client's certificate, and that can be slow. */
import { readFileSync } from 'node:fs'
import { once } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import avsc from 'avsc'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { Engine } from '../../../src-main/engine/engine-api.ts'
import type { TlsFiles } from '../../../src-main/workspace/model.ts'
import { query, testBench, untilLive } from '../../support/engines.ts'
import { column, connection, step, table, topicSource, workspace } from '../../support/workspaces.ts'
import { untilRecords } from '../support/landing.ts'
import { portOf } from '../support/ports.ts'
import { describeRegistry, framed, startRegistry, type TestRegistry } from '../support/registry.ts'
import { sharedCluster } from '../support/suite.ts'

const bench = testBench()
const cluster = sharedCluster()
const { certificates } = cluster.address
if (certificates === null) throw new Error('the cluster has no certificates')
const own: TlsFiles = {
  ca: certificates.ca,
  cert: certificates.clientCert,
  key: certificates.clientKey,
  keyPassphrase: null,
  serverName: null,
}

describeRegistry('a registry behind TLS', () => {
  let registry: TestRegistry
  let topic: string
  beforeAll(async () => {
    registry = await startRegistry()
    topic = cluster.topicName('tls')
    await cluster.tools.createTopics({ name: topic })
    const id = await registry.register(`${topic}-value`, { schema: '"long"' })
    await cluster.tools.produce(topic, [{ bytes: framed(id, avsc.Type.forSchema('long').toBuffer(7)) }])
  })
  afterAll(() => registry.kill())

  test('is asked with the own authority and the client certificate of the workspace', async () => {
    const { url } = await secured(registry.url)
    const engine = await started(url, own)
    await untilRecords(engine, 1)
    expect(await query(engine, 'SELECT value FROM landed')).toEqual([[7]])
  })

  test('that gets no client certificate is waited for, and that is said', async () => {
    const { url } = await secured(registry.url)
    const reason = await reasonOf(await started(url, { ...own, cert: null, key: null }), 'certificate')
    expect(reason).toMatch(new RegExp(`^schema registry ${url}: schema \\d+ of topic ${topic}: `))
    expect(reason).toMatch(/alert certificate required$/)
  })

  test('whose certificate another authority has signed is waited for, and that is said', async () => {
    const { url } = await secured(registry.url)
    const ca = certificates.otherCa
    expect(await reasonOf(await started(url, { ...own, ca }), 'certificate')).toMatch(/certificate/)
  })

  test('that takes too long is waited for, and what came meanwhile lands', async () => {
    const { url, hold, release } = await secured(registry.url)
    hold()
    const engine = await started(url, own)
    await reasonOf(engine, 'does not answer within 10 s')
    release()
    await untilRecords(engine, 1)
    expect(await query(engine, 'SELECT value FROM landed')).toEqual([[7]])
    expect(await query(engine, 'SELECT count(*) FROM sys_dead_letters')).toEqual([[0]])
  })

  function started(url: string, tls: TlsFiles): Promise<Engine> {
    const registryOf = { registry: { url, basic: null, tls } }
    return bench.started(
      workspace(bench.folder(), {
        connections: [connection('local', cluster.brokers('plaintext'), registryOf)],
        sources: [
          topicSource(
            'in',
            [column('value', 'integer', { path: [] })],
            { topics: [topic] },
            { format: 'avro' },
          ),
        ],
        tables: [table('landed', 'in', [step('all', 'SELECT * FROM input')])],
      }),
    )
  }
})

/** Why its source waits, once that has this word. */
async function reasonOf(engine: Engine, word: string): Promise<string> {
  const { sources } = await untilLive(
    engine,
    ({ sources: [only] }) => only?.state === 'waiting' && only.reason.includes(word),
  )
  return sources[0]?.reason ?? ''
}

/** TLS in front of a registry, until the test ends: only clients whose certificate the authority has signed are heard. */
async function secured(target: string): Promise<{ url: string; hold: () => void; release: () => void }> {
  let held: (() => void)[] | null = null
  const pem = readFileSync(certificates?.broker ?? '')
  const ca = readFileSync(certificates?.ca ?? '')
  const server = https.createServer(
    { key: pem, cert: pem, ca, requestCert: true, rejectUnauthorized: true },
    (request, response) => {
      const forward = (): void => {
        const { origin } = new URL(target)
        http
          .get(`${origin}${request.url ?? ''}`, (answer) => {
            response.writeHead(answer.statusCode ?? 500, answer.headers)
            answer.pipe(response)
          })
          .on('error', () => response.destroy())
      }
      if (held === null) forward()
      else held.push(forward)
    },
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `https://127.0.0.1:${String(portOf(server))}${new URL(target).pathname}`
  const hold = (): void => {
    held = []
  }
  const release = (): void => {
    const waiting = held ?? []
    held = null
    for (const forward of waiting) forward()
  }
  return { url, hold, release }
}
