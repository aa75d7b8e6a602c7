import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ConfigEntry } from '#contract/topics.ts'
import { configMeaning, configRows, configSource } from '../../../../src-renderer/ui/config-rows.ts'
import { connectionColor, connectionLook } from '../../../../src-renderer/ui/connection-look.ts'
import { formatChange } from '../../../../src-renderer/ui/format.ts'
import { isOld, isOldDetail } from '../../../../src-renderer/ui/measured.ts'
import { rowWindow } from '../../../../src-renderer/ui/row-window.ts'
import { nextOrder } from '../../../../src-renderer/ui/sort-order.ts'

const entry = (name: string, value: string | null, source = 'default'): ConfigEntry => ({
  name,
  value,
  isDefault: source === 'default',
  source,
  isReadOnly: false,
})

describe('the rows that are drawn', () => {
  it('hold all that is in sight, and never more than there are', () => {
    fc.assert(
      fc.property(
        fc.record({
          scrollTop: fc.nat({ max: 600_000 }),
          height: fc.nat({ max: 3000 }),
          total: fc.nat({ max: 20_000 }),
        }),
        ({ scrollTop, height, total }) => {
          const { first, count } = rowWindow({ scrollTop, height, total, rowHeight: 28 })
          expect(first).toBeGreaterThanOrEqual(0)
          expect(first + count).toBeLessThanOrEqual(total)
          const firstInSight = Math.floor(scrollTop / 28)
          const lastInSight = Math.min(total - 1, Math.floor((scrollTop + height - 1) / 28))
          if (firstInSight >= total) return
          expect(first).toBeLessThanOrEqual(firstInSight)
          expect(first + count - 1).toBeGreaterThanOrEqual(lastInSight)
          expect(count).toBeLessThanOrEqual(Math.ceil(height / 28) + 40)
        },
      ),
    )
  })

  it('stay the same while a little is scrolled', () => {
    const at = (scrollTop: number): unknown =>
      rowWindow({ scrollTop, height: 700, total: 2000, rowHeight: 28 })
    expect(at(28 * 80 + 20)).toEqual(at(28 * 80))
  })
})

describe('an order', () => {
  it('begins in the direction that is asked for, and turns around', () => {
    const byName = { sort: 'name', descending: false } as const
    const byLag = nextOrder<'name' | 'lag'>(byName, 'lag', true)
    expect(byLag).toEqual({ sort: 'lag', descending: true })
    expect(nextOrder(byLag, 'lag', true)).toEqual({ sort: 'lag', descending: false })
    expect(nextOrder<'name' | 'lag'>(byLag, 'name', false)).toEqual(byName)
  })
})

describe('configuration', () => {
  const entries = [
    entry('retention.ms', '604800000', 'topic'),
    entry('cleanup.policy', 'delete'),
    entry('min.insync.replicas', '2', 'cluster'),
  ]

  it('has what was set first, each by name', () => {
    const names = configRows(entries, { search: '', onlySet: false }).map(({ name }) => name)
    expect(names).toEqual(['min.insync.replicas', 'retention.ms', 'cleanup.policy'])
  })

  it('is found by name or value, and without defaults', () => {
    const names = (search: string, onlySet: boolean): string[] =>
      configRows(entries, { search, onlySet }).map(({ name }) => name)
    expect(names('DELETE', false)).toEqual(['cleanup.policy'])
    expect(names('', true)).toEqual(['min.insync.replicas', 'retention.ms'])
    expect(names('nothing', false)).toEqual([])
  })

  it.each([
    ['retention.ms', '604800000', '7 d'],
    ['retention.ms', '-1', 'no limit'],
    ['flush.ms', '9223372036854775807', 'no limit'],
    ['segment.bytes', '1073741824', '1.1 GB'],
    ['linger.ms', '5', ''],
    ['min.insync.replicas', '2', ''],
    ['cleanup.policy', 'delete', ''],
    ['ssl.key.password', null, ''],
  ])('%s = %s means "%s"', (name, value, expected) => {
    expect(configMeaning(entry(name, value))).toBe(expected)
  })

  it('says where a value comes from, in the broker’s word where it is not known', () => {
    expect([configSource(entry('a', '1', 'cluster')), configSource(entry('a', '1', 'client'))]).toEqual([
      'set for all brokers',
      'client',
    ])
  })
})

describe('a connection', () => {
  it('says why it waits in the words that were given', () => {
    expect(connectionLook({ state: 'waiting', reason: 'wrong password' })).toEqual({
      tone: 'error',
      word: 'not connected',
      detail: 'wrong password',
    })
    expect(connectionLook({ state: 'waiting', reason: '' }).detail).toContain('tried again by itself')
  })

  it('is well only when it stands', () => {
    const tones = (['idle', 'connecting', 'connected', 'waiting'] as const).map(
      (state) => connectionLook({ state, reason: '' }).tone,
    )
    expect(tones).toEqual(['neutral', 'neutral', 'ok', 'error'])
  })

  it('has the colour of the workspace, or a neutral one', () => {
    expect([connectionColor({ color: '#e0a13c' }), connectionColor({ color: null })]).toEqual([
      '#e0a13c',
      'var(--text-3)',
    ])
  })
})

describe('measured figures', () => {
  it.each([
    [{ at: null, intervalMs: 1000 }, 99_000, false],
    [{ at: 0, intervalMs: 1000 }, 10_000, false],
    [{ at: 0, intervalMs: 1000 }, 10_001, true],
    [{ at: 0, intervalMs: 5000 }, 15_000, false],
    [{ at: 0, intervalMs: 5000 }, 15_001, true],
  ])('%j at %d: old is %s', (measured, now, expected) => {
    expect(isOld(measured, now)).toBe(expected)
  })

  it.each([
    [{ data: null, error: new Error('gone') }, 'waiting', false],
    [{ data: { at: 0 }, error: null }, 'connected', false],
    [{ data: { at: 0 }, error: null }, 'waiting', true],
    [{ data: { at: 0 }, error: new Error('gone') }, 'connected', true],
    [{ data: { at: -15_000 }, error: null }, 'connected', true],
  ] as const)('one thing with %j while %s: old is %s', (detail, state, expected) => {
    expect(isOldDetail(detail, { state }, 1000)).toBe(expected)
  })
})

describe('a change', () => {
  it.each([
    [1240, '+1.2k/s'],
    [-300, '−300/s'],
    [0, '0/s'],
    [0.004, '0/s'],
    [null, '–'],
  ])('%s reads %s', (value, expected) => {
    expect(formatChange(value)).toBe(expected)
  })
})
