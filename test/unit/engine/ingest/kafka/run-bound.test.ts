import { describe, expect, it } from 'vitest'
import { moveCursor } from '../../../../../src-main/engine/ingest/kafka/partition-cursor.ts'
import { RunBound } from '../../../../../src-main/engine/ingest/kafka/run-bound.ts'
import {
  endLostPartitions,
  endRunAt,
  endTopic,
} from '../../../../../src-main/engine/ingest/kafka/run-ends.ts'
import type { PartitionOffsets } from '../../../../../src-main/engine/ingest/source-port.ts'
import type { TopicSource } from '../../../../../src-main/workspace/model.ts'
import { topicSource } from '../../../../support/workspaces.ts'
import { onePartition, partitionMetadata } from './bounded-source.ts'

function offsets(topic: string, ...ends: bigint[]): PartitionOffsets {
  return new Map([[topic, new Map(ends.entries())]])
}

const nothing: PartitionOffsets = new Map()

function left(until: PartitionOffsets, input: Partial<TopicSource['input']>, next = nothing): unknown {
  const bound = new RunBound(until, topicSource('t', null, input).input, next)
  return bound.topics.map((topic) => [topic, bound.left(topic)])
}

describe('what a bounded run has to read', () => {
  it('is what its bounds name of the topics of the source', () => {
    const until = new Map([...offsets('t', 4n, 0n, 1n), ...offsets('u', 3n), ...offsets('tt', 3n)])
    expect(left(until, {})).toEqual([['t', [0, 2]]])
    expect(left(until, { topics: ['t', 'u', 'v'] })).toEqual([
      ['t', [0, 2]],
      ['u', [0]],
    ])
    expect(left(until, { pattern: 't' })).toEqual([['t', [0, 2]]])
  })

  it('is nothing where it begins at its bound or behind it', () => {
    expect(left(offsets('t', 5n), { from: { kind: 'latest' } })).toEqual([['t', []]])
    expect(left(offsets('t', 5n, 6n), { from: { kind: 'offset', offset: 5n } })).toEqual([['t', [1]]])
    expect(left(offsets('t', 5n), { from: { kind: 'ago', ms: 1 } })).toEqual([['t', [0]]])
    expect(left(nothing, {})).toEqual([])
  })

  it('is what an earlier run has left', () => {
    expect(left(offsets('t', 5n, 5n, 5n), {}, offsets('t', 5n, 4n, 6n))).toEqual([['t', [1]]])
  })
})

describe('a run is through', () => {
  it('when its cursors are, and has its bounds for positions then', () => {
    const { context, cursor } = onePartition(2, 5)
    const { bound, cursors, batches } = context
    bound?.note(cursors.values(), batches)
    expect(bound?.isReached).toBe(false)
    moveCursor(cursor, 4)
    bound?.note(cursors.values(), batches)
    expect(bound?.isReached).toBe(false)
    moveCursor(cursor, 9)
    expect([cursor.next, cursor.fetchFrom]).toEqual([5, 5])
    bound?.note(cursors.values(), batches)
    expect([bound?.isReached, bound?.of('t', 0)]).toEqual([true, null])
  })

  it('where a log is shorter, its bound being the position all the same', async () => {
    const { context, cursor, port, position } = onePartition(2, 5)
    endRunAt(cursor, 5, context)
    expect([cursor.until, port.events]).toEqual([5, []])
    endRunAt(cursor, 1, context)
    expect([cursor.until, cursor.next]).toEqual([2, 2])
    expect(port.events).toEqual([
      'log-shorter: t, partition 0: the log ends at 1, before 5: it was cut or made again; what was there cannot be read any more',
    ])
    context.bound?.note(context.cursors.values(), context.batches)
    await context.batches.close()
    expect([context.bound?.isReached, position()]).toEqual([true, 5])
  })

  it('where its topic is gone, or a partition of it, read already or not', () => {
    const why = { topic: 't', kind: 'topic-gone', why: 'is not there any more' } as const
    const begun = onePartition(2, 5)
    endTopic(begun.context, why)
    endTopic(begun.context, why)
    begun.context.bound?.note(begun.context.cursors.values(), begun.context.batches)
    expect(begun.context.bound?.isReached).toBe(true)
    expect(begun.port.events).toEqual([
      'topic-gone: t is not there any more; what it held and was not read yet cannot be read any more',
    ])

    const fresh = onePartition(0, 5)
    fresh.context.cursors.clear()
    const topic = { error: 0, name: 't', id: null, internal: false }
    endLostPartitions(fresh.context, { ...topic, partitions: [partitionMetadata(0)] })
    expect(fresh.context.bound?.isReached).toBe(false)
    endLostPartitions(fresh.context, { ...topic, partitions: [partitionMetadata(1)] })
    expect(fresh.context.bound?.isReached).toBe(true)
    expect(fresh.port.events).toEqual(['topic-recreated: t has no partition 0 any more'])
  })

  it('at once for one who waits, or when the other thing comes', async () => {
    const { context, cursor } = onePartition(0, 5)
    const { bound, cursors, batches } = context
    await bound?.reachedOr(Promise.resolve())
    const waited = bound?.reachedOr(new Promise(() => undefined))
    moveCursor(cursor, 5)
    bound?.note(cursors.values(), batches)
    await waited
    await bound?.reachedOr(new Promise(() => undefined))
    expect(bound?.isReached).toBe(true)
  })
})
