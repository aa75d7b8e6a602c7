import { describe, expect, test } from 'vitest'
import { searching } from '../support/searching.ts'
import { clientSettings } from '../support/settings.ts'
import { sharedCluster } from '../support/suite.ts'

const cluster = sharedCluster()
const { tools } = cluster
const settings = clientSettings(cluster.address, 'plaintext')

describe('a tail', () => {
  test('lists what comes together in the order of time, whatever partition it is from', async () => {
    const topic = cluster.topicName('tail')
    await tools.createTopics({ name: topic, partitions: 2 })
    await tools.produce(topic, [
      { partition: 0, value: 'a', timestamp: 1_000_000 },
      { partition: 0, value: 'c', timestamp: 1_000_002 },
      { partition: 1, value: 'b', timestamp: 1_000_001 },
      { partition: 1, value: 'd', timestamp: 1_000_003 },
    ])
    const messages = searching(settings)
    const id = messages.start(topic, { live: true, start: { at: 'oldest' } })
    await messages.until(id, ({ matches }) => matches === 4)
    expect((await messages.found(id)).values).toEqual(['a', 'b', 'c', 'd'])
  })

  test('says that what is older was left out because it begins at the end', async () => {
    const topic = cluster.topicName('tail')
    await tools.createTopics({ name: topic })
    await tools.load({ topic, count: 10 })
    const messages = searching(settings)
    const id = messages.start(topic, { live: true, limit: 3, start: { at: 'newest' } })
    const before = await messages.until(id, ({ notLookedAt }) => notLookedAt.length > 0)
    expect([before.state, before.scanned, before.total]).toEqual(['running', 3, 3])
    const stopped = messages.handlers['messages.stop']({ id })
    expect(stopped.notLookedAt).toEqual([
      '7 offsets not looked at, because they are from before the tail began',
    ])
  })
})
