import { describe, expect, test } from 'vitest'
import { kcat } from '../support/kcat.ts'
import { searching } from '../support/searching.ts'
import { clientSettings } from '../support/settings.ts'
import { sharedCluster } from '../support/suite.ts'

const cluster = sharedCluster()
const { tools } = cluster
const [broker = ''] = cluster.brokers('plaintext')
const writable = clientSettings(cluster.address, 'plaintext', { writes: true })

async function newTopic(partitions: number, config: Record<string, string> = {}): Promise<string> {
  const topic = cluster.topicName('produce')
  await tools.createTopics({ name: topic, partitions, config: { 'retention.ms': '-1', ...config } })
  return topic
}

/** What kcat reads, one line for each record. */
async function read(topic: string, format: string): Promise<string[]> {
  const printed = await kcat(['-b', broker, '-t', topic, '-C', '-e', '-q', '-f', `${format}\n`])
  return printed.split('\n').slice(0, -1)
}

describe('a produced message', () => {
  test('is what others read: key, value, headers, timestamp', async () => {
    const topic = await newTopic(1)
    const messages = searching(writable)
    const produced = await messages.produce(topic, {
      key: { text: 'k 1' },
      value: { base64: Buffer.from('größer').toString('base64') },
      headers: [
        { name: 'a', value: { text: 'one' } },
        { name: 'a', value: { text: 'two' } },
        { name: 'b', value: null },
      ],
      timestamp: 1_700_000_000_123,
    })
    expect(produced).toEqual({ partition: 0, offset: '0', timestamp: 1_700_000_000_123 })
    expect(await read(topic, '%k|%s|%h|%T')).toEqual(['k 1|größer|a=one,a=two,b=NULL|1700000000123'])
  })

  test('without value is a tombstone, without key has none', async () => {
    const topic = await newTopic(1)
    const messages = searching(writable)
    await messages.produce(topic, { key: { text: 'gone' } })
    await messages.produce(topic, { value: { text: '' } })
    // kcat prints -1 as the length of NULL.
    expect(await read(topic, '%K %S')).toEqual(['4 -1', '-1 0'])
  })

  test('goes to the partition that the Java client chooses for its key', async () => {
    const topic = await newTopic(7)
    const messages = searching(writable)
    const keys = Array.from({ length: 40 }, (_, n) => `${'x'.repeat(n % 6)}ключ-${n}`)
    await tools.produce(
      topic,
      keys.map((key) => ({ key, value: 'java' })),
    )
    for (const key of keys) await messages.produce(topic, { key: { text: key }, value: { text: 'ours' } })
    const lines = await read(topic, '%k %p %s')
    const by = (who: string): string[] =>
      lines
        .filter((line) => line.endsWith(who))
        .map((line) => line.slice(0, -4))
        .toSorted()
    expect(by('ours')).toEqual(by('java'))
  })

  test('goes to the partition that is named', async () => {
    const topic = await newTopic(4)
    const produced = await searching(writable).produce(topic, { partition: 3, key: { text: 'a' } })
    expect([produced.partition, await read(topic, '%p %k')]).toEqual([3, ['3 a']])
  })

  test('has the time of its arrival where the topic says so', async () => {
    const topic = await newTopic(1, { 'message.timestamp.type': 'LogAppendTime' })
    const messages = searching(writable)
    const produced = await messages.produce(topic, { value: { text: 'x' }, timestamp: 1000 })
    const { timestamp, timestampType } = await messages.record(topic, 0, 0)
    expect([timestampType, timestamp]).toEqual(['append', produced.timestamp])
    expect(produced.timestamp).toBeGreaterThan(1_700_000_000_000)
  })
})

describe('is refused', () => {
  test('on a connection that is read-only', async () => {
    const topic = await newTopic(1)
    const messages = searching(clientSettings(cluster.address, 'plaintext'))
    await expect(messages.produce(topic, { value: { text: 'x' } })).rejects.toMatchObject({
      code: 'CONNECTION_REFUSES_WRITES',
    })
    expect(await read(topic, '%s')).toEqual([])
  })

  test('for another topic than the one that was confirmed', async () => {
    const topic = await newTopic(1)
    const wrong = searching(writable).produce(topic, { value: { text: 'x' }, confirm: `${topic}x` })
    await expect(wrong).rejects.toMatchObject({ code: 'USAGE' })
    expect(await read(topic, '%s')).toEqual([])
  })

  test('for a topic or partition that is not there', async () => {
    const topic = await newTopic(1)
    const messages = searching(writable)
    await expect(messages.produce(`${topic}-absent`, {})).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(messages.produce(topic, { partition: 5 })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test("in the broker's own words", async () => {
    const small = await newTopic(1, { 'max.message.bytes': '200' })
    const compacted = await newTopic(1, { 'cleanup.policy': 'compact' })
    const messages = searching(writable)
    await expect(messages.produce(small, { value: { text: 'x'.repeat(500) } })).rejects.toThrow(
      /MESSAGE_TOO_LARGE/,
    )
    await expect(messages.produce(compacted, { value: { text: 'no key' } })).rejects.toThrow(
      /INVALID_RECORD.*Compacted topic cannot accept message without key/,
    )
    // The connection is as good as before.
    expect(await messages.produce(small, { value: { text: 'y' } })).toMatchObject({ offset: '0' })
  })
})
