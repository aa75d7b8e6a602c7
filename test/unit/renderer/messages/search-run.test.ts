import { describe, expect, it } from 'vitest'
import { AppError } from '#contract/errors.ts'
import type { MessageSearch, SearchStatus } from '#contract/messages.ts'
import { SearchRun } from '../../../../src-renderer/features/messages/search-run.svelte.ts'
import {
  emptyWords,
  scannedWords,
  searchWords,
} from '../../../../src-renderer/features/messages/search-words.ts'
import { createFakeClient, type FakeCalls } from '../fake-client.ts'
import { FakeClock, settle } from '../fake-clock.ts'

const request: MessageSearch = {
  ...{
    connection: 'prod',
    topic: 'orders',
    start: { at: 'newest' as const },
    live: false,
    filter: {},
    limit: 500,
  },
  ...{ keyFormat: 'auto' as const, valueFormat: 'auto' as const, isolation: 'read_committed' as const },
}
const at = Date.parse('2026-11-25T14:02:00.000Z')
function statusOf(change: Partial<SearchStatus> = {}): SearchStatus {
  return {
    ...{ id: 's1', version: 1, state: 'running', matches: 3, dropped: 0, scanned: 184_223, scannedBytes: 1 },
    ...{
      total: 1_200_000,
      recordsPerSecond: 400_000,
      elapsedMs: 460,
      firstTimestamp: at,
      lastTimestamp: at + 300_000,
    },
    partitions: [0, 1, 2].map((partition) => ({
      ...{
        partition,
        earliest: '0',
        latest: '400000',
        from: partition === 2 ? '400000' : '300000',
        to: '400000',
      },
      ...{ goalFrom: '0', goalTo: '400000', records: 1, state: 'reading' as const, reason: '' },
    })),
    notLookedAt: [],
    error: null,
    ...change,
  }
}

function start(calls: FakeCalls['messages'], live = false) {
  const told: string[] = []
  const clock = new FakeClock()
  const listeners = new Set<() => void>()
  const client = createFakeClient({
    messages: {
      start: async () => ({ id: 's1' }),
      stop: async () => {
        told.push('stop')
        return statusOf({ version: 9, state: 'stopped' })
      },
      pause: async () => {
        told.push('pause')
        return statusOf({ version: 5, state: 'paused' })
      },
      resume: async () => {
        told.push('resume')
        return statusOf({ version: 6 })
      },
      close: async () => {
        told.push('close')
        return { closed: true }
      },
      ...calls,
    },
  })
  const connection = { isOpen: true, onOpen: (listener: () => void) => { listeners.add(listener); return () => listeners.delete(listener) } } // prettier-ignore
  const run = new SearchRun({ ...request, live }, { client, connection, clock })
  void run.run()
  return { run, told, clock }
}

describe('a search', () => {
  it('is followed to its end', async () => {
    const answers = [statusOf(), statusOf({ version: 2, state: 'done', matches: 500 })]
    const { run } = start({
      watch: async () => answers.shift() ?? Promise.reject(new Error('asked too often')),
    })
    await settle()
    expect([run.state, run.status?.matches, run.isActive]).toEqual(['done', 500, false])
  })

  it('stops at once although an answer is under way, and once', async () => {
    const { run, told } = start({ watch: ({ after }) => (after === null ? Promise.resolve(statusOf()) : new Promise(() => undefined)) }) // prettier-ignore
    await settle()
    const stopping = run.stop()
    expect(run.isStopping).toBe(true)
    await run.stop()
    await stopping
    expect([run.state, told]).toEqual(['stopped', ['stop']])
  })

  it('goes on over a lost connection', async () => {
    let calls = 0
    const { run, clock } = start({
      watch: async () => {
        calls += 1
        if (calls === 1) throw new AppError('CONNECTION_LOST', 'cut')
        return statusOf({ state: 'done' })
      },
    })
    await settle()
    expect([calls, run.state]).toEqual([1, 'starting'])
    await clock.advance(1000)
    expect([calls, run.state]).toEqual([2, 'done'])
  })

  it('that was closed before it was confirmed is closed at the engine', async () => {
    let confirm = (): void => undefined
    const { run, told } = start({ start: () => new Promise((resolve) => { confirm = () => { resolve({ id: 's1' }) } }) }) // prettier-ignore
    await run.close()
    confirm()
    await settle()
    expect(told).toEqual(['close'])
  })

  it('that is refused says why', async () => {
    const { run } = start({
      start: () => Promise.reject(new AppError('SEARCH_INVALID', 'near "FROM": syntax error')),
    })
    await settle()
    expect([run.state, run.fault?.message]).toEqual(['lost', 'near "FROM": syntax error'])
  })
})

describe('a live tail', () => {
  const endless: FakeCalls['messages'] = {
    watch: ({ after }) => (after === null ? Promise.resolve(statusOf()) : new Promise(() => undefined)),
  }

  it('stands still while it is out of sight, goes on when it is seen again, and says when that was', async () => {
    const { run, told, clock } = start(endless, true)
    await settle()
    run.see(false)
    await settle()
    expect([run.state, told]).toEqual(['paused', ['pause']])
    await clock.advance(60_000)
    run.see(true)
    await settle()
    expect([run.state, told]).toEqual(['running', ['pause', 'resume']])
    expect(run.unseen).toEqual({ fromMs: 0, toMs: 60_000 })
    expect(searchWords(run, { now: 60_000, zone: 'utc' }).unseen).toBe(
      'stood still 00:00:00 to 00:01:00 while out of sight, then went on where it was',
    )
  })

  it('that was left before the engine had confirmed it stands still as well', async () => {
    const { run, told } = start(endless, true)
    run.see(false)
    await settle()
    expect([run.state, told]).toEqual(['paused', ['pause']])
  })

  it('that comes into sight while it is being paused goes on', async () => {
    const { run, told } = start(endless, true)
    await settle()
    run.see(false)
    run.see(true)
    await settle()
    expect([run.state, told]).toEqual(['running', ['pause', 'resume']])
  })

  it('that a person has paused stays so', async () => {
    const { run, told } = start(endless, true)
    await settle()
    await run.pause()
    run.see(false)
    run.see(true)
    await settle()
    expect([run.state, told, run.unseen]).toEqual(['paused', ['pause'], null])
  })

  it('is told again where that was not heard', async () => {
    let tries = 0
    const { run, clock } = start(
      {
        watch: ({ after }) => {
          if (after === null) return Promise.resolve(statusOf())
          return tries === 1 ? Promise.reject(new AppError('CONNECTION_LOST', 'cut')) : new Promise(() => undefined) // prettier-ignore
        },
        pause: async () => {
          tries += 1
          if (tries === 1) throw new AppError('CONNECTION_LOST', 'cut')
          return statusOf({ version: 5, state: 'paused' })
        },
      },
      true,
    )
    run.see(false)
    await settle()
    await clock.advance(1000)
    expect([run.state, tries]).toEqual(['paused', 2])
  })
})

it('a search that does not follow goes on out of sight', async () => {
  const { run, told } = start({
    watch: ({ after }) => (after === null ? Promise.resolve(statusOf()) : new Promise(() => undefined)),
  })
  await settle()
  run.see(false)
  await settle()
  expect([run.state, told]).toEqual(['running', []])
})

describe('the words', () => {
  const clock = { now: at + 600_000, zone: 'utc' as const }
  it('say exactly what was looked at', () => {
    expect(scannedWords(statusOf(), clock)).toBe(
      'scanned 184,223 of 1.2M records, 14:02:00 to 14:07:00, 2 of 3 partitions',
    )
    expect(
      scannedWords(statusOf({ scanned: 1, total: 1, firstTimestamp: null, partitions: [] }), clock),
    ).toBe('scanned 1 record, 0 partitions')
  })
  it('tell a topic without a message from one where nothing matches', () => {
    const request = { live: false }
    const [first] = statusOf().partitions
    const empty = first === undefined ? [] : [{ ...first, latest: first.earliest }]
    expect([
      emptyWords({ state: 'done', status: statusOf({ partitions: empty }), request }),
      emptyWords({ state: 'done', status: statusOf(), request }),
      emptyWords({ state: 'running', status: statusOf(), request }),
    ]).toEqual([
      'This topic has no message. Follow it with Live tail to see the first one.',
      'No message matches. What was looked at stands above.',
      'Nothing found yet.',
    ])
  })
  it('say nothing of what was looked at where it failed before it knew what there is', () => {
    const status = statusOf({ state: 'failed', partitions: [], scanned: 0, matches: 0 })
    const facts = { state: 'failed' as const, status, isStopping: false, isCut: false }
    expect(searchWords({ ...facts, request: { live: false } }, clock)).toMatchObject({
      head: 'Failed',
      scanned: '',
      found: '',
    })
  })
  it('say how far it is, what is left, and what was not looked at', () => {
    const status = statusOf({
      notLookedAt: ['partition 1: 4 offsets not looked at', 'the SQL filter failed on 1 message: no'],
      dropped: 4,
    })
    const facts = {
      state: 'running' as const,
      status,
      isStopping: false,
      isCut: false,
      request: { live: false },
    }
    expect(searchWords(facts, clock)).toMatchObject({
      head: 'Searching',
      pace: '400k/s · 3 s left at most',
      found: 'newest 3 of 7 found',
      missed: 'partition 1: 4 offsets not looked at; the SQL filter failed on 1 message: no',
      isMissedForFault: true,
      share: 200_000 / 1_200_000,
    })
    expect(searchWords({ ...facts, request: { live: true } }, clock)).toMatchObject({
      head: 'Following',
      share: null,
    })
  })
})
