import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { StoredDeadLetters } from '../../../../../src-main/engine/watch/history/dead-letters.ts'
import { StoredEvents } from '../../../../../src-main/engine/watch/history/events.ts'
import { StoreFixture } from '../../query/support/store-fixture.ts'
import { addDeadLetter, addEvent } from './system-rows.ts'

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

const store = new StoreFixture()
let letters: StoredDeadLetters
let events: StoredEvents
beforeAll(async () => {
  const pool = await store.openPool()
  letters = new StoredDeadLetters(pool)
  events = new StoredEvents(pool)
})
afterAll(() => store.remove())

describe('dead letters', () => {
  beforeAll(() => {
    const type = { kind: 'type', column_name: 'delay' }
    addDeadLetter(store.writer, { id: 1, at: 1000, reason: 'delay: "x" is no integer', ...type })
    addDeadLetter(store.writer, { id: 2, at: 2000, reason: 'delay: "Y" is no integer', ...type })
    addDeadLetter(store.writer, {
      ...{
        id: 3,
        at: 3000,
        partition: 2,
        offset: 9007199254740993n,
        timestamp: 2500,
        size_bytes: 5,
        key: 'SEA',
      },
      ...{ value: new Uint8Array([0, 255, 10]), headers: '{"a":1}', reason: 'unexpected end' },
    })
    addDeadLetter(store.writer, {
      ...{
        id: 4,
        at: 4000,
        source: 'orders',
        topic: 'orders',
        table_name: 'totals',
        step: 'sum',
        kind: 'step',
      },
      ...{
        reason: 'integer overflow',
        sql: 'SELECT sum(a) FROM input',
        value: Buffer.from('{}'),
        size_bytes: 2,
      },
    })
  })

  const ids = async (
    filter: Parameters<StoredDeadLetters['list']>[0],
    options = { limit: 10 },
  ): Promise<number[]> => (await letters.list(filter, options)).map(({ id }) => id)

  it('are listed newest first and paged back by id', async () => {
    expect(await ids({}, { limit: 3 })).toEqual([4, 3, 2])
    expect(await ids({}, { limit: 3, before: 2 } as { limit: number })).toEqual([1])
  })

  it('are filtered by each of their coordinates', async () => {
    expect(await ids({ source: 'orders' })).toEqual([4])
    expect(await ids({ table: '' })).toEqual([3, 2, 1])
    expect(await ids({ step: 'sum', table: 'totals' })).toEqual([4])
    expect(await ids({ column: 'delay' })).toEqual([2, 1])
    expect(await ids({ source: 'orders', column: 'delay' })).toEqual([])
  })

  it('are found by words of the reason, and by the reason of a group', async () => {
    expect(await ids({ reason: 'OVERFLOW' })).toEqual([4])
    expect(await ids({ reason: '"y"' })).toEqual([2])
    expect(await ids({ reason: 'delay: "Y" is no integer' })).toEqual([2, 1])
    expect(await ids({ reason: '%' })).toEqual([])
  })

  it('are grouped by where and how they failed, largest first', async () => {
    expect(await letters.groups()).toEqual([
      {
        ...{ source: 'flights', table: '', step: 'decode', column: 'delay', count: 2 },
        ...{ reason: 'delay: "Y" is no integer', firstAt: 1000, lastAt: 2000 },
      },
      {
        ...{ source: 'orders', table: 'totals', step: 'sum', column: '', count: 1 },
        ...{ reason: 'integer overflow', firstAt: 4000, lastAt: 4000 },
      },
      {
        ...{ source: 'flights', table: '', step: 'decode', column: '', count: 1 },
        ...{ reason: 'unexpected end', firstAt: 3000, lastAt: 3000 },
      },
    ])
  })

  it('open with their bytes, exact offset and what is known of them', async () => {
    expect(await letters.get(3)).toEqual({
      ...{ id: 3, at: 3000, source: 'flights', topic: 'flights', partition: 2, offset: '9007199254740993' },
      ...{ timestamp: 2500, step: 'decode', table: '', column: '', reason: 'unexpected end', sizeBytes: 5 },
      ...{ sql: '', value: 'AP8K', truncated: true, key: 'SEA', headers: '{"a":1}' },
    })
    expect(await letters.get(4)).toMatchObject({
      truncated: false,
      sql: 'SELECT sum(a) FROM input',
      key: null,
    })
    expect(await letters.get(1)).toMatchObject({ value: '', truncated: false, timestamp: null })
  })

  it('that made room are not found', async () => {
    await expect(letters.get(99)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('events', () => {
  it('are listed newest first and paged back by id', async () => {
    addEvent(store.writer, { id: 1, at: 1000 })
    addEvent(store.writer, {
      id: 2,
      at: 2000,
      level: 'error',
      kind: 'store-full',
      subject: 'store',
      message: 'full',
    })
    addEvent(store.writer, { id: 3, at: 3000, level: 'warn' })
    expect(await events.list({ limit: 1, before: 3 })).toEqual([
      { id: 2, at: 2000, level: 'error', kind: 'store-full', subject: 'store', message: 'full' },
    ])
    expect((await events.list({ limit: 10 })).map(({ id }) => id)).toEqual([3, 2, 1])
  })
})
