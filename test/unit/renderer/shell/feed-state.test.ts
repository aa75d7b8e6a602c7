import { describe, expect, it } from 'vitest'
import { engineState, type LiveSource } from '#contract/live.ts'
import { feedState } from '../../../../src-renderer/shell/feed-state.ts'
import { FakeEngine } from '../fake-engine.ts'

const snapshot = new FakeEngine({ scenario: 'busy' }).snapshot()
const open = { kind: 'open', sinceMs: 0 } as const
const cut = { kind: 'cut', sinceMs: 0, retryAtMs: null, attempts: 1 } as const

describe('what the shell says of the feed', () => {
  it('a page without access comes before all else, then a cut, then silence, then the engine', () => {
    const word = (facts: Partial<Parameters<typeof feedState>[0]>): string =>
      feedState({ snapshot, staleSince: null, connection: open, ...facts }).word
    expect([
      word({ connection: { kind: 'refused', sinceMs: 0 }, staleSince: 1 }),
      word({ connection: cut, staleSince: 1, snapshot: null }),
      word({ snapshot: null }),
      word({ staleSince: 1 }),
      word({}),
    ]).toEqual(['no access', 'cut', 'connecting', 'silent', 'live'])
  })

  it('figures count as live only when they are', () => {
    const isLive = (staleSince: number | null): boolean =>
      feedState({ snapshot, staleSince, connection: open }).isLive
    expect([isLive(null), isLive(5)]).toEqual([true, false])
    expect(feedState({ snapshot, staleSince: null, connection: cut }).isLive).toBe(false)
  })

  it('nothing is live where no source goes on, whatever the engine says of itself', () => {
    const feed = (...states: LiveSource['state'][]): ReturnType<typeof feedState> => {
      const sources = states.flatMap((state, n) =>
        snapshot.sources
          .slice(0, 1)
          .map((source) => ({ ...source, name: `s${String(n)}`, state, reason: 'why' })),
      )
      return feedState({
        snapshot: { ...snapshot, state: 'running', reason: '', sources },
        staleSince: null,
        connection: open,
      })
    }
    expect(feed('waiting')).toEqual({ tone: 'warn', word: 'waiting', reason: 's0: why', isLive: true })
    expect(feed('waiting', 'failed', 'ended')).toMatchObject({ word: 'waiting', reason: 's0: why\ns1: why' })
    expect(feed('failed', 'ended')).toMatchObject({ tone: 'error', word: 'failed' })
    for (const states of [['waiting', 'running'], ['ended'], []] as const) {
      expect(feed(...states)).toMatchObject({ tone: 'ok', word: 'live' })
    }
  })

  it.each(engineState.options)('has a word for the engine that is %s', (state) => {
    const feed = feedState({
      snapshot: { ...snapshot, state, reason: 'why' },
      staleSince: null,
      connection: open,
    })
    expect(feed.word).not.toBe('')
    expect(feed.reason).toBe('why')
  })
})
