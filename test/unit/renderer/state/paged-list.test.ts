import { describe, expect, it } from 'vitest'
import { AppError } from '#contract/errors.ts'
import {
  type ListPage,
  PagedList,
  type PageWindow,
} from '../../../../src-renderer/state/paged-list.svelte.ts'
import { FakeClock } from '../fake-clock.ts'

interface Row {
  name: string
  figure: number
}

interface Asked extends PageWindow {
  request: string
}

/** A list of 1,000 rows named by number, over a clock that stands still. */
function setUp(answer?: (request: string, window: PageWindow) => ListPage<Row, string>): {
  list: PagedList<string, Row, string>
  clock: FakeClock
  asked: Asked[]
} {
  const clock = new FakeClock()
  const asked: Asked[] = []
  const list = new PagedList<string, Row, string>({
    nameOf: ({ name }) => name,
    clock,
    load: (request, window) => {
      asked.push({ request, ...window })
      return Promise.resolve().then(() => (answer ?? thousand)(request, window))
    },
  })
  return { list, clock, asked }
}

function thousand(_request: string, { start, count }: PageWindow): ListPage<Row, string> {
  const rows = Array.from({ length: Math.min(count, 1000 - start) }, (_, offset) => ({
    name: `row ${String(start + offset)}`,
    figure: 0,
  }))
  return { total: 1000, rows, about: 'now' }
}

describe('a long list', () => {
  it('knows nothing before the first answer, and then the rows at its beginning', async () => {
    const { list, clock } = setUp()
    list.open('prod', 'by name')
    expect(list.total).toBeNull()
    list.start()
    await clock.advance(0)
    expect([list.total, list.about, list.row(0)?.name, list.row(500)]).toEqual([1000, 'now', 'row 0', null])
  })

  it('asks at once for rows that come into sight, and for those around them', async () => {
    const { list, clock, asked } = setUp()
    list.open('prod', 'by name')
    list.start()
    await clock.advance(0)
    list.show(500, 30)
    await clock.advance(0)
    expect(asked.at(-1)).toEqual({ request: 'by name', start: 460, count: 110 })
    expect(list.row(515)?.name).toBe('row 515')
  })

  it('asks no sooner for rows that are known', async () => {
    const { list, clock, asked } = setUp()
    list.open('prod', 'by name')
    list.start()
    await clock.advance(0)
    list.show(8, 30)
    await clock.advance(0)
    expect(asked).toHaveLength(1)
    await clock.advance(1000)
    expect(asked.at(-1)).toEqual({ request: 'by name', start: 0, count: 78 })
  })

  it('never asks for more rows than the contract allows', async () => {
    const { list, clock, asked } = setUp()
    list.open('prod', 'by name')
    list.start()
    list.show(100, 5000)
    await clock.advance(1000)
    expect(asked.at(-1)?.count).toBe(500)
  })

  it('keeps rows of the same subject until another request is answered, and forgets those of another subject', async () => {
    const { list, clock, asked } = setUp()
    list.open('prod', 'by name')
    list.start()
    await clock.advance(0)
    list.open('prod', 'by rate')
    expect(list.row(0)?.name).toBe('row 0')
    list.open('staging', 'by rate')
    expect([list.total, list.row(0)]).toEqual([null, null])
    await clock.advance(0)
    expect(asked.map(({ request }) => request)).toEqual(['by name', 'by rate', 'by rate'])
    expect(list.total).toBe(1000)
  })

  it('shows no row of an earlier request beside those of the new one', async () => {
    const { list, clock } = setUp((request, { start }) => ({
      total: 1000,
      rows: [{ name: `${request} ${String(start)}`, figure: 0 }],
      about: '',
    }))
    list.open('prod', 'by name')
    list.start()
    await clock.advance(0)
    list.show(200, 1)
    await clock.advance(0)
    list.open('prod', 'by rate')
    await clock.advance(0)
    expect([list.row(0)?.name, list.row(160)]).toEqual(['by rate 0', null])
  })

  it('keeps the places of rows while it is held, and renews their figures', async () => {
    let turn = 0
    const { list, clock } = setUp(() => {
      turn += 1
      const names = turn === 1 ? ['a', 'b', 'c'] : ['c', 'b', 'a']
      return { total: 3, rows: names.map((name) => ({ name, figure: turn })), about: '' }
    })
    list.open('prod', 'by rate')
    list.start()
    await clock.advance(0)
    list.hold(true)
    await clock.advance(1000)
    expect([0, 1, 2].map((index) => list.row(index))).toEqual([
      { name: 'a', figure: 2 },
      { name: 'b', figure: 2 },
      { name: 'c', figure: 2 },
    ])
    list.hold(false)
    await clock.advance(1000)
    expect(list.row(0)).toEqual({ name: 'c', figure: 3 })
  })

  it('keeps what it knows when a call fails, and says why', async () => {
    let fails = false
    const { list, clock } = setUp((request, window) => {
      if (fails) throw new AppError('CONNECTION_FAILED', 'The broker does not answer.')
      return thousand(request, window)
    })
    list.open('prod', 'by name')
    list.start()
    await clock.advance(0)
    fails = true
    await clock.advance(1000)
    expect([list.error?.message, list.row(0)?.name]).toEqual(['The broker does not answer.', 'row 0'])
  })
})
