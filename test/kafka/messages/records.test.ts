import { describe, expect, test } from 'vitest'
import type { MessageFilter } from '../../../src-main/contract/messages.ts'
import { limits } from '../../../src-main/contract/limits.ts'
import { searching } from '../support/searching.ts'
import { clientSettings } from '../support/settings.ts'
import { sharedCluster } from '../support/suite.ts'
import type { NewRecord } from '../support/tools.ts'

const cluster = sharedCluster()
const { tools } = cluster
const settings = clientSettings(cluster.address, 'plaintext')
const never = new AbortController().signal

async function topicOf(records: readonly NewRecord[], config: Record<string, string> = {}): Promise<string> {
  const topic = cluster.topicName('messages')
  await tools.createTopics({ name: topic, config: { 'max.message.bytes': '40000000', 'retention.ms': '-1' } })
  await tools.produce(topic, records, config)
  return topic
}

describe('filters', () => {
  const records: NewRecord[] = [
    { key: 'Anna', value: '{"delay":10,"to":"SFO"}', headers: [['trace', 'one']] },
    { key: 'Bert', value: '{"delay":70,"to":"JFK"}' },
    {
      key: 'anna',
      value: 'no JSON at all',
      headers: [
        ['trace', 'two'],
        ['trace', 'three'],
      ],
    },
    { key: 'Dora' },
    { bytes: Buffer.from([0, 1, 0xfe, 0xca]).toString('base64') },
  ]

  test.for<[MessageFilter, string[]]>([
    [{}, ['0:0', '0:1', '0:2', '0:3', '0:4']],
    [{ text: 'ANNA' }, ['0:0', '0:2']],
    [{ text: 'jfk' }, ['0:1']],
    [{ text: 'three' }, ['0:2']],
    [{ text: 'feca' }, ['0:4']],
    [{ key: 'anna' }, ['0:0', '0:2']],
    [{ header: { name: 'trace', value: 'two' } }, ['0:2']],
    [{ json: { path: '$.delay', operator: '>', value: '60' } }, ['0:1']],
    [{ sql: 'value IS NULL' }, ['0:3']],
    [{ sql: `key = 'Bert' AND value ->> '$.delay' BETWEEN 60 AND 80` }, ['0:1']],
    [{ text: 'anna', sql: `headers ->> '$[0][1]' = 'two'` }, ['0:2']],
  ])('%j', async ([filter, places]) => {
    const topic = await topicOf(records)
    const messages = searching(settings)
    const forwards = await messages.search(topic, { filter })
    const backwards = await messages.search(topic, { filter, start: { at: 'newest' } })
    expect([forwards.places, backwards.places]).toEqual([places, places.toReversed()])
  })

  test('say what they could not look into', async () => {
    const topic = await topicOf(records)
    const messages = searching(settings)
    const json = await messages.search(topic, {
      filter: { json: { path: '$.x', operator: 'exists', value: '' } },
    })
    expect(json.status.notLookedAt).toEqual([
      'the JSON filter could not look into 2 values that are not JSON',
    ])
    const sql = await messages.search(topic, { filter: { sql: `value ->> '$.delay' = 10` } })
    expect([sql.places, sql.status.notLookedAt]).toEqual([
      ['0:0'],
      ['the SQL filter failed on 2 messages: malformed JSON'],
    ])
  })

  test('that are wrong start no search', async () => {
    const messages = searching(settings)
    expect(() => messages.start('any', { filter: { sql: 'value >' } })).toThrow(
      expect.objectContaining({ code: 'SEARCH_INVALID' }),
    )
  })
})

describe('records', () => {
  test.for(['none', 'gzip', 'snappy', 'lz4', 'zstd'])('packed with %s', async (codec) => {
    const records = Array.from({ length: 300 }, (_, id) => ({ fill: 200, id }))
    const topic = await topicOf(records, { 'compression.type': codec })
    const messages = searching(settings)
    const { status, places } = await messages.search(topic, { filter: { text: '"id":29' } })
    expect([status.scanned, places[0], places.length]).toEqual([300, '0:29', 11])
    expect((await messages.record(topic, 0, 299)).compression).toBe(codec)
  })

  test('of aborted transactions are left out, unless all are asked for', async () => {
    const topic = cluster.topicName('transactions')
    await tools.createTopics({ name: topic })
    const one = (value: string): NewRecord[] => [{ value }]
    await tools.produceInTransaction(topic, one('kept 1'), { id: `${topic}-a`, outcome: 'commit' })
    await tools.produceInTransaction(topic, one('aborted'), { id: `${topic}-a`, outcome: 'abort' })
    await tools.produce(topic, one('plain'))
    await tools.produceInTransaction(topic, one('kept 2'), { id: `${topic}-b`, outcome: 'commit' })
    const messages = searching(settings)
    const committed = ['kept 1', 'plain', 'kept 2']
    expect((await messages.search(topic)).values).toEqual(committed)
    expect((await messages.search(topic, { start: { at: 'newest' } })).values).toEqual(committed.toReversed())
    const all = await messages.search(topic, { isolation: 'read_uncommitted' })
    expect(all.values).toEqual(['kept 1', 'aborted', 'plain', 'kept 2'])
    // Markers take offsets as well: the last one ends the log.
    expect(all.status).toMatchObject({ scanned: 4, total: 7, notLookedAt: [] })
    await expect(messages.record(topic, 0, 1)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect((await messages.record(topic, 0, 2)).value.text).toBe('aborted')
  })

  test('of an open transaction are not there yet, which is said', async () => {
    const topic = cluster.topicName('open')
    await tools.createTopics({ name: topic })
    await tools.produce(topic, [{ value: 'before' }])
    await tools.produceInTransaction(topic, [{ value: 'open' }], { id: topic, outcome: 'open' })
    const messages = searching(settings)
    const { values, status } = await messages.search(topic, { start: { at: 'newest' } })
    await tools.endTransaction(topic, 'abort')
    expect([values, status.state]).toEqual([['before'], 'done'])
    expect(status.notLookedAt).toEqual([
      'partition 0: offset 1 lies behind the beginning of a transaction that is still open',
    ])
    expect((await messages.search(topic)).status.notLookedAt).toEqual([])
  })

  test('are opened with all that is known of them', async () => {
    const headers: [string, string | null][] = [
      ['a', 'one'],
      ['a', 'two'],
      ['none', null],
    ]
    const topic = await topicOf([{ key: 'k', value: '{"a":[1,2]}', headers, timestamp: 1_700_000_000_000 }])
    const base64 = (text: string): string => Buffer.from(text).toString('base64')
    const part = { problem: '', truncated: false, schema: null }
    expect(await searching(settings).record(topic, 0, 0)).toEqual({
      ...{ topic, partition: 0, offset: '0', timestamp: 1_700_000_000_000, timestampType: 'create' },
      key: { ...part, raw: base64('k'), bytes: 1, text: 'k', format: 'text' },
      value: { ...part, raw: base64('{"a":[1,2]}'), bytes: 11, text: '{"a":[1,2]}', format: 'json' },
      headers: [
        { name: 'a', text: 'one', raw: base64('one') },
        { name: 'a', text: 'two', raw: base64('two') },
        { name: 'none', text: null, raw: null },
      ],
      sizeBytes: 37,
      compression: 'none',
      masked: '',
    })
  })

  test('of 20 MB are found, shown cut, and given whole in parts', async () => {
    const topic = await topicOf([{ value: 'small' }, { fill: 20_000_000, id: 7 }, { value: 'after' }])
    const messages = searching(settings)
    for (const at of ['oldest', 'newest'] as const) {
      const { rows, status } = await messages.search(topic, { start: { at }, filter: { text: '"id":7' } })
      expect([status.scanned, rows.length, rows[0]?.value.bytes]).toEqual([3, 1, 20_000_000])
    }
    const { value } = await messages.record(topic, 0, 1)
    expect([value.bytes, value.truncated, value.text?.length]).toEqual([
      20_000_000,
      true,
      limits.messagePartBytes,
    ])
    const address = { connection: settings.name, topic, partition: 0, offset: '1' } as const
    const last = await messages.handlers['messages.part'](
      { ...address, keyFormat: 'auto', valueFormat: 'auto', part: 'value', start: 19_999_990, count: 100 },
      never,
    )
    expect([last.bytes, Buffer.from(last.raw, 'base64').toString()]).toEqual([20_000_000, 'xxxxxxxx"}'])
  })
})
