import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BrokerConnection } from '../../../src-main/engine/kafka/client/broker-connection.ts'
import { ClusterClient } from '../../../src-main/engine/kafka/client/cluster-client.ts'
import {
  configKind,
  describeConfigsRequest,
} from '../../../src-main/engine/kafka/requests/describe-configs.ts'
import { describeConsumerGroupsRequest } from '../../../src-main/engine/kafka/requests/describe-consumer-groups.ts'
import { describeGroupsRequest } from '../../../src-main/engine/kafka/requests/describe-groups.ts'
import { describeLogDirsRequest } from '../../../src-main/engine/kafka/requests/describe-log-dirs.ts'
import { describeQuorumRequest } from '../../../src-main/engine/kafka/requests/describe-quorum.ts'
import { listGroupsRequest } from '../../../src-main/engine/kafka/requests/list-groups.ts'
import { listOffsetsRequest } from '../../../src-main/engine/kafka/requests/list-offsets.ts'
import { offsetColumnsRequest } from '../../../src-main/engine/kafka/requests/offset-columns.ts'
import { offsetFetchRequest } from '../../../src-main/engine/kafka/requests/offset-fetch.ts'
import type { KafkaRequest } from '../../../src-main/engine/kafka/requests/request.ts'
import { clientSettings } from '../support/settings.ts'
import { sharedCluster } from '../support/suite.ts'

const cluster = sharedCluster()
const topic = cluster.topicName('asked')
const group = cluster.topicName('group')
const modern = cluster.topicName('modern')
const client = new ClusterClient(clientSettings(cluster.address, 'plaintext'))
let broker: BrokerConnection

beforeAll(async () => {
  await cluster.tools.createTopics({ name: topic, partitions: 2, config: { 'retention.ms': '1000000' } })
  await cluster.tools.produce(topic, [{ partition: 1, value: 'x', timestamp: 1234 }])
  await cluster.tools.commit(group, topic, [0, 1])
  broker = await client.broker(1)
})
afterAll(() => {
  client.close()
})

/** The answer in every version that both sides speak, oldest first. */
async function inAllVersions<Input, Output>(
  request: KafkaRequest<Input, Output>,
  input: Input,
): Promise<Map<number, Output>> {
  const offered = broker.versions.get(request.key) ?? { min: 0, max: -1 }
  const answers = new Map<number, Output>()
  const newest = Math.min(request.maxVersion, offered.max)
  for (let version = Math.max(request.minVersion, offered.min); version <= newest; version++)
    answers.set(version, await broker.send({ ...request, maxVersion: version }, input))
  expect(answers.size).toBeGreaterThan(0)
  return answers
}

/** Brokers answer in any order. */
const byLengthOfId = (left: { id: string }, right: { id: string }): number => right.id.length - left.id.length

describe('requests, in every version that the broker speaks', () => {
  test('DescribeConfigs', async () => {
    const resources = [
      { kind: configKind.topic, name: topic, keys: ['retention.ms', 'cleanup.policy'] },
      { kind: configKind.broker, name: '1', keys: ['node.id', 'ssl.key.password'] },
      { kind: configKind.topic, name: `${topic}-not-there`, keys: null },
    ]
    const entry = { isReadOnly: false, isSensitive: false }
    for (const [, answer] of await inAllVersions(describeConfigsRequest, { resources })) {
      const [own, node, missing] = answer
      expect(own?.entries.toSorted((left, right) => (left.name < right.name ? -1 : 1))).toEqual([
        { ...entry, name: 'cleanup.policy', value: 'delete', source: 5 },
        { ...entry, name: 'retention.ms', value: '1000000', source: 1 },
      ])
      expect(node?.entries.find(({ name }) => name === 'node.id')).toEqual({
        ...{ ...entry, name: 'node.id', value: '1', source: 4, isReadOnly: true },
      })
      expect(missing).toMatchObject({ error: 3, entries: [] })
    }
  })

  test('DescribeLogDirs', async () => {
    for (const [version, directories] of await inAllVersions(describeLogDirsRequest, null)) {
      const logs = directories.flatMap(({ topics }) => topics).filter((one) => one.topic === topic)
      const sizes = new Map(logs.flatMap(({ partitions, bytes }) => partitions.map((p, i) => [p, bytes[i]])))
      expect([...sizes.keys()].sort()).toEqual([0, 1])
      expect([sizes.get(0), Number(sizes.get(1)) > 0]).toEqual([0, true])
      expect((directories[0]?.totalBytes ?? 0) > 0).toBe(version >= 4)
    }
  })

  test('ListGroups', async () => {
    for (const [version, { error, groups }] of await inAllVersions(listGroupsRequest, null)) {
      expect(error).toBe(0)
      expect(groups.find(({ id }) => id === group)).toEqual({
        ...{ id: group, protocol: '' },
        state: version >= 4 ? 'Empty' : null,
        kind: version >= 5 ? 'classic' : null,
      })
    }
  })

  test('DescribeGroups', async () => {
    const member = await cluster.tools.join({ group: `${group}-member`, topics: [topic] })
    for (const [, answer] of await inAllVersions(describeGroupsRequest, [`${group}-member`, group])) {
      expect(answer.toSorted(byLengthOfId)).toMatchObject([
        {
          ...{ id: `${group}-member`, error: 0, state: 'Stable', protocol: 'consumer' },
          members: [{ assignments: [{ topic, partitions: [0, 1] }] }],
        },
        { id: group, error: 0, state: 'Empty', members: [] },
      ])
    }
    await member.leave()
  })

  test('ConsumerGroupDescribe', async () => {
    const member = await cluster.tools.join({ group: modern, topics: [topic], protocol: 'consumer' })
    for (const [, answer] of await inAllVersions(describeConsumerGroupsRequest, [modern, `${modern}-not`])) {
      expect(answer.toSorted(byLengthOfId).toReversed()).toMatchObject([
        {
          ...{ id: modern, error: 0, state: 'Stable', assignor: 'uniform' },
          members: [{ assignments: [{ topic, partitions: [0, 1] }] }],
        },
        { id: `${modern}-not`, error: 69, members: [] },
      ])
    }
    await member.leave()
  })

  test('OffsetFetch', async () => {
    for (const [version, answer] of await inAllVersions(offsetFetchRequest, [group])) {
      expect(answer).toEqual([
        {
          ...{ group: version >= 8 ? group : '', error: 0 },
          offsets: expect.arrayContaining([
            { topic, partition: 0, offset: 0, error: 0 },
            { topic, partition: 1, offset: 1, error: 0 },
          ]),
        },
      ])
    }
  })

  test('ListOffsets, as columns and as objects alike', async () => {
    for (const time of [-1n, -2n, 1000n]) {
      const input = {
        isolation: 'read_committed' as const,
        time,
        topics: [{ name: topic, partitions: [0, 1, 7] }],
      }
      const partitions = [0, 1, 7].map((partition) => ({ partition, time }))
      const objects = { isolation: 'read_committed' as const, topics: [{ name: topic, partitions }] }
      const listed = await inAllVersions(listOffsetsRequest, objects)
      for (const [version, columns] of await inAllVersions(offsetColumnsRequest, input)) {
        const rows = columns.partition.map((partition, row) => ({
          ...{ topic, partition, error: columns.error[row] },
          offset: BigInt(columns.offset[row] ?? 0),
          timestamp: BigInt(columns.timestamp[row] ?? 0),
        }))
        expect(rows).toEqual(listed.get(version))
        expect(columns.topics).toEqual([{ name: topic, start: 0, end: 3 }])
      }
    }
  })

  test('DescribeQuorum', async () => {
    for (const [, controller] of await inAllVersions(describeQuorumRequest, null)) expect(controller).toBe(1)
  })
})
