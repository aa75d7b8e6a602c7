import { describe, expect, it } from 'vitest'
import type { TopicPartition } from '#contract/topics.ts'
import { partitionLines } from '../../../../src-renderer/features/topics/partition-lines.ts'
import {
  type PartitionSort,
  replicaWords,
  sortedPartitions,
} from '../../../../src-renderer/features/topics/partition-rows.ts'
import { topicFigures } from '../../../../src-renderer/features/topics/topic-figures.ts'
import { filterOf, paramsOf } from '../../../../src-renderer/features/topics/topic-filter.ts'
import { isSkewed, skewWords, troubleWords } from '../../../../src-renderer/features/topics/topic-words.ts'
import { retentionWords } from '../../../../src-renderer/ui/retention-words.ts'
import { FakeClusters } from '../fake-clusters.ts'

const clusters = new FakeClusters('small', () => 1_800_000_000_000)

describe('the words of a topic', () => {
  const day = 86_400_000
  it.each([
    [7 * day, null, 'delete', '7 d'],
    [7 * day, 50_000_000_000, 'delete', '7 d, 50 GB'],
    [-1, -1, 'delete', 'no limit'],
    [-1, 1_000_000_000, 'delete', '1 GB'],
    [7 * day, -1, 'compact', 'compacted'],
    [7 * day, null, 'compact,delete', 'compacted, 7 d'],
    [null, null, null, '–'],
    [null, null, 'compact', 'compacted'],
  ])(
    'of a retention of %s ms, %s bytes, %s are %s',
    (retentionMs, retentionBytes, cleanupPolicy, expected) => {
      expect(retentionWords({ retentionMs, retentionBytes, cleanupPolicy })).toBe(expected)
    },
  )

  it('say what is wrong with its partitions, the worst first', () => {
    expect(troubleWords({ partitions: 12, underReplicated: 0, offline: 0 })).toBe('')
    expect(troubleWords({ partitions: 12, underReplicated: 5, offline: 1 })).toBe(
      '1 of 12 partitions offline, 5 of 12 partitions under-replicated',
    )
  })

  it('say how uneven a share is, and never of what was not measured', () => {
    expect([skewWords(null), skewWords(1), skewWords(1.84), skewWords(11.6)]).toEqual([
      '–',
      '1×',
      '1.8×',
      '12×',
    ])
    expect([isSkewed(null, 4), isSkewed(2.1, 1), isSkewed(2, 4), isSkewed(2.1, 4)]).toEqual([
      false,
      false,
      false,
      true,
    ])
  })

  it('do not claim that every record between the offsets of a compacted topic is there', () => {
    const records = (name: string): string | undefined =>
      topicFigures(clusters.topic(name), 1_800_000_000_000).find((figure) => figure.name === 'Records')?.value
    expect(records('customers')).toMatch(/^at most /)
    expect(records('orders')).toMatch(/^[\d.]+B$/)
  })
})

describe('the filter of topics', () => {
  it('stands in the address and is read back', () => {
    const filter = { search: 'ord', internal: true, sort: 'lag', descending: true } as const
    expect(filterOf(paramsOf(filter))).toEqual(filter)
  })

  it('leaves away what is usual, and does not follow what it does not know', () => {
    expect(paramsOf(filterOf({}))).toEqual({})
    expect(filterOf({ sort: 'colour', order: 'sideways', internal: 'maybe' })).toEqual({
      search: '',
      internal: false,
      sort: 'name',
      descending: false,
    })
  })

  it('never asks for more than the contract takes', () => {
    expect(filterOf({ search: 'x'.repeat(300) }).search).toHaveLength(249)
  })
})

describe('partitions in order', () => {
  const partition = (number: number, change: Partial<TopicPartition>): TopicPartition => ({
    partition: number,
    leader: 1,
    replicas: [1, 2, 3],
    inSync: [1, 2, 3],
    earliest: '0',
    latest: '0',
    recordsPerSecond: 1,
    bytesPerSecond: null,
    sizeBytes: null,
    lastRecordAt: null,
    skew: 1,
    ...change,
  })
  const rows = [
    partition(0, { latest: '9007199254740993', recordsPerSecond: null }),
    partition(1, { latest: '9007199254740992', recordsPerSecond: 4 }),
    partition(2, { latest: null, recordsPerSecond: 9 }),
    partition(3, { latest: '12', recordsPerSecond: 4 }),
  ]
  it.each<[PartitionSort, boolean, number[]]>([
    ['partition', true, [3, 2, 1, 0]],
    ['latest', true, [0, 1, 3, 2]],
    ['latest', false, [3, 1, 0, 2]],
    ['recordsPerSecond', true, [2, 1, 3, 0]],
    ['recordsPerSecond', false, [1, 3, 2, 0]],
    ['sizeBytes', true, [0, 1, 2, 3]],
  ])('by %s, descending %s: %j', (sort, descending, expected) => {
    expect(sortedPartitions(rows, { sort, descending }).map((row) => row.partition)).toEqual(expected)
  })

  it('name the copies that are behind', () => {
    expect(replicaWords(partition(0, {}))).toBe('3 of 3 in sync')
    expect(replicaWords(partition(0, { inSync: [1, 3] }))).toBe('2 of 3 in sync, broker 2 is behind')
    expect(replicaWords(partition(0, { inSync: [] }))).toBe('0 of 3 in sync, brokers 1, 2, 3 are behind')
  })
})

describe('the lines of the throughput', () => {
  const line = (
    name: string,
    ...values: (number | null)[]
  ): { name: string; unit: string; values: (number | null)[] } => ({
    name,
    unit: 'records/s',
    values,
  })
  const lines = (...list: ReturnType<typeof line>[]): ReturnType<typeof partitionLines> =>
    partitionLines({ bucketMs: 1000, at: [], lines: list })

  it('are all there by number where there are few', () => {
    expect(lines(line('partition 10', 1), line('partition 2', 9)).map(({ name }) => name)).toEqual([
      'partition 2',
      'partition 10',
    ])
  })

  it('are the busiest ones and the sum of the others where there are many; a gap stays a gap', () => {
    const many = Array.from({ length: 12 }, (_, number) =>
      line(`partition ${String(number)}`, number, null, number === 0 ? 5 : null),
    )
    const shown = lines(...many)
    expect(shown.map(({ name }) => name)).toEqual([
      ...[6, 7, 8, 9, 10, 11].map((number) => `partition ${String(number)}`),
      '6 others',
    ])
    expect(shown.at(-1)?.values).toEqual([15, null, 5])
  })

  it('never add what was measured as a whole to what was measured each', () => {
    const many = Array.from({ length: 12 }, (_, number) => line(`partition ${String(number)}`, 1))
    const shown = lines(line('all partitions', 100), ...many)
    expect(shown.map(({ name }) => name).slice(-2)).toEqual(['6 others', 'all partitions'])
    expect(shown.at(-2)?.values).toEqual([6])
    expect(new Set(shown.map(({ color }) => color)).size).toBe(shown.length)
  })
})
