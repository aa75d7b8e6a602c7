import { expect, it } from 'vitest'
import { rebuiltSources } from '../../../../src-main/engine/threads/rebuilt-sources.ts'
import type { KafkaStart } from '../../../../src-main/workspace/model.ts'
import { source, topicSource } from '../../../support/workspaces.ts'

const since = 1_700_000_000_000

it.each<[KafkaStart, KafkaStart]>([
  [{ kind: 'latest' }, { kind: 'timestamp', ms: since }],
  [
    { kind: 'ago', ms: 60_000 },
    { kind: 'timestamp', ms: since - 60_000 },
  ],
  [{ kind: 'earliest' }, { kind: 'earliest' }],
  [
    { kind: 'timestamp', ms: 7 },
    { kind: 'timestamp', ms: 7 },
  ],
])('a topic read from %j is read from %j after its store was damaged', (from, expected) => {
  const [rebuilt] = rebuiltSources([topicSource('orders', null, { from })], since)
  expect(rebuilt).toEqual(topicSource('orders', null, { from: expected }))
})

it('a topic read from an offset is read from there', () => {
  const sources = [topicSource('orders', null, { from: { kind: 'offset', offset: 42n } })]
  expect(rebuiltSources(sources, since)).toEqual(sources)
})

it('a capture, and every source of a store that is whole, begin as they are', () => {
  const sources = [source('s', '/s.ndjson', null), topicSource('orders', null, { from: { kind: 'latest' } })]
  expect(rebuiltSources(sources.slice(0, 1), since)).toEqual(sources.slice(0, 1))
  expect(rebuiltSources(sources, null)).toBe(sources)
})
