/** Topics that a source masks: what lands, what dead letters hold, and what the messages view shows and finds. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type {
  MessageFilter,
  MessageRow,
  RecordAddress,
  SearchStatus,
} from '../../../src-main/contract/messages.ts'
import type { Engine } from '../../../src-main/engine/engine-api.ts'
import { parseWorkspace } from '../../../src-main/workspace/parse.ts'
import { readStore, testBench } from '../../support/engines.ts'
import { findSecrets, formsOf } from '../../support/find-secrets.ts'
import {
  fates,
  maskedRecord,
  maskedWorkspace,
  maskKey,
  maskVariable,
  secretMarks,
} from '../../support/masked-records.ts'
import { FakeRegistry } from '../../unit/engine/formats/support/fake-registry.ts'
import { startEngineProcess } from '../support/engine-process.ts'
import { untilRecords } from '../support/landing.ts'
import { sharedCluster } from '../support/suite.ts'

const cluster = sharedCluster()
const bench = testBench()
beforeEach(() => {
  process.env[maskVariable] = maskKey
})
afterEach(() => {
  Reflect.deleteProperty(process.env, maskVariable)
})

const connectionText = (more = ''): string =>
  `connections:\n  local: { brokers: [${cluster
    .brokers('plaintext')
    .map((one) => `"${one}"`)
    .join(', ')}]${more} }\n`

/** Searches a topic from its oldest record to its end. */
async function search(
  engine: Engine,
  topic: string,
  filter: MessageFilter,
): Promise<{ status: SearchStatus; rows: MessageRow[] }> {
  const { messages } = engine.clusters
  const { id } = await messages.start({
    ...{ connection: 'local', topic, start: { at: 'oldest' }, live: false, filter, limit: 1000 },
    ...{ keyFormat: 'auto', valueFormat: 'auto', isolation: 'read_committed' },
  })
  let status = await messages.watch(id, null)
  while (status.state === 'running') status = await messages.watch(id, status.version)
  const { rows } = await messages.page(id, 0, 500)
  return { status, rows }
}

/** Whether any form of a secret is in what is said. */
function hasSecret(said: unknown): boolean {
  const text = Buffer.from(JSON.stringify(said))
  return secretMarks.some((mark) => [...formsOf(mark).values()].some((form) => text.includes(form)))
}

test('what a source masks is nowhere in clear: not in files, and not in messages', async () => {
  const topic = cluster.topicName('masked')
  await cluster.tools.createTopics({ name: topic })
  const count = 5 * fates.length
  const records = Array.from({ length: count }, (_, n) => maskedRecord(n))
  await cluster.tools.produce(
    topic,
    records.map(({ key, headers, value, fate }, n) => ({
      ...{ key, partition: 0, timestamp: 1_700_000_000_000 + n },
      headers: Object.entries(headers),
      bytes: Buffer.from(
        fate === 'utf8' ? `${value}\u00ff` : value,
        fate === 'utf8' ? 'latin1' : 'utf8',
      ).toString('base64'),
    })),
  )
  const input = `kafka: { connection: local, topic: ${topic}, from: earliest }`
  const folder = bench.folder()
  const workspace = maskedWorkspace(folder, input, connectionText())
  const killed = startEngineProcess(workspace)
  await killed.until(1)
  await killed.kill()
  expect(findSecrets([folder], secretMarks)).toEqual([])
  const engine = await bench.started(workspace)
  await untilRecords(engine, count)

  const said: unknown[] = []
  const all = await search(engine, topic, {})
  said.push(all)
  expect([all.rows.length, all.status.state]).toEqual([count, 'done'])
  expect(all.status.notLookedAt).toEqual([
    'records are masked as source users does; filters see no more than that',
    '20 values left out, because the topic is masked and they cannot be read in the format of its source',
  ])
  // Nothing can be guessed: a filter for what is masked finds nothing, one for what is shown finds it.
  const [first] = records
  const value = JSON.parse(first?.value ?? '{}') as Record<string, string>
  const email = value['email'] ?? ''
  const guesses: MessageFilter[] = [
    { text: email },
    { text: 'Xs3cret' },
    { text: Buffer.from(email).toString('hex') },
    { key: first?.key ?? '' },
    { header: { name: 'token', value: 'Xs3cret' } },
    { sql: `json_extract(value, '$.email') = '${email}'` },
    { sql: "value LIKE '%Xs3cret%' OR key LIKE '%Xs3cret%' OR headers LIKE '%Xs3cret%'" },
  ]
  for (const guess of guesses) expect((await search(engine, topic, guess)).rows).toEqual([])
  const [row] = readStore(engine.storeFile, 'SELECT email, who FROM users WHERE n = 0')
  for (const shown of [{ text: String(row?.['email']) }, { key: String(row?.['who']) }]) {
    expect((await search(engine, topic, shown)).rows.map(({ offset }) => offset)).toEqual(['0'])
  }
  for (let offset = 0; offset < fates.length; offset++) {
    const address: RecordAddress = {
      ...{ connection: 'local', topic, partition: 0, offset: String(offset) },
      ...({ keyFormat: 'auto', valueFormat: 'auto' } as const),
    }
    const detail = await engine.clusters.messages.record(address)
    said.push(detail)
    expect([detail.masked, detail.value.problem]).toEqual(['as source users does', ''])
    const range = { start: 0, count: 65_536 }
    for (const part of ['key', 'value'] as const) {
      const raw = await engine.clusters.messages.part({ ...address, ...range, part })
      said.push(Buffer.from(raw.raw, 'base64').toString(), raw)
    }
  }
  const letters = await engine.deadLetters.list({}, { limit: 100 })
  said.push(letters, await Promise.all(letters.map(({ id }) => engine.deadLetters.get(id))))
  said.push(await engine.listEvents({ limit: 100 }))
  expect(letters.length).toBe(count - 2 * 5 + 5)
  await engine.stop()
  expect(hasSecret(said)).toBe(false)
  writeFileSync(path.join(folder, 'said.json'), JSON.stringify(said))
  expect(findSecrets([folder], secretMarks)).toEqual([])
})

const schema = `{"type":"record","name":"User","fields":[
  {"name":"id","type":"long"},{"name":"email","type":"string"},{"name":"age","type":"int"}]}`

test('values with a schema are masked as JSON', async () => {
  const registry = await FakeRegistry.open()
  try {
    registry.schemas.set(7, { schema, subject: 'users-value' })
    const topic = cluster.topicName('masked-avro')
    await cluster.tools.createTopics({ name: topic })
    const email = 'Xs3cret@example'
    const framed = (id: number): Buffer =>
      Buffer.concat([
        Buffer.from([0, 0, 0, 0, 7, id * 2, email.length * 2]),
        Buffer.from(email),
        Buffer.from([84]),
      ])
    const values = [framed(1), framed(2).subarray(0, 12), framed(3)]
    await cluster.tools.produce(
      topic,
      values.map((bytes, n) => ({
        bytes: bytes.toString('base64'),
        partition: 0,
        timestamp: 1_700_000_000_000 + n,
      })),
    )
    const folder = bench.folder()
    const text = `penstock: 1
${connectionText(`, registry: { url: "${registry.url}" }`)}sources:
  users:
    kafka: { connection: local, topic: ${topic}, from: earliest }
    format: avro
    columns: { id: integer, email: { type: text, mask: redact }, age: { type: integer, mask: drop } }
tables:
  users: { source: users }
store: { mode: disk }
`
    const parsed = parseWorkspace(text, `${folder}/penstock.yaml`)
    if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems))
    const engine = await bench.started(parsed.workspace)
    await untilRecords(engine, 3)
    const { rows } = await search(engine, topic, {})
    expect(rows.map(({ value }) => value.text)).toEqual([
      '{"id":1,"email":"redacted","age":null}',
      '',
      '{"id":3,"email":"redacted","age":null}',
    ])
    await engine.stop()
    expect(readStore(engine.storeFile, 'SELECT id, email, age FROM users')).toEqual([
      { id: 1, email: 'redacted', age: null },
      { id: 3, email: 'redacted', age: null },
    ])
    const [letter] = readStore(
      engine.storeFile,
      'SELECT reason, length(value) AS kept, size_bytes FROM sys_dead_letters',
    )
    expect(letter).toEqual({
      reason:
        'the value cannot be read in the format of the source; its bytes are not kept, because the source masks parts of its records',
      kept: 0,
      size_bytes: 12,
    })
    expect(findSecrets([folder], ['Xs3cret'])).toEqual([])
  } finally {
    await registry.close()
  }
})
