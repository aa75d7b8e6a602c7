import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toCsv } from '../../../../src-renderer/charts/csv.ts'
import { fileName } from '../../../../src-renderer/charts/download.ts'
import { rangeNames, rangeRequest, ranges } from '../../../../src-renderer/charts/ranges.ts'
import { sparkPath } from '../../../../src-renderer/charts/spark-path.ts'
import { tooltipContent } from '../../../../src-renderer/charts/tooltip.ts'

describe('figures as CSV', () => {
  it('quote what needs it and leave gaps empty', () => {
    expect(
      toCsv([
        { name: 'time', values: ['a', 'b"c', 'd,e'] },
        { name: 'x\ny', values: [1, null, -2.5] },
      ]),
    ).toBe('time,"x\ny"\r\na,1\r\n"b""c",\r\n"d,e",-2.5\r\n')
  })

  it('are never run as a formula by a spreadsheet', () => {
    expect(toCsv([{ name: '=cmd', values: ['+1', '@x', '-3', '=A1,B1'] }])).toBe(
      "'=cmd\r\n'+1\r\n'@x\r\n'-3\r\n\"'=A1,B1\"\r\n",
    )
  })

  it('have one line per row and one field per column, whatever is in them', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom('a', '"', ',', '\r', '\n', '=') })),
        (values) => {
          const text = toCsv([{ name: 'h', values }])
          const plain = text.replace(/"(?:[^"]|"")*"/g, 'q')
          expect(plain.split('\r\n').length).toBe(values.length + 2)
        },
      ),
    )
  })
})

describe('the request for a period', () => {
  it('covers whole buckets up to now', () => {
    fc.assert(
      fc.property(fc.constantFrom(...rangeNames), fc.integer({ min: 1e12, max: 2e12 }), (name, now) => {
        const { fromMs, toMs, bucketMs } = rangeRequest(name, now)
        expect(toMs % bucketMs).toBe(0)
        expect(now - toMs).toBeLessThan(bucketMs)
        expect(toMs - fromMs).toBe(ranges[name].spanMs)
      }),
    )
  })
})

describe('a sparkline', () => {
  const box = { width: 30, height: 10, padding: 0 }
  it('lifts the pen over a gap and marks a value alone', () => {
    expect(sparkPath([0, 10, null, 5], box)).toBe('M0.0 10.0L10.0 0.0M30.0 5.0h1')
  })

  it('is empty without values', () => {
    expect([sparkPath([], box), sparkPath([null, null], box)]).toEqual(['', ''])
  })

  it('stays inside its box', () => {
    fc.assert(
      fc.property(
        fc.array(fc.option(fc.double({ min: 0, max: 1e9, noNaN: true }), { nil: null })),
        (values) => {
          for (const [, x, y] of sparkPath(values, box).matchAll(/[ML]([\d.-]+) ([\d.-]+)/g)) {
            expect(Number(x)).toBeLessThanOrEqual(30)
            expect(Number(y)).toBeGreaterThanOrEqual(0)
            expect(Number(y)).toBeLessThanOrEqual(10)
          }
        },
      ),
    )
  })
})

describe('a tooltip', () => {
  it('reads names from data as text, never as markup', () => {
    const box = tooltipContent('14:07', [
      { color: 'red', name: '<img src=x onerror=alert(1)>', value: '<b>1</b>' },
    ])
    expect(box.querySelector('img, b')).toBeNull()
    expect(box.textContent).toContain('<img src=x onerror=alert(1)>')
  })
})

describe('a file name', () => {
  it('is made of the title', () => {
    expect([fileName('Event to queryable'), fileName('../ÄÖ')]).toEqual(['event-to-queryable', 'chart'])
  })
})
