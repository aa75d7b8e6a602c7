import { describe, expect, it } from 'vitest'
import type { Page } from '#contract/query.ts'
import { blockRows, RowSource } from '../../../../src-renderer/grid/row-source.ts'

/** A result of `size` rows that gives at most `most` of them a page, and notes what was asked. */
function result(size: () => number, most: number) {
  const asked: number[] = []
  const fetchPage = (start: number, count: number): Promise<Page> => {
    asked.push(start)
    const length = Math.max(0, Math.min(count, most, size() - start))
    return Promise.resolve({ start, rows: Array.from({ length }, (_, index) => [start + index]) })
  }
  return { asked, source: new RowSource(fetchPage) }
}
const first = (rows: unknown[][]): unknown[] => rows.map((row) => row[0])

describe('RowSource', () => {
  it('fills a block from pages that bytes have cut short', async () => {
    const { source, asked } = result(() => 1000, 40)
    expect(first(await source.rows(100, 103))).toEqual([100, 101, 102])
    expect(asked).toEqual([100, 140, 180])
  })

  it('asks for a whole block once, also from two sides at the same time', async () => {
    const { source, asked } = result(() => 1000, 500)
    await Promise.all([source.rows(0, 10), source.rows(50, 100)])
    await source.rows(0, 100)
    expect(asked).toEqual([0])
  })

  it('asks again for the last block of a result that grows', async () => {
    let size = 150
    const { source } = result(() => size, 500)
    expect(await source.rows(100, 200)).toHaveLength(50)
    size = 400
    expect(await source.rows(100, 200)).toHaveLength(100)
  })

  it('joins rows over blocks and ends with the result', async () => {
    const { source } = result(() => 250, 500)
    expect(first(await source.rows(198, 202))).toEqual([198, 199, 200, 201])
    expect(await source.rows(240, 400)).toHaveLength(10)
    expect(await source.rows(300, 400)).toEqual([])
  })

  it('forgets the blocks used least, so that memory stays bounded', async () => {
    const { source, asked } = result(() => 1_000_000, 500)
    await source.rows(0, 1)
    for (let block = 1; block <= 80; block++) await source.rows(block * blockRows, block * blockRows + 1)
    await source.rows(0, 1)
    expect(asked.filter((start) => start === 0)).toHaveLength(2)
  })

  it('tries again after a page that failed', async () => {
    let isDown = true
    const source = new RowSource((start) =>
      isDown ? Promise.reject(new Error('cut')) : Promise.resolve({ start, rows: start === 0 ? [[1]] : [] }),
    )
    await expect(source.rows(0, 1)).rejects.toThrow('cut')
    isDown = false
    expect(await source.rows(0, 1)).toEqual([[1]])
  })
})
