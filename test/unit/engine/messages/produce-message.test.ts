import { describe, expect, test } from 'vitest'
import type { ProducedMessage } from '../../../../src-main/contract/messages.ts'
import type { ClusterMetadata } from '../../../../src-main/engine/kafka/requests/metadata.ts'
import type { KafkaRequest } from '../../../../src-main/engine/kafka/requests/request.ts'
import { produceMessage, type ProduceClients } from '../../../../src-main/engine/messages/produce-message.ts'

const topic = 't'
const notLeader = 6
const tooLarge = 10

/** A topic of one partition; each time it is asked for, the next broker leads, and the last one stays. */
function led(leaders: readonly number[], errorOf: (broker: number) => number) {
  const asked: number[] = []
  let looks = 0
  const clients: ProduceClients = {
    settings: () => ({ writes: true }),
    client: () => ({
      metadata: () => {
        const leader = leaders[Math.min(looks++, leaders.length - 1)] ?? -1
        const partition = { error: 0, partition: 0, leader, leaderEpoch: 0, replicas: [], inSync: [] }
        const metadata: ClusterMetadata = {
          ...{ brokers: [], clusterId: null, controllerId: 1 },
          topics: [
            { error: 0, name: topic, id: null, internal: false, partitions: [{ ...partition, offline: [] }] },
          ],
        }
        return Promise.resolve(metadata)
      },
      broker: (nodeId) =>
        Promise.resolve({
          send: async <Input, Output>(_request: KafkaRequest<Input, Output>): Promise<Output> => {
            asked.push(nodeId)
            const answer = { baseOffset: 5n, appendedAt: -1n, recordErrors: [], message: null }
            return await Promise.resolve({ ...answer, error: errorOf(nodeId) } as Output)
          },
        }),
    }),
  }
  return { clients, asked }
}

/** Its end, without any pause. */
async function produced(clients: ProduceClients): Promise<unknown> {
  const message: ProducedMessage = {
    ...{ connection: 'c', topic, confirm: topic, key: null, value: { text: 'v' }, headers: [] },
    timestamp: 7,
  }
  return produceMessage(clients, message, () => Promise.resolve()).catch((error: unknown) => String(error))
}

describe('a produced message', () => {
  test('goes to the broker that leads by then', async () => {
    const { clients, asked } = led([-1, 1, 2], (broker) => (broker === 1 ? notLeader : 0))
    expect(await produced(clients)).toEqual({ partition: 0, offset: '5', timestamp: 7 })
    expect(asked).toEqual([1, 2])
  })

  test('is given up where leaders do not settle', async () => {
    const { clients, asked } = led([1], () => notLeader)
    expect(await produced(clients)).toContain('NOT_LEADER_OR_FOLLOWER')
    expect(asked.length).toBe(6)
  })

  test('that is refused is not tried again', async () => {
    const { clients, asked } = led([1], () => tooLarge)
    expect(await produced(clients)).toContain('MESSAGE_TOO_LARGE')
    expect(asked.length).toBe(1)
  })
})
