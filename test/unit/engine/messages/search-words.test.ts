import { expect, test } from 'vitest'
import type { ScannedPartition } from '../../../../src-main/engine/messages/scanned-partition.ts'
import { type Unseen, unseenWords } from '../../../../src-main/engine/messages/search-words.ts'

function partition(number: number, changes: Partial<ScannedPartition> = {}): ScannedPartition {
  return {
    partition: number,
    leader: 1,
    leaderEpoch: 0,
    earliest: 0,
    latest: 1000,
    goalFrom: 0,
    goalTo: 1000,
    from: 0,
    to: 1000,
    records: 1000,
    bytes: 1000,
    state: 'done',
    reason: '',
    fetchFrom: 1000,
    fetchBytes: 1,
    recordBytes: 1,
    lowTime: 0,
    failures: 0,
    ...changes,
  }
}

const nothing: Unseen = {
  partitions: [],
  end: null,
  limit: 100,
  notes: [],
  notJson: 0,
  sqlFailed: 0,
  sqlFailure: '',
  withoutSchema: 0,
  schemaFailure: '',
  withheld: 0,
}

test('a search that has seen everything says nothing', () => {
  expect(unseenWords({ ...nothing, partitions: [partition(0), partition(1)], end: 'limit' })).toEqual([])
})

test('everything that was not looked at is said with its reason', () => {
  const partitions = [
    partition(0, { to: 400 }),
    partition(1, { to: 0 }),
    partition(2),
    partition(3, { state: 'failed', goalTo: 0, to: 0, reason: 'it has no leader' }),
    partition(4, { state: 'failed', to: 10, reason: 'TOPIC_AUTHORIZATION_FAILED' }),
  ]
  const words = unseenWords({
    ...nothing,
    partitions,
    end: 'limit',
    notes: ['partition 2: offsets 3 to 4 are gone'],
    notJson: 1,
    sqlFailed: 2,
    sqlFailure: 'malformed JSON',
    withoutSchema: 3,
    schemaFailure: 'the registry does not answer',
  })
  expect(words).toEqual([
    'partition 2: offsets 3 to 4 are gone',
    'partition 3: not looked at: it has no leader',
    'partition 4: 990 offsets not looked at: TOPIC_AUTHORIZATION_FAILED',
    'partitions 0, 1: 1,600 offsets not looked at, because the limit of 100 matches was reached',
    'the JSON filter could not look into 1 value that is not JSON',
    'the SQL filter failed on 2 messages: malformed JSON',
    '3 messages could not be decoded: the registry does not answer',
  ])
})

test('many partitions are not named one by one', () => {
  const partitions = Array.from({ length: 1200 }, (_, number) => partition(number, { to: 0 }))
  expect(unseenWords({ ...nothing, partitions, end: 'stopped' })).toEqual([
    'partitions 0, 1, 2, 3, 4, 5, 6, 7 and 1,192 more: 1,200,000 offsets not looked at, because the search was stopped',
  ])
})
