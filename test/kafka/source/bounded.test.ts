import { describe, expect, test } from 'vitest'
import {
  boundedRun,
  type BoundedRun,
  positionsIn,
  RunPort,
  type RunOptions,
  sentIds,
} from '../support/bounded-run.ts'
import { numbered } from '../support/landing.ts'
import { clientSettings } from '../support/settings.ts'
import { ownCluster, sharedCluster } from '../support/suite.ts'

const cluster = sharedCluster()
const { tools } = cluster
const settings = clientSettings(cluster.address, 'plaintext')
const endState = 'ended: all that lies before the bounds of this run has been read'

async function newTopic(word: string, partitions = 1): Promise<string> {
  const topic = cluster.topicName(word)
  await tools.createTopics({ name: topic, partitions })
  return topic
}

/** A run that has come to its end. */
async function ended(options: RunOptions): Promise<BoundedRun> {
  const run = boundedRun(settings, options)
  await run.done
  return run
}

describe('a bounded run', () => {
  test('reads each partition that it names up to its bound, and no other', async () => {
    const topic = await newTopic('bounds', 4)
    const another = await newTopic('another')
    for (const partition of [0, 1, 2, 3])
      await tools.produce(topic, numbered(partition * 100, 10, { partition }))
    await tools.produce(another, numbered(900, 5))
    const run = await ended({ topics: [topic, another], until: { [topic]: [3, 10, 0] } })
    expect(sentIds(run)).toEqual([0, 1, 2, ...Array.from({ length: 10 }, (_, index) => 100 + index)])
    expect(positionsIn(run, topic)).toEqual([3, 10, 0])
    expect([...run.committed().nextOffsets.keys()]).toEqual([topic])
    expect(run.port.states).toEqual(['running', endState])
    expect(run.port.events).toEqual([])
  })

  test('stops within a batch of the log', async () => {
    const topic = await newTopic('within')
    await tools.produce(topic, numbered(0, 50), { 'linger.ms': '1000', 'batch.size': '1000000' })
    for (const bound of [1, 7, 49, 50]) {
      const run = await ended({ topics: [topic], until: { [topic]: [bound] } })
      expect(sentIds(run)).toEqual(Array.from({ length: bound }, (_, id) => id))
      expect(positionsIn(run, topic)).toEqual([bound])
    }
  })

  test('ends where markers and aborted records are the last before its bound', async () => {
    const topic = await newTopic('aborted')
    const id = `${topic}-1`
    await tools.produceInTransaction(topic, numbered(0, 2), { id, outcome: 'commit' })
    await tools.produceInTransaction(topic, numbered(100, 3), { id, outcome: 'abort' })
    // Offsets: 0 and 1, a marker, 3 to 5 aborted, a marker.
    for (const bound of [3, 4, 6, 7]) {
      const run = await ended({ topics: [topic], until: { [topic]: [bound] } })
      expect([sentIds(run), positionsIn(run, topic), run.port.events]).toEqual([[0, 1], [bound], []])
    }
    await tools.produce(topic, numbered(2, 3))
    const run = await ended({ topics: [topic], until: { [topic]: [8] } })
    expect([sentIds(run), positionsIn(run, topic)]).toEqual([[0, 1, 2], [8]])
  })

  test('waits for a transaction that is open before its bound', async () => {
    const topic = await newTopic('open')
    const id = `${topic}-1`
    await tools.produce(topic, numbered(0, 1))
    await tools.produceInTransaction(topic, numbered(1, 2), { id, outcome: 'open' })
    const port = new RunPort()
    const seen = new Promise<void>((resolve) => {
      port.onBatch = ({ batches }) => {
        if (batches.some(({ records }) => records > 0)) resolve()
      }
    })
    const run = boundedRun(settings, { topics: [topic], until: { [topic]: [3] }, port })
    await seen
    expect(port.states.at(-1)).toBe('running')
    await tools.endTransaction(id, 'commit')
    await run.done
    expect(sentIds(run)).toEqual([0, 1, 2])
  })

  test('ends where retention has taken all before its bound, or a part of it', async () => {
    const topic = await newTopic('retention', 2)
    for (const partition of [0, 1]) await tools.produce(topic, numbered(partition * 100, 10, { partition }))
    await tools.deleteRecords(topic, 0, 6)
    await tools.deleteRecords(topic, 1, 3)
    const run = await ended({ topics: [topic], until: { [topic]: [5, 5] } })
    expect([sentIds(run), positionsIn(run, topic)]).toEqual([
      [103, 104],
      [5, 5],
    ])
    expect(run.port.events).toEqual([])
  })

  test.for(['earliest', 'latest', 'stop'] as const)(
    'that was interrupted before retention came goes on by out_of_range: %s, and never stops for good',
    async (outOfRange) => {
      const topic = await newTopic(outOfRange)
      await tools.produce(topic, numbered(0, 10))
      await tools.deleteRecords(topic, 0, 6)
      const start = { nextOffsets: new Map([[topic, new Map([[0, 2n]])]]) }
      const run = await ended({ topics: [topic], until: { [topic]: [8] }, start, source: { outOfRange } })
      expect(sentIds(run)).toEqual(outOfRange === 'latest' ? [] : [6, 7])
      expect(positionsIn(run, topic)).toEqual([8])
      expect(run.port.batches.flatMap(({ gaps }) => gaps)).toEqual([])
      const range = outOfRange === 'latest' ? '2 to 7 (6)' : '2 to 5 (4)'
      expect(run.port.events).toEqual([
        expect.stringContaining(`gap: ${topic}, partition 0: offsets ${range} cannot be read`),
      ])
    },
  )

  test('ends at the end of a log that is shorter, and says so', async () => {
    const topic = await newTopic('shorter', 2)
    await tools.produce(topic, numbered(0, 4))
    const run = await ended({ topics: [topic], until: { [topic]: [6, 2] } })
    expect([sentIds(run), positionsIn(run, topic)]).toEqual([
      [0, 1, 2, 3],
      [6, 2],
    ])
    expect(run.port.events.toSorted()).toEqual([
      expect.stringContaining(`log-shorter: ${topic}, partition 0: the log ends at 4, before 6`),
      expect.stringContaining(`log-shorter: ${topic}, partition 1: the log ends at 0, before 2`),
    ])
    expect(run.port.states.at(-1)).toBe(endState)
  })

  test('reads nothing of a topic that was made again since', async () => {
    const topic = await newTopic('again')
    await tools.produce(topic, numbered(0, 4))
    const before = await ended({ topics: [topic], until: { [topic]: [4] } })
    const { places } = before.committed()
    await tools.deleteTopics(topic)
    await tools.createTopics({ name: topic })
    await tools.produce(topic, numbered(100, 9))
    const run = await ended({ topics: [topic], until: { [topic]: [4] }, start: { places } })
    expect([sentIds(run), positionsIn(run, topic)]).toEqual([[], [4]])
    expect(run.committed().places).toEqual(places)
    expect(run.port.events).toEqual([
      expect.stringContaining(`topic-recreated: ${topic} was deleted and made again`),
    ])
  })

  test('ends without a topic that is gone', async () => {
    const gone = cluster.topicName('gone')
    const topic = await newTopic('there')
    await tools.produce(topic, numbered(0, 2))
    const run = await ended({ topics: [gone, topic], until: { [gone]: [5], [topic]: [2] } })
    expect([sentIds(run), positionsIn(run, gone), positionsIn(run, topic)]).toEqual([[0, 1], [5], [2]])
    expect(run.port.events).toEqual([
      `source-waits: there is no topic ${gone}`,
      `topic-gone: ${gone} is not there any more; what it held and was not read yet cannot be read any more`,
    ])
  })

  test('begins where the source begins', async () => {
    const topic = await newTopic('from')
    const now = Date.now()
    const records = numbered(0, 6).map((record, index) => ({
      ...record,
      timestamp: now - (6 - index) * 60_000,
    }))
    await tools.produce(topic, records)
    const { places } = (await ended({ topics: [topic], until: { [topic]: [5] } })).committed()
    const idsFrom = async (from: NonNullable<RunOptions['source']>['from']): Promise<number[]> =>
      sentIds(
        await ended({
          topics: [topic],
          until: { [topic]: [5] },
          start: { places },
          ...(from && { source: { from } }),
        }),
      )
    expect(await idsFrom({ kind: 'latest' })).toEqual([])
    expect(await idsFrom({ kind: 'offset', offset: 3n })).toEqual([3, 4])
    expect(await idsFrom({ kind: 'offset', offset: 5n })).toEqual([])
    expect(await idsFrom({ kind: 'ago', ms: 150_000 })).toEqual([4])
    expect(await idsFrom({ kind: 'timestamp', ms: now + 1000 })).toEqual([])
  })

  test('needs no broker where there is nothing to read', async () => {
    const unreachable = clientSettings(cluster.address, 'plaintext', {
      brokers: [{ host: '127.0.0.1', port: 1 }],
    })
    const run = boundedRun(unreachable, { topics: ['t'], until: { t: [0] } })
    await run.done
    expect([run.port.states, positionsIn(run, 't')]).toEqual([[endState], [0]])
  })

  test('commits to no group, however long it takes', async () => {
    const topic = await newTopic('group')
    await tools.produce(topic, numbered(0, 3))
    await tools.produceInTransaction(topic, numbered(3, 1), { id: `${topic}-1`, outcome: 'open' })
    /** After how many of its waits a run has committed to its group; null where it has not by then. */
    const committedAfter = async (until: RunOptions['until'], most: number): Promise<number | null> => {
      const group = `${topic}-${String(most)}`
      const run = boundedRun(settings, {
        topics: [topic],
        until,
        source: { commit: { group, isOwn: false } },
      })
      for (let sleeps = 1; sleeps <= most; sleeps++) {
        await run.port.untilSleeps(sleeps)
        if ((await tools.groups()).includes(group)) return sleeps
      }
      return null
    }
    const usual = await committedAfter(null, 60)
    if (usual === null) throw new Error('an unbounded run has not committed either')
    // Where the first commit comes too early for the records, the next one is 5 s later: two waits each second.
    expect(await committedAfter({ [topic]: [4] }, Math.max(14, usual + 2))).toBeNull()
  })

  test('takes no new partitions and nothing that is produced meanwhile', async () => {
    const topic = await newTopic('meanwhile')
    await tools.produce(topic, numbered(0, 3))
    const port = new RunPort()
    port.pause()
    const run = boundedRun(settings, { topics: [topic], until: { [topic]: [3] }, port })
    await port.until((words) => words === 'paused')
    await tools.produce(topic, numbered(3, 3))
    await tools.addPartitions(topic, 2)
    await tools.produce(topic, numbered(10, 3, { partition: 1 }))
    port.resume()
    await run.done
    expect([sentIds(run), positionsIn(run, topic)]).toEqual([[0, 1, 2], [3]])
  })
})

describe('an interrupted bounded run', () => {
  test('goes on where its store was, and sends the rest once', async () => {
    const topic = await newTopic('resumed', 2)
    await tools.load({ topic, partitions: 2, count: 60_000, pad: 50 })
    const until = { [topic]: [25_000, 24_999] }
    const port = new RunPort()
    port.onBatch = ({ batches }) => {
      if (batches.reduce((sum, { records }) => sum + records, 0) > 10_000) port.stop()
    }
    const first = boundedRun(settings, { topics: [topic], until, port })
    await first.done
    expect(port.states).not.toContain(endState)
    const second = await ended({ topics: [topic], until, start: first.committed() })
    const ids = [...sentIds(first), ...sentIds(second)]
    expect(sentIds(first).length).toBeGreaterThan(10_000)
    expect(sentIds(second).length).toBeGreaterThan(0)
    expect(ids.length).toBe(49_999)
    expect(new Set(ids).size).toBe(49_999)
    expect(positionsIn(second, topic)).toEqual([25_000, 24_999])
    const third = await ended({ topics: [topic], until, start: second.committed() })
    expect([sentIds(third), third.port.states]).toEqual([[], [endState]])
  })

  test('goes on after its broker was away', async () => {
    const own = await ownCluster({ brokers: 1 })
    const topic = 'away'
    await own.tools.createTopics({ name: topic })
    await own.tools.produce(topic, numbered(0, 5))
    const port = new RunPort()
    port.pause()
    const run = boundedRun(clientSettings(own.address, 'plaintext'), {
      topics: [topic],
      until: { [topic]: [4] },
      port,
    })
    await port.until((words) => words === 'paused')
    const [node] = own.nodes
    await node?.kill()
    port.resume()
    await port.until((words) => words.startsWith('waiting'))
    await node?.start()
    await run.done
    expect([sentIds(run), port.states.at(-1)]).toEqual([[0, 1, 2, 3], endState])
  })
})

test('what compaction has left is read up to the bound, also where that is no record any more', async () => {
  const properties = { 'log.cleaner.backoff.ms': '200', 'log.initial.task.delay.ms': '100' }
  const own = await ownCluster({ brokers: 1, properties })
  const topic = 'compacted'
  const config = {
    ...{ 'cleanup.policy': 'compact', 'min.cleanable.dirty.ratio': '0.001', 'segment.ms': '200' },
    ...{ 'max.compaction.lag.ms': '200' },
  }
  await own.tools.createTopics({ name: topic, config })
  const records = Array.from({ length: 500 }, (_, id) => ({
    key: `a${id % 5}`,
    value: `{"id":${id}}`,
    partition: 0,
  }))
  await own.tools.produce(topic, records)
  const readTo = async (bound: number): Promise<BoundedRun> => {
    const run = boundedRun(clientSettings(own.address, 'plaintext'), {
      topics: [topic],
      until: { [topic]: [bound] },
    })
    await run.done
    expect(positionsIn(run, topic)).toEqual([bound])
    return run
  }
  let ids: number[]
  do {
    // The newest segment is not compacted, and a new one begins with a record after its time.
    await own.tools.produce(topic, [{ key: 'b', value: '{"id":500}' }])
    ids = sentIds(await readTo(500))
  } while (ids.length > 5)
  expect(ids).toEqual([495, 496, 497, 498, 499])
  expect(sentIds(await readTo(498))).toEqual([495, 496, 497])
  expect(sentIds(await readTo(400))).toEqual([])
})
