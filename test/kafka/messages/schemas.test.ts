import { afterEach, beforeEach, expect, test } from 'vitest'
import { FakeRegistry } from '../../unit/engine/formats/support/fake-registry.ts'
import { searching } from '../support/searching.ts'
import { clientSettings } from '../support/settings.ts'
import { sharedCluster } from '../support/suite.ts'

const cluster = sharedCluster()
const { tools } = cluster
const schema =
  '{"type":"record","name":"Order","fields":[{"name":"id","type":"long"},{"name":"city","type":"string"}]}'

let registry: FakeRegistry

beforeEach(async () => {
  registry = await FakeRegistry.open()
  registry.schemas.set(7, { schema, subject: 'orders-value' })
})
afterEach(() => registry.close())

/** Avro with the schema's id in front, beside plain JSON. */
async function orders(): Promise<string> {
  const topic = cluster.topicName('schemas')
  await tools.createTopics({ name: topic })
  const order = (id: number, city: string): { bytes: string } => {
    const body = [id * 2, city.length * 2, ...Buffer.from(city)]
    return { bytes: Buffer.from([0, 0, 0, 0, 7, ...body]).toString('base64') }
  }
  await tools.produce(topic, [order(1, 'Bern'), { value: '{"id":2,"city":"Rome"}' }, order(3, 'Oslo')])
  return topic
}

function settings() {
  const access = { url: registry.url, basic: null, tls: null }
  return clientSettings(cluster.address, 'plaintext', { registry: access })
}

test('values with a schema are shown, filtered and opened as JSON', async () => {
  const topic = await orders()
  const messages = searching(settings())
  const { rows } = await messages.search(topic)
  expect(rows.map(({ value }) => [value.text, value.format, value.problem])).toEqual([
    ['{"id":1,"city":"Bern"}', 'avro', ''],
    ['{"id":2,"city":"Rome"}', 'json', ''],
    ['{"id":3,"city":"Oslo"}', 'avro', ''],
  ])
  const places = async (filter: object): Promise<string[]> =>
    (await messages.search(topic, { filter })).places
  expect(await places({ text: '"CITY":"OSLO"' })).toEqual(['0:2'])
  expect(await places({ json: { path: '$.id', operator: '<=', value: '2' } })).toEqual(['0:0', '0:1'])
  expect(await places({ sql: `value ->> '$.city' IN ('Rome', 'Oslo')` })).toEqual(['0:1', '0:2'])
  const { value } = await messages.record(topic, 0, 2)
  expect(value).toMatchObject({
    ...{ text: '{"id":3,"city":"Oslo"}', format: 'avro', problem: '', bytes: 11 },
    schema: { id: 7, subject: 'orders-value', type: 'AVRO', text: schema },
  })
})

test('a registry that fails leaves records as they look, and says so', async () => {
  const topic = await orders()
  registry.answer = { status: 500, body: '{"error_code":500,"message":"out of order"}' }
  const messages = searching(settings())
  const shown = await messages.search(topic)
  expect(shown.rows.map(({ value }) => value.format)).toEqual(['bytes', 'json', 'bytes'])
  expect(shown.rows[0]?.value).toMatchObject({
    text: '00000000070208' + '4265726e',
    problem: expect.stringMatching(/out of order/),
  })
  const filtered = await messages.search(topic, { filter: { text: 'rome' } })
  expect([filtered.places, filtered.status.notLookedAt]).toEqual([
    ['0:1'],
    [expect.stringMatching(/^2 messages could not be decoded: .*out of order/)],
  ])
  const { value } = await messages.record(topic, 0, 0)
  expect(value).toMatchObject({ text: null, format: 'bytes', problem: expect.stringMatching(/out of order/) })
})

test('a format that needs a registry where there is none starts no search', async () => {
  const messages = searching(clientSettings(cluster.address, 'plaintext'))
  expect(() => messages.start('any', { valueFormat: 'avro' })).toThrow(
    expect.objectContaining({ code: 'SCHEMA_UNAVAILABLE' }),
  )
})
