import { describe, expect, test } from 'vitest'
import { GroupBook } from '../../../../src-main/engine/cluster/group-book.ts'
import type { ListedGroup } from '../../../../src-main/engine/kafka/requests/list-groups.ts'
import { type Answers, fakeBrokers } from './fake-brokers.ts'

const never = new AbortController().signal
const oneBroker = [{ nodeId: 1 }]
const notCoordinator = 16
const refused = 30

function listed(id: string, kind: string | null, state: string | null = 'Stable'): ListedGroup {
  return { id, protocol: 'consumer', state, kind }
}

const member = { id: 'm-1', clientId: 'app', host: '/h', assignments: [{ topic: 't', partitions: [0] }] }

/** A broker that coordinates these groups, each with one member and one commit. */
function coordinating(groups: readonly ListedGroup[]): Answers {
  const described = (ids: readonly string[]) =>
    ids.map((id) => ({
      ...{ id, error: 0, words: null, state: 'Stable', protocol: 'consumer', assignor: 'range' },
      members: [member],
    }))
  return {
    ListGroups: () => ({ error: 0, groups }),
    DescribeGroups: described,
    ConsumerGroupDescribe: described,
    OffsetFetch: (ids: readonly string[]) =>
      ids.map((group) => ({
        ...{ group, error: 0 },
        offsets: [{ topic: 't', partition: 0, offset: 7, error: 0 }],
      })),
  }
}

describe('a book of groups', () => {
  test('asks for each kind what tells of it, and says what cannot be seen', async () => {
    const groups = [listed('old', 'classic'), listed('new', 'consumer'), listed('shared', 'share')]
    const { reach, sent } = fakeBrokers(coordinating(groups))
    const book = new GroupBook(reach)
    await book.measure(oneBroker, never)
    expect(sent.map(({ name, input }) => [name, input])).toEqual([
      ['ListGroups', null],
      ['DescribeGroups', ['old']],
      ['ConsumerGroupDescribe', ['new']],
      ['OffsetFetch', ['old', 'new']],
    ])
    expect([...book.groups.values()].map(({ id, kind, members }) => [id, kind, members.length])).toEqual([
      ['old', 'classic', 1],
      ['new', 'consumer', 1],
      ['shared', 'share', 0],
    ])
    expect(book.groups.get('new')?.lags.partitions.get('t\n0')?.committed).toBe(7)
    expect(book.notSeen).toEqual([
      'members and progress of share groups: they acknowledge single records and commit no offsets',
    ])
  })

  test('asks a broker that takes one group at a time for one after the other', async () => {
    const groups = [listed('a', null, null), listed('b', null, null)]
    const { reach, sent } = fakeBrokers(
      {
        ...coordinating(groups),
        OffsetFetch: ([id]: readonly string[]) => [
          {
            ...{ group: '', error: 0 },
            offsets: [{ topic: id, partition: 0, offset: 3, error: 0 }],
          },
        ],
      },
      { OffsetFetch: 7 },
    )
    const book = new GroupBook(reach)
    await book.measure(oneBroker, never)
    expect(sent.filter(({ name }) => name === 'OffsetFetch').map(({ input }) => input)).toEqual([
      ['a'],
      ['b'],
    ])
    expect([...book.groups.values()].map(({ id, kind, lags }) => [id, kind, lags.topics])).toEqual([
      ['a', 'classic', ['a']],
      ['b', 'classic', ['b']],
    ])
  })

  test('keeps what is not refused of a group, and forgets members that it may not see', async () => {
    const answers = coordinating([listed('g', 'classic')])
    let isRefused = false
    const { reach } = fakeBrokers({
      ...answers,
      DescribeGroups: (ids: never, broker) =>
        isRefused
          ? [{ id: 'g', error: refused, words: null, state: '', protocol: '', assignor: '', members: [] }]
          : answers['DescribeGroups']?.(ids, broker),
      OffsetFetch: () => [
        {
          ...{ group: 'g', error: 0 },
          offsets: [
            { topic: 't', partition: 0, offset: 7, error: 0 },
            { topic: 't', partition: 1, offset: -1, error: notCoordinator },
          ],
        },
      ],
    })
    const book = new GroupBook(reach)
    await book.measure(oneBroker, never)
    isRefused = true
    await book.measure(oneBroker, never)
    const group = book.groups.get('g')
    expect([group?.members, group?.state, [...(group?.lags.partitions.keys() ?? [])]]).toEqual([
      [],
      'Stable',
      ['t\n0'],
    ])
    expect(group?.notSeen).toEqual([
      'members: the broker answers GROUP_AUTHORIZATION_FAILED',
      'commits on 1 partition: the broker answers NOT_COORDINATOR',
    ])
  })

  test('keeps the groups of a broker that does not answer, and throws where none does', async () => {
    const down = new Set<number>()
    const { reach } = fakeBrokers({
      ...coordinating([]),
      ListGroups: (_input, broker) => {
        if (down.has(broker)) throw new Error(`broker ${broker} is down`)
        return { error: 0, groups: [listed(`of-${broker}`, 'classic')] }
      },
    })
    const book = new GroupBook(reach)
    const brokers = [{ nodeId: 1 }, { nodeId: 2 }]
    await book.measure(brokers, never)
    down.add(2)
    await book.measure(brokers, never)
    expect([...book.groups.keys()]).toEqual(['of-1', 'of-2'])
    expect(book.notSeen).toEqual(['groups of broker 2: broker 2 is down'])
    down.add(1)
    await expect(book.measure(brokers, never)).rejects.toThrow('is down')
  })

  test('forgets a group that is gone, and one that another broker coordinates moves with its lag', async () => {
    const of = new Map([
      [1, [listed('gone', 'classic'), listed('moved', 'classic')]],
      [2, []],
    ])
    const { reach } = fakeBrokers({
      ...coordinating([]),
      ListGroups: (_input, broker) => ({ error: 0, groups: of.get(broker) ?? [] }),
    })
    const book = new GroupBook(reach)
    const brokers = [{ nodeId: 1 }, { nodeId: 2 }]
    await book.measure(brokers, never)
    const { lags } = book.groups.get('moved') ?? {}
    of.set(1, []).set(2, [listed('moved', 'classic')])
    await book.measure(brokers, never)
    expect([...book.groups.keys()]).toEqual(['moved'])
    expect(book.groups.get('moved')?.coordinator).toBe(2)
    expect(book.groups.get('moved')?.lags).toBe(lags)
  })

  test('describes very many groups in requests of a hundred', async () => {
    const groups = Array.from({ length: 250 }, (_, index) => listed(`g${index}`, 'classic'))
    const { reach, sent } = fakeBrokers(coordinating(groups))
    const book = new GroupBook(reach)
    await book.measure(oneBroker, never)
    const sizes = sent
      .filter(({ name }) => name === 'DescribeGroups')
      .map(({ input }) => (input as string[]).length)
    expect([sizes, book.groups.size]).toEqual([[100, 100, 50], 250])
  })
})
