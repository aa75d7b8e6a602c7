import { describe, expect, it } from 'vitest'
import type { Page } from '#contract/query.ts'
import { sampleRows, takeSample } from '../../../../src-renderer/features/query/chart-sample.ts'

const pages =
  (total: number, most = 500) =>
  (start: number, count: number): Promise<Page> => {
    const length = Math.max(0, Math.min(count, most, total - start))
    return Promise.resolve({ start, rows: Array.from({ length }, (_, index) => [start + index]) })
  }

describe('the rows of a chart', () => {
  it('are all of a small result, also where bytes cut the pages', async () => {
    const { rows } = await takeSample(pages(1234, 100), 1234, new AbortController().signal)
    expect(rows.map(([value]) => value)).toEqual(Array.from({ length: 1234 }, (_, index) => index))
  })

  it('are spread over a large one from its first row to its last', async () => {
    const total = 1_000_000
    const { rows } = await takeSample(pages(total), total, new AbortController().signal)
    expect([rows.length, rows[0], rows.at(-1)]).toEqual([sampleRows, [0], [total - 1]])
    expect(new Set(rows.map(([value]) => value)).size).toBe(sampleRows)
  })

  it('are not read on when nobody wants them', async () => {
    const abort = new AbortController()
    abort.abort()
    await expect(takeSample(pages(1_000_000), 1_000_000, abort.signal)).rejects.toThrow()
  })
})
