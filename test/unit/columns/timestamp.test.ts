import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppError } from '#contract/errors.ts'
import { maxTimestampMs, minTimestampMs } from '../../../src-main/columns/calendar.ts'
import { checkTimestampFormat, compileTimestamp } from '../../../src-main/columns/timestamp.ts'

type Unit = 's' | 'ms' | 'us' | 'ns'
const padding = new TextEncoder().encode('9-:')

/** Reads text from the middle of a larger buffer, as the ingest thread does. */
function read(
  format: string | null,
  text: string,
  how: 'text' | 'number' = 'text',
  unit: Unit = 'ms',
): number {
  const value = new TextEncoder().encode(text)
  const bytes = new Uint8Array(padding.length * 2 + value.length)
  bytes.set(padding, 0)
  bytes.set(value, padding.length)
  bytes.set(padding, padding.length + value.length)
  const parser = compileTimestamp(format, unit)
  const end = padding.length + value.length
  return how === 'text'
    ? parser.parseBytes(bytes, padding.length, end)
    : parser.parseNumber(bytes, padding.length, end)
}

const iso = (text: string): number => new Date(text).getTime()
const two = (value: number): string => String(value).padStart(2, '0')
const moments = fc.integer({ min: minTimestampMs, max: maxTimestampMs })

/** Any UTF-16 unit, halves of surrogate pairs among them. */
const anyUnit = fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit))

describe('ISO 8601 text', () => {
  it('reads what Date writes, over the whole range', () => {
    fc.assert(
      fc.property(moments, (ms) => {
        expect(read(null, new Date(ms).toISOString())).toBe(ms)
      }),
    )
  })

  it('subtracts the offset', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: minTimestampMs + 86_400_000, max: maxTimestampMs - 86_400_000 }),
        fc.integer({ min: 0, max: 23 }),
        fc.integer({ min: 0, max: 59 }),
        fc.constantFrom('+', '-'),
        fc.constantFrom(':', ''),
        (ms, hours, minutes, sign, colon) => {
          const local = new Date(ms).toISOString().replace('Z', `${sign}${two(hours)}${colon}${two(minutes)}`)
          const offsetMs = (hours * 60 + minutes) * 60_000
          expect(read(null, local)).toBe(sign === '+' ? ms - offsetMs : ms + offsetMs)
        },
      ),
    )
  })

  it('accepts exactly the dates of the calendar', () => {
    const day = fc.record({
      year: fc.integer({ min: 1, max: 9999 }),
      month: fc.integer({ min: 0, max: 13 }),
      day: fc.integer({ min: 0, max: 32 }),
    })
    fc.assert(
      fc.property(day, (date) => {
        const utc = new Date(0)
        utc.setUTCFullYear(date.year, date.month - 1, date.day)
        const exists = utc.getUTCMonth() === date.month - 1 && utc.getUTCDate() === date.day
        const text = `${String(date.year).padStart(4, '0')}-${two(date.month)}-${two(date.day)}`
        expect(read(null, text)).toBe(exists ? utc.getTime() : NaN)
      }),
      { numRuns: 500 },
    )
  })

  it.each([
    ['2024-02-29', iso('2024-02-29T00:00:00Z')],
    ['2024-02-29T10:20', iso('2024-02-29T10:20:00Z')],
    ['2024-02-29 10:20:30', iso('2024-02-29T10:20:30Z')],
    ['2024-02-29t10:20:30z', iso('2024-02-29T10:20:30Z')],
    ['2024-02-29T10:20:30.1', iso('2024-02-29T10:20:30.100Z')],
    ['2024-02-29T10:20:30,123', iso('2024-02-29T10:20:30.123Z')],
    ['2024-02-29T10:20:30.123456789Z', iso('2024-02-29T10:20:30.123Z')],
    ['1969-12-31T23:59:59.999999999Z', -1],
    ['2024-02-29T10:20:30+05', iso('2024-02-29T05:20:30Z')],
    ['0001-01-01T00:00:00Z', minTimestampMs],
    ['9999-12-31T23:59:59.999Z', maxTimestampMs],
  ])('reads %s', (text, ms) => {
    expect(read(null, text)).toBe(ms)
  })

  it.each([
    '',
    '2024',
    '2024-02',
    '2023-02-29',
    '1900-02-29',
    '2024-02-31',
    '2024-00-01',
    '2024-13-01',
    '2024-1-1',
    '0000-01-01',
    '10000-01-01',
    '2024-02-29T24:00:00',
    '2024-02-29T23:60:00',
    '2024-02-29T23:59:60',
    '2024-02-29T10',
    '2024-02-29T10:20:30.',
    '2024-02-29T10:20:30.1234567890',
    '2024-02-29T10:20:30+24:00',
    '2024-02-29T10:20:30+05:60',
    '2024-02-29T10:20:30+5',
    '2024-02-29T10:20:30 Z',
    '2024-02-29Z',
    '2024-02-29T',
    ' 2024-02-29',
    '2024-02-29 ',
    '-2024-02-29',
    '2024/02/29',
    '0001-01-01T00:00:00+01:00',
    '9999-12-31T23:59:59-01:00',
    '1700000000',
    '२०२४-०२-२९',
  ])('does not fit: %s', (text) => {
    expect(read(null, text)).toBeNaN()
  })
})

describe('formats', () => {
  it('reads calendar fields in any order and with literal text between', () => {
    fc.assert(
      fc.property(moments, (ms) => {
        const at = new Date(ms)
        const year = String(at.getUTCFullYear()).padStart(4, '0')
        const clock = `${two(at.getUTCHours())}.${two(at.getUTCMinutes())}.${two(at.getUTCSeconds())}`
        const text = `${clock} à ${two(at.getUTCDate())}%${two(at.getUTCMonth() + 1)}%${year} ${String(at.getUTCMilliseconds()).padStart(3, '0')}`
        expect(read('%H.%M.%S à %d%%%m%%%Y %L', text)).toBe(ms)
      }),
    )
  })

  it('reads the day of the year', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9999 }), fc.integer({ min: 0, max: 400 }), (year, dayOfYear) => {
        const utc = new Date(0)
        utc.setUTCFullYear(year, 0, dayOfYear)
        const exists = utc.getUTCFullYear() === year
        expect(read('%Y %j', `${String(year).padStart(4, '0')} ${String(dayOfYear)}`)).toBe(
          exists && dayOfYear > 0 ? utc.getTime() : NaN,
        )
      }),
    )
  })

  it('reads hours of twelve as Date does hours of twenty-four', () => {
    for (let hour = 0; hour < 24; hour++) {
      const text = `2024-05-06 ${String(hour % 12 === 0 ? 12 : hour % 12)}:30 ${hour < 12 ? 'am' : 'PM'}`
      expect(read('%F %I:%M %p', text)).toBe(Date.UTC(2024, 4, 6, hour, 30))
      const before = `2024-05-06 ${hour < 12 ? 'AM' : 'pm'} ${two(hour % 12 === 0 ? 12 : hour % 12)}:30`
      expect(read('%F %p %I:%M', before)).toBe(Date.UTC(2024, 4, 6, hour, 30))
    }
  })

  it.each([
    ['%Y/%m/%d %H:%M', '2001/01/01 00:47', '2001-01-01T00:47:00Z'],
    ['%Y/%m/%d %H:%M', '2001/1/1 7:05', '2001-01-01T07:05:00Z'],
    ['%Y%m%d%H%M%S', '20240229102030', '2024-02-29T10:20:30Z'],
    ['%Y%m%d%H%M%S%f', '20240229102030123456', '2024-02-29T10:20:30.123Z'],
    ['%Y%m%dT%H%M%SZ', '20240229T102030Z', '2024-02-29T10:20:30Z'],
    ['%d/%b/%Y:%T %z', '10/Oct/2000:13:55:36 -0700', '2000-10-10T20:55:36Z'],
    ['%a, %d %b %Y %T %Z', 'Tue, 10 Oct 2000 13:55:36 GMT', '2000-10-10T13:55:36Z'],
    ['%A %B %e %Y', 'Tuesday october  3 2000', '2000-10-03T00:00:00Z'],
    ['%b %e %Y', 'Oct 13 2000', '2000-10-13T00:00:00Z'],
    ['%D %R', '02/29/24 10:20', '2024-02-29T10:20:00Z'],
    ['%y', '69', '1969-01-01T00:00:00Z'],
    ['%y', '68', '2068-01-01T00:00:00Z'],
    ['%Y-%m', '2024-05', '2024-05-01T00:00:00Z'],
    ['%FT%T.%f%z', '2024-02-29T10:20:30.5+01:30', '2024-02-29T08:50:30.500Z'],
    ['%FT%T%z', '2024-02-29T10:20:30Z', '2024-02-29T10:20:30Z'],
    ['%s', '1700000000', '2023-11-14T22:13:20Z'],
    ['%s.%f', '1700000000.25', '2023-11-14T22:13:20.250Z'],
    ['%s.%f', '-1.5', '1969-12-31T23:59:58.500Z'],
    ['%s.%f', '-0.0001', '1969-12-31T23:59:59.999Z'],
    ['week of %F (100%%)', 'week of 2024-02-29 (100%)', '2024-02-29T00:00:00Z'],
  ])('%s reads %s', (format, text, expected) => {
    expect(read(format, text)).toBe(iso(expected))
  })

  it.each([
    ['%Y/%m/%d', '2023/02/29'],
    ['%Y/%m/%d', '2023/04/31'],
    ['%Y/%m/%d', '2023/04/3x'],
    ['%Y/%m/%d', '2023/04/03 '],
    ['%Y/%m/%d', '2023/04'],
    ['%Y/%m/%d', ''],
    ['%Y%m%d', '2024115'],
    ['%F %T', '2024-01-01 24:00:00'],
    ['%F %T', '2024-01-01 23:59:60'],
    ['%F %I %p', '2024-01-01 0 AM'],
    ['%F %I %p', '2024-01-01 13 PM'],
    ['%F %I %p', '2024-01-01 11 XM'],
    ['%F %Z', '2024-01-01 CET'],
    ['%F %z', '2024-01-01 0100'],
    ['%Y %b', '2024 Foo'],
    ['%Y %j', '2023 366'],
    ['%Y %j', '2024 0'],
    ['%s', '1e9'],
    ['%s', ''],
    ['%s', '253402300800'],
  ])('%s does not fit %s', (format, text) => {
    expect(read(format, text)).toBeNaN()
  })

  it('never reads past the end, whatever the bytes', () => {
    const formats = [null, '%Y/%m/%d %H:%M', '%d/%b/%Y:%T %z', '%A %e %B %Y %I%p', '%s.%f', '%F %T.%L %Z']
    fc.assert(
      fc.property(
        fc.constantFrom(...formats),
        fc.string({ unit: anyUnit, maxLength: 40 }),
        (format, text) => {
          const ms = read(format, text)
          expect(
            Number.isNaN(ms) || (Number.isInteger(ms) && ms >= minTimestampMs && ms <= maxTimestampMs),
          ).toBe(true)
        },
      ),
    )
  })

  it('forgets the value before', () => {
    const parser = compileTimestamp('%F %I:%M %p', 'ms')
    const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
    const first = encode('2024-05-06 11:30 PM')
    const second = encode('2024-05-06 11:30 AM')
    parser.parseBytes(first, 0, first.length)
    expect(parser.parseBytes(second, 0, second.length)).toBe(Date.UTC(2024, 4, 6, 11, 30))
  })
})

describe('format problems', () => {
  it.each([
    ['%Q', /^%Q is not known; the directives are %Y/],
    ['%-d/%m/%Y', /^%- is not known; leave the - out/],
    ['%Y-%', /ends in a single %/],
    ['', /a year is missing/],
    ['%H:%M', /a year is missing/],
    ['%b %e %T', /a year is missing/],
    ['%Y-%d', /a month is missing/],
    ['%Y-%m %H:%M', /a day is missing/],
    ['%F %d', /%d is there twice/],
    ['%Y %y', /%Y and %y both give the year/],
    ['%F %I:%M', /%I needs %p/],
    ['%F %H:%M %p', /%p needs %I/],
    ['%Y/%M/%d', /a month is missing/],
    ['%F %M', /%M is minutes and needs %H/],
    ['%F %H:%S', /%S needs %M/],
    ['%F %H:%M.%f', /a fraction of a second needs %S/],
    ['%j %F', /%j is the day of the year/],
    ['%s %Y', /%s is a whole moment; leave %Y out/],
    ['%s%L', /%s has no end where a number follows/],
  ])('%s', (format, problem) => {
    expect(checkTimestampFormat(format)).toMatch(problem)
    expect(() => compileTimestamp(format, 'ms')).toThrow(AppError)
  })

  it('says nothing of a good one', () => {
    expect(checkTimestampFormat('%Y/%m/%d %H:%M')).toBeNull()
  })
})

describe('numbers since 1970', () => {
  const perMs: Record<Unit, bigint> = { s: 1n, ms: 1n, us: 1000n, ns: 1_000_000n }

  it('divides exactly and rounds down, in every unit', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Unit>('ms', 'us', 'ns'),
        moments,
        fc.bigInt({ min: 0n, max: 999_999n }),
        (unit, ms, below) => {
          const count = BigInt(ms) * perMs[unit] + (below % perMs[unit])
          expect(read(null, count.toString(), 'number', unit)).toBe(ms)
        },
      ),
    )
  })

  it('keeps fractions of a second exactly and rounds down', () => {
    fc.assert(
      fc.property(moments, fc.integer({ min: 0, max: 999 }), (ms, micros) => {
        const total = BigInt(ms) * 1000n + BigInt(micros)
        const size = total < 0n ? -total : total
        const text = `${total < 0n ? '-' : ''}${String(size / 1_000_000n)}.${String(size % 1_000_000n).padStart(6, '0')}`
        expect(read(null, text, 'number', 's')).toBe(ms)
      }),
    )
  })

  it.each([
    ['0', 's', 0],
    ['-0', 's', 0],
    ['-0.0', 's', 0],
    ['1.7e9', 's', 1_700_000_000_000],
    ['17E+8', 's', 1_700_000_000_000],
    ['170000000025e-2', 's', 1_700_000_000_250],
    ['1700000000123.0', 'ms', 1_700_000_000_123],
    ['0.00', 'ns', 0],
    ['-1', 'ns', -1],
    ['-1.0000001', 's', -1001],
    ['0e999999', 's', 0],
  ] as const)('reads %s in %s', (text, unit, ms) => {
    expect(read(null, text, 'number', unit)).toBe(ms)
  })

  it.each([
    ['', 's'],
    ['-', 's'],
    ['.', 's'],
    ['.5', 's'],
    ['5.', 's'],
    ['+5', 's'],
    ['1e', 's'],
    ['1e+', 's'],
    ['e5', 's'],
    ['1.2.3', 's'],
    ['12x', 's'],
    ['NaN', 's'],
    ['Infinity', 's'],
    ['1700000000123.5', 'ms'],
    ['15e-1', 'ms'],
    ['253402300800', 's'],
    ['-62135596801', 's'],
    ['99999999999999999999999999', 'ns'],
    ['1e30', 's'],
    ['1e999999999', 's'],
  ] as const)('refuses %s in %s', (text, unit) => {
    expect(read(null, text, 'number', unit)).toBeNaN()
  })

  it('reads a number as text where the column has a format', () => {
    expect(read('%Y%m%d', '20240229', 'number')).toBe(iso('2024-02-29T00:00:00Z'))
  })

  it('never answers anything but a time or NaN', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[-+0-9.eE]{0,24}$/),
        fc.constantFrom<Unit>('s', 'ms', 'us', 'ns'),
        (text, unit) => {
          const ms = read(null, text, 'number', unit)
          expect(Number.isNaN(ms) || (Number.isInteger(ms) && !Object.is(ms, -0))).toBe(true)
        },
      ),
      { numRuns: 500 },
    )
  })
})
