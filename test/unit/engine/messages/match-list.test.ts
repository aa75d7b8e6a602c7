import { describe, expect, test } from 'vitest'
import type { MessageRow } from '../../../../src-main/contract/messages.ts'
import { MatchList } from '../../../../src-main/engine/messages/match-list.ts'
import { sizeOfRow } from '../../../../src-main/engine/messages/preview.ts'

const part = { text: 'x', bytes: 1, format: 'text', problem: '' }

function row(offset: number): MessageRow {
  return {
    partition: 0,
    offset: String(offset),
    timestamp: 1,
    key: part,
    value: part,
    headers: 0,
    sizeBytes: 9,
  }
}

/** Room for so many rows. */
function room(rows: number) {
  let left = rows * sizeOfRow(row(0))
  return {
    take: (bytes: number) => {
      if (bytes > left) return false
      left -= bytes
      return true
    },
    give: (bytes: number) => {
      left += bytes
    },
  }
}

function offsets(list: MatchList, start = 0, count = 100): number[] {
  return list.page(start, count).map(({ offset }) => Number(offset))
}

describe('matches', () => {
  test('of a forward search are listed as found, until there are enough', () => {
    const list = new MatchList({ isNewestFirst: false, limit: 2, room: room(10) })
    expect([1, 2, 3].map((offset) => list.addNewer(row(offset)))).toEqual([true, true, false])
    expect([offsets(list), list.isFull, list.room]).toEqual([[1, 2], true, 0])
  })

  test('from the newest are listed behind those that came since', () => {
    const list = new MatchList({ isNewestFirst: true, limit: 4, room: room(10) })
    for (const offset of [9, 8, 7]) list.addOlder(row(offset))
    for (const offset of [10, 11, 12]) list.addNewest(row(offset))
    expect([offsets(list), list.dropped]).toEqual([[12, 11, 10, 9], 2])
    expect(offsets(list, 1, 2)).toEqual([11, 10])
  })

  test('of a live search are the newest, however many have come', () => {
    const list = new MatchList({ isNewestFirst: false, limit: 3, room: room(10) })
    for (let offset = 0; offset < 20_000; offset++) list.addNewest(row(offset))
    expect([offsets(list), list.dropped, list.count]).toEqual([[19_997, 19_998, 19_999], 19_997, 3])
  })

  test('stay within the room that all searches share', () => {
    const shared = room(3)
    const list = new MatchList({ isNewestFirst: false, limit: 10, room: shared })
    expect([1, 2, 3, 4].map((offset) => list.addNewer(row(offset)))).toEqual([true, true, true, false])
    list.addNewest(row(5))
    expect([offsets(list), list.dropped]).toEqual([[2, 3, 5], 1])
    list.clear()
    expect([list.count, list.addNewer(row(6))]).toEqual([0, false])
    const other = new MatchList({ isNewestFirst: false, limit: 10, room: shared })
    expect([1, 2, 3].map((offset) => other.addNewer(row(offset)))).toEqual([true, true, true])
  })
})
