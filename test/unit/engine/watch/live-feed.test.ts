import { describe, expect, it, vi } from 'vitest'
import type { ConnectionState } from '#contract/connections.ts'
import { EngineFeed } from '../../../../src-main/engine/watch/live-feed.ts'

describe('a connection in the live feed', () => {
  it.each<[string, readonly [ConnectionState, string][], [ConnectionState, string, number]]>([
    ['is idle until something asks for it', [], ['idle', '', 0]],
    [
      'connects, and stands since then',
      [
        ['connecting', ''],
        ['connected', ''],
      ],
      ['connected', '', 2000],
    ],
    [
      'waits since it failed first and says why, also while it is tried again',
      [
        ['connecting', ''],
        ['waiting', 'refused'],
        ['connecting', ''],
        ['waiting', 'no route'],
        ['connecting', ''],
      ],
      ['waiting', 'no route', 2000],
    ],
    [
      'waits no more once it stands',
      [
        ['waiting', 'refused'],
        ['connecting', ''],
        ['connected', ''],
      ],
      ['connected', '', 3000],
    ],
  ])('%s', (_name, told, expected) => {
    vi.useFakeTimers({ now: 0 })
    try {
      const stores = { storeMode: 'memory', limitBytes: null, budgetBytes: null } as const
      const settings = { sources: [], connections: ['prod'], ...stores } as const
      const feed = new EngineFeed(settings, 'epoch')
      for (const [state, reason] of told) {
        vi.advanceTimersByTime(1000)
        feed.connectionState('prod', state, reason)
      }
      feed.close()
      const [connection] = feed.snapshot.connections
      expect([connection?.state, connection?.reason, connection?.since]).toEqual(expected)
    } finally {
      vi.useRealTimers()
    }
  })
})
