import { expect, test } from 'vitest'
import { type Found, searching } from '../support/searching.ts'
import { clientSettings } from '../support/settings.ts'
import { ownCluster } from '../support/suite.ts'

test('what compaction left is found from both ends, and the gaps are no records', async () => {
  const properties = { 'log.cleaner.backoff.ms': '200', 'log.initial.task.delay.ms': '100' }
  const { tools, address } = await ownCluster({ brokers: 1, properties })
  const topic = 'latest'
  const config = {
    ...{ 'cleanup.policy': 'compact', 'min.cleanable.dirty.ratio': '0.001', 'segment.ms': '200' },
    ...{ 'max.compaction.lag.ms': '200' },
  }
  await tools.createTopics({ name: topic, config })
  const records = Array.from({ length: 500 }, (_, n) => ({ key: `a${n % 5}`, value: `${n}` }))
  await tools.produce(topic, records)
  const messages = searching(clientSettings(address, 'plaintext'))
  const ofKeys = { filter: { key: 'a' } }
  let found: Found
  do {
    // The newest segment is not compacted, and a new one begins with a record after its time.
    await tools.produce(topic, [{ key: 'b', value: 'later' }])
    found = await messages.search(topic, ofKeys)
  } while (found.status.matches > 5)
  expect(found.values).toEqual(['495', '496', '497', '498', '499'])
  expect(found.status.total).toBeGreaterThan(500)
  expect(found.status.scanned).toBeLessThan(500)
  expect(found.status.notLookedAt).toEqual([])
  const backwards = await messages.search(topic, { ...ofKeys, start: { at: 'newest' } })
  expect(backwards.values).toEqual(['499', '498', '497', '496', '495'])
  const inGap = await messages.search(topic, { start: { at: 'offset', offset: '100' }, limit: 1 })
  expect(inGap.places).toEqual(['0:495'])
  await expect(messages.record(topic, 0, 100)).rejects.toMatchObject({ code: 'NOT_FOUND' })
})
