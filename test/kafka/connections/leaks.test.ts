/** Secrets of connections that fail: in no log, no error, no answer, no event, no file but the encrypted one. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import os from 'node:os'
import path from 'node:path'
import { inspect } from 'node:util'
import { afterEach, expect, test } from 'vitest'
import { createFileLogger } from '../../../src-main/hosts/shared/logger.ts'
import { EncryptedFileStore } from '../../../src-main/hosts/shared/secrets/encrypted-file.ts'
import { WorkspaceSession } from '../../../src-main/hosts/shared/workspace-session.ts'
import { untilLive } from '../../support/engines.ts'
import { startPenstock } from '../../unit/hosts/cli/run-penstock.ts'
import { brokersOf } from '../support/cluster.ts'
import { testUser } from '../support/listeners.ts'
import { portOf } from '../support/ports.ts'
import { sharedCluster } from '../support/suite.ts'

const { address } = sharedCluster()
const ends: (() => unknown)[] = []

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

/** Each secret of the workspace, as it is and as protocols carry it. */
const secrets = {
  kafka: 'Kafka-pw-0ne',
  token: 'bearer-t0ken-two',
  client: 'client-s3cret-three',
  registry: 'registry-pw-f0ur',
  passphrase: 'passphr4se-five',
}

function spellings(): string[] {
  return Object.values(secrets).flatMap((secret) => [
    secret,
    Buffer.from(secret).toString('base64'),
    Buffer.from(`penstock:${secret}`).toString('base64'),
    Buffer.from(`\0${testUser.username}\0${secret}`).toString('base64'),
    encodeURIComponent(secret),
  ])
}

function leaksIn(text: string): string[] {
  return spellings().filter((spelling) => text.includes(spelling))
}

/** Every file below a folder, by name. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
}

/** A token endpoint and a registry that refuse, and say back what they were told. */
async function refusingServer(): Promise<string> {
  const server = createServer((request, response) => {
    const said = request.headers.authorization ?? ''
    const plain = Buffer.from(said.replace(/^Basic /u, ''), 'base64').toString()
    response.statusCode = 401
    response.end(
      JSON.stringify({ error: 'refused', error_description: plain, error_code: 40101, message: plain }),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  ends.push(() => server.close())
  return `http://127.0.0.1:${portOf(server)}`
}

async function setUp() {
  const base = mkdtempSync(path.join(os.tmpdir(), 'penstock-leaks-'))
  ends.push(() => {
    rmSync(base, { recursive: true, force: true })
  })
  const [workspace, state] = [path.join(base, 'workspace'), path.join(base, 'state')]
  mkdirSync(workspace)
  const store = new EncryptedFileStore({ stateFolder: state, environment: {} })
  for (const [name, value] of Object.entries(secrets)) await store.write(name, value)
  const url = await refusingServer()
  const broker = brokersOf(address, 'sasl')[0] ?? ''
  const tlsBroker = brokersOf(address, 'mutual-tls')[0] ?? ''
  const { clientCert = '', clientKey = '' } = address.certificates ?? {}
  writeFileSync(
    path.join(workspace, 'penstock.yaml'),
    `penstock: 1
connections:
  password:
    brokers: ["${broker}"]
    sasl: { mechanism: plain, username: ${testUser.username}, password: { secret: kafka } }
    registry: { url: "${url}", username: penstock, password: { secret: registry } }
    writes: allowed
  scram:
    brokers: ["${broker}"]
    sasl: { mechanism: scram-sha-256, username: ${testUser.username}, password: { secret: kafka } }
  token:
    brokers: ["${broker}"]
    sasl: { mechanism: oauthbearer, token: { secret: token } }
  client:
    brokers: ["${broker}"]
    sasl: { mechanism: oauthbearer, token_url: "${url}/token", client_id: penstock, client_secret: { secret: client } }
  files:
    brokers: ["${tlsBroker}"]
    tls: { cert: "${clientCert}", key: "${clientKey}", key_passphrase: { secret: passphrase } }
sources:
${Object.keys(connections)
  .map((name) => `  ${name}: { kafka: { connection: ${name}, topic: t }, columns: { id: integer } }`)
  .join('\n')}
store: { mode: disk }
`,
  )
  return { base, workspace, state, store }
}

const connections = { password: 0, scram: 0, token: 0, client: 0, files: 0 }

test('an engine whose connections all fail says why, and none of its secrets', async () => {
  const { base, workspace, state, store } = await setUp()
  const { logger } = createFileLogger(state)
  const session = new WorkspaceSession({ host: 'serve', logger, stateFolder: state, secrets: store })
  ends.push(() => session.stop())
  const opened = await session.open(workspace)
  expect(opened).toMatchObject({ state: 'open' })
  const { engine } = session.current()
  const said: unknown[] = [opened]
  said.push(
    await untilLive(engine, (snapshot) => snapshot.connections.every(({ state: now }) => now === 'waiting')),
  )
  for (const name of Object.keys(connections)) {
    const call = { connection: name }
    const answers = await Promise.allSettled([
      engine.clusters.view(name, AbortSignal.timeout(3000)),
      engine.clusters.topics.get(name, 't', AbortSignal.timeout(3000)),
      engine.clusters.messages.produce({
        ...call,
        topic: 't',
        partition: null,
        key: null,
        value: { kind: 'text', text: 'x' },
        headers: [],
      } as never),
    ])
    said.push(answers, session.connectionDraft(name))
    const error = answers.find((answer) => answer.status === 'rejected')
    logger.error({ err: error?.reason }, 'a call failed')
    let view = await session.testConnection({ name })
    while (!view.done) view = await session.watchTest(view.id, view.version)
    expect(view.steps.some(({ state: now }) => now === 'failed')).toBe(true)
    said.push(view)
  }
  said.push(await engine.clusters.connections(), await engine.listEvents({ limit: 500 }))
  await session.stop()
  expect(leaksIn(inspect(said, { depth: Infinity, maxStringLength: Infinity, showHidden: true }))).toEqual([])
  const files = filesBelow(base)
  expect(files.some((file) => file.endsWith('penstock.log'))).toBe(true)
  for (const file of files) expect([file, leaksIn(readFileSync(file, 'latin1'))]).toEqual([file, []])
})

test.for(Object.keys(connections))('penstock connect %s fails without a secret', async (name) => {
  const { workspace, state } = await setUp()
  const end = await startPenstock({ state }, ['connect', '--verbose', name, workspace]).ended
  expect(end.code).toBe(1)
  expect(end.stdout).toContain('FAILED')
  expect(leaksIn(end.stdout + end.stderr)).toEqual([])
})
