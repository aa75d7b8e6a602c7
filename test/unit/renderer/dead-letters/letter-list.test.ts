import { describe, expect, it } from 'vitest'
import type { DeadLetterSummary } from '#contract/dead-letters.ts'
import { AppError } from '#contract/errors.ts'
import { LetterList, pageLetters } from '../../../../src-renderer/features/dead-letters/letter-list.svelte.ts'
import { OpenLetter } from '../../../../src-renderer/features/dead-letters/open-letter.svelte.ts'
import { createFakeClient } from '../fake-client.ts'
import { settle } from '../fake-clock.ts'

function letter(id: number): DeadLetterSummary {
  return {
    id,
    at: id,
    source: 'flights',
    topic: 'flights',
    partition: 0,
    offset: String(id),
    timestamp: null,
    step: 'decode',
    table: '',
    column: 'delay',
    reason: 'delay: "three" is no integer',
    sizeBytes: 96,
  }
}

/** Letters 1 to `newest`, as the engine pages them. */
function setUp(newest: number) {
  const engine = { newest, asked: [] as unknown[], fault: null as AppError | null }
  const client = createFakeClient({
    deadLetters: {
      list: async (request) => {
        engine.asked.push(request)
        if (engine.fault !== null) throw engine.fault
        const from = Math.min(engine.newest, (request.before ?? Infinity) - 1)
        const length = Math.max(0, Math.min(request.limit, from))
        return { letters: Array.from({ length }, (_, index) => letter(from - index)) }
      },
    },
  })
  return { engine, list: new LetterList(client) }
}
const ids = (list: LetterList): number[] => (list.letters ?? []).map(({ id }) => id)

describe('the list of dead letters', () => {
  it('is read in pages, newest first, to its end', async () => {
    const { engine, list } = setUp(250)
    await list.show(null)
    expect([ids(list)[0], list.letters?.length, list.hasMore]).toEqual([250, 100, true])
    await list.readMore()
    await list.readMore()
    await list.readMore()
    expect([ids(list).at(-1), list.letters?.length, list.hasMore]).toEqual([1, 250, false])
    expect(engine.asked).toEqual([{ limit: 100 }, { limit: 100, before: 151 }, { limit: 100, before: 51 }])
  })

  it('does not move while newer ones come; they are counted and taken in when asked for', async () => {
    const { engine, list } = setUp(3)
    await list.show(null)
    engine.newest = 5
    await list.look()
    expect([ids(list), list.newCount, list.isNewCut]).toEqual([[3, 2, 1], 2, false])
    list.takeNew()
    expect([ids(list), list.newCount]).toEqual([[5, 4, 3, 2, 1], 0])
  })

  it('begins anew where more came than were counted', async () => {
    const { engine, list } = setUp(3)
    await list.show(null)
    engine.newest = 500
    await list.look()
    expect([list.newCount, list.isNewCut]).toEqual([pageLetters, true])
    list.takeNew()
    expect([ids(list)[0], ids(list).at(-1), list.hasMore]).toEqual([500, 401, true])
  })

  it('takes the first ones in by itself where it was empty', async () => {
    const { engine, list } = setUp(0)
    await list.show(null)
    expect(list.letters).toEqual([])
    engine.newest = 2
    await list.look()
    expect([ids(list), list.newCount]).toEqual([[2, 1], 0])
  })

  it('asks for the chosen group alone', async () => {
    const { engine, list } = setUp(1)
    const choice = { source: 'flights', table: '', step: 'decode', column: 'delay', reason: 'why' }
    await list.show(choice)
    expect(engine.asked).toEqual([{ ...choice, limit: 100 }])
  })

  it('says why it could not be read, keeps what is shown, and recovers', async () => {
    const { engine, list } = setUp(3)
    await list.show(null)
    engine.fault = new AppError('CONNECTION_LOST', 'cut')
    await list.look()
    expect([list.error?.code, list.letters?.length]).toEqual(['CONNECTION_LOST', 3])
    engine.fault = null
    await list.look()
    expect(list.error).toBeNull()
  })

  it('drops the answer to a choice that was changed meanwhile', async () => {
    const { engine, list } = setUp(3)
    const first = list.show(null)
    engine.newest = 1
    await list.show(null)
    await first
    expect(ids(list)).toEqual([1])
  })
})

describe('the open letter', () => {
  it('is the one opened last, whichever answer comes first', async () => {
    const waiting = new Map<number, () => void>()
    const client = createFakeClient({
      deadLetters: {
        get: ({ id }) =>
          new Promise((resolve) => {
            waiting.set(id, () => {
              resolve({ ...letter(id), sql: '', value: '', truncated: false, key: null, headers: null })
            })
          }),
      },
    })
    const open = new OpenLetter(client)
    void open.open(1)
    void open.open(2)
    waiting.get(2)?.()
    waiting.get(1)?.()
    await settle()
    expect([open.id, open.letter?.id]).toEqual([2, 2])
    await open.open(null)
    expect([open.id, open.letter]).toEqual([null, null])
  })

  it('says where a letter is gone, and can be tried again', async () => {
    let tries = 0
    const client = createFakeClient({
      deadLetters: {
        get: async ({ id }) => {
          tries += 1
          if (tries === 1) throw new AppError('NOT_FOUND', 'gone')
          return { ...letter(id), sql: '', value: '', truncated: false, key: null, headers: null }
        },
      },
    })
    const open = new OpenLetter(client)
    await open.open(7)
    expect([open.error?.code, open.letter]).toEqual(['NOT_FOUND', null])
    await open.open(7)
    expect([open.error, open.letter?.id]).toEqual([null, 7])
  })
})
