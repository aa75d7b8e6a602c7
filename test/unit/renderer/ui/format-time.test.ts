import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  formatDate,
  formatDateTime,
  formatMoment,
  formatTime,
  zoneName,
} from '../../../../src-renderer/ui/format-time.ts'

const at = Date.UTC(2026, 10, 23, 14, 7, 31, 204)
const anyTime = fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 })

describe('times', () => {
  it('show what is asked for', () => {
    expect([
      formatTime(at, 'utc', 'minute'),
      formatTime(at, 'utc'),
      formatTime(at, 'utc', 'millisecond'),
      formatDate(at, 'utc'),
      formatDateTime(at, 'utc'),
    ]).toEqual(['14:07', '14:07:31', '14:07:31.204', '2026-11-23', '2026-11-23 14:07:31'])
  })

  it('carry their date when it is another day', () => {
    expect(formatMoment(at, at + 3_600_000, 'utc')).toBe('14:07:31')
    expect(formatMoment(at, at + 86_400_000, 'utc')).toBe('2026-11-23 14:07:31')
  })

  it('in UTC are those of ISO 8601', () => {
    fc.assert(
      fc.property(anyTime, (time) => {
        const iso = new Date(time).toISOString()
        expect(`${formatDate(time, 'utc')}T${formatTime(time, 'utc', 'millisecond')}Z`).toBe(iso)
      }),
    )
  })

  it('in local time are those of the machine', () => {
    fc.assert(
      fc.property(anyTime, (time) => {
        expect(Date.parse(`${formatDate(time, 'local')}T${formatTime(time, 'local', 'millisecond')}`)).toBe(
          time,
        )
      }),
    )
  })

  it('that are none are shown as the number they are', () => {
    expect([formatTime(9e15, 'utc'), formatDate(NaN, 'utc'), formatDateTime(Infinity, 'local')]).toEqual([
      '9000000000000000',
      'NaN',
      'Infinity',
    ])
  })

  it('name their zone', () => {
    expect(zoneName(at, 'utc')).toBe('UTC')
    expect(zoneName(at, 'local')).toMatch(/^UTC[+−]\d/)
  })
})
