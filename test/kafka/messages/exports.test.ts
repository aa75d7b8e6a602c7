import { createHash } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { MessageSearch } from '../../../src-main/contract/messages.ts'
import { captureLine } from '../../../src-renderer/features/messages/export-lines.ts'
import { readMessage } from '../../../src-renderer/features/messages/read-message.ts'
import type { PenstockClient } from '../../../src-renderer/transport/client.ts'
import { capture, readStore, testBench, untilEnded } from '../../support/engines.ts'
import { column, source, step, table, workspace } from '../../support/workspaces.ts'
import { FakeRegistry } from '../../unit/engine/formats/support/fake-registry.ts'
import { searching } from '../support/searching.ts'
import { clientSettings } from '../support/settings.ts'
import { sharedCluster } from '../support/suite.ts'

const cluster = sharedCluster()
const bench = testBench()
const schema =
  '{"type":"record","name":"Order","fields":[{"name":"id","type":"long"},{"name":"city","type":"string"}]}'

let registry: FakeRegistry

beforeEach(async () => {
  registry = await FakeRegistry.open()
  registry.schemas.set(7, { schema, subject: 'orders-value' })
})
afterEach(() => registry.close())

function varint(value: number): number[] {
  const bytes: number[] = []
  let rest = value * 2
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  return [...bytes, rest]
}

/** An order in Avro with the schema's id in front. */
function order(id: number, city: string): string {
  const frame = [0, 0, 0, 0, 7, ...varint(id), ...varint(city.length)]
  return Buffer.concat([Buffer.from(frame), Buffer.from(city)]).toString('base64')
}

/** What is too long to be shown where it differs, by its hash. */
function short(value: unknown): unknown {
  const text = JSON.stringify(value)
  return text.length < 1000 ? value : createHash('sha256').update(text).digest('hex')
}

test('what is exported is replayed as it was, also where it is large, decoded, or no text', async () => {
  const topic = cluster.topicName('exports')
  const config = {
    ...{ 'max.message.bytes': '4000000', 'retention.ms': '-1' },
    'message.timestamp.after.max.ms': '9223372036854775807',
  }
  await cluster.tools.createTopics({ name: topic, config })
  const city = 'Bern'.repeat(100_000)
  const large = JSON.stringify({ id: 3, city: 'é"\n'.repeat(120_000) })
  const unclosed = `{"id":4,${' '.repeat(1_100_000)}`
  const at = 1_700_000_000_000
  await cluster.tools.produce(topic, [
    { key: 'first "key"', bytes: order(1, 'Oslo'), timestamp: at },
    { bytes: order(2, city), timestamp: at + 1 },
    { value: large, timestamp: at + 2 },
    { value: unclosed, timestamp: at + 3 },
    { key: 'gone', timestamp: at - 1_000_000 },
    { value: '{"id":5,\n"city":null}', timestamp: at + 4_000_000_000_000 },
    { bytes: Buffer.from('ff00fe', 'hex').toString('base64'), timestamp: at },
  ])
  const access = { url: registry.url, basic: null, tls: null }
  const messages = searching(clientSettings(cluster.address, 'plaintext', { registry: access, writes: true }))
  const headers = [
    { name: 'a', value: { text: '1' } },
    { name: 'a', value: { base64: '/wA=' } },
  ]
  await messages.produce(topic, { value: { text: '6' }, headers, timestamp: at })
  const { rows } = await messages.search(topic)
  const request: MessageSearch = {
    ...{ connection: 'test', topic, start: { at: 'oldest' }, live: false, filter: {}, limit: 1000 },
    ...{ keyFormat: 'auto', valueFormat: 'auto', isolation: 'read_committed' },
  }
  const { handlers } = messages
  const never = new AbortController().signal
  const client = {
    messages: {
      record: (address: Parameters<(typeof handlers)['messages.record']>[0]) =>
        handlers['messages.record'](address, never),
      part: (range: Parameters<(typeof handlers)['messages.part']>[0]) =>
        handlers['messages.part'](range, never),
    },
  } as unknown as Pick<PenstockClient, 'messages'>
  const lines: string[] = []
  for (const row of rows) lines.push(captureLine(topic, await readMessage(client, request, row, never)))

  const folder = bench.folder()
  const columns = [
    column('whole', 'json', { path: [] }),
    column('k', 'text', { from: 'key', path: [] }),
    column('h', 'json', { from: 'headers', path: [] }),
    column('gone', 'boolean', { from: 'tombstone', path: [] }),
  ]
  const sql = 'SELECT whole, k, h, gone, _timestamp AS "at" FROM input'
  const engine = await bench.started(
    workspace(folder, {
      sources: [source('replayed', capture(folder, lines), columns)],
      tables: [table('landed', 'replayed', [step('all', sql)])],
      store: { mode: 'disk', limitBytes: null, budgetBytes: null },
    }),
  )
  await untilEnded(engine, lines.length)
  const store = engine.storeFile
  expect(readStore(store, 'SELECT reason FROM sys_dead_letters')).toEqual([])
  const landed = readStore(store, 'SELECT whole, k, h, gone, "at" FROM landed ORDER BY rowid')
  const values = landed.map(({ whole }) => (typeof whole === 'string' ? short(JSON.parse(whole)) : whole))
  expect(values).toEqual([
    { id: 1, city: 'Oslo' },
    short({ id: 2, city }),
    short(JSON.parse(large)),
    short(unclosed),
    null,
    { id: 5, city: null },
    '/wD+',
    '6',
  ])
  expect(landed.map(({ k }) => k)).toEqual(['first "key"', null, null, null, 'gone', null, null, null])
  expect(landed.map(({ gone }) => gone)).toEqual([0, 0, 0, 0, 1, 0, 0, 0])
  expect(landed.map(({ at: time }) => Number(time) - at)).toEqual([
    ...[0, 1, 2, 3, -1_000_000, 4_000_000_000_000, 0, 0],
  ])
  expect(JSON.parse(String(landed.at(-1)?.['h']))).toEqual([
    ['a', '1'],
    ['a', { base64: '/wA=' }],
  ])
})
