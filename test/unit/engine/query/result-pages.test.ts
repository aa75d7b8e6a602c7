import fc from 'fast-check'
import { mkdtempSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Cell } from '../../../../src-main/contract/cells.ts'
import type { SqlValue } from '../../../../src-main/columns/values.ts'
import { encodeCell } from '../../../../src-main/engine/query/encode-cell.ts'
import { PageWriter } from '../../../../src-main/engine/query/process/page-writer.ts'
import { defaultQueryLimits } from '../../../../src-main/engine/query/query-limits.ts'
import type { ProcessLimits } from '../../../../src-main/engine/query/query-limits.ts'
import { ResultPages } from '../../../../src-main/engine/query/result-pages.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'penstock-pages-'))
let files = 0

function spool(rows: SqlValue[][], limits: Partial<ProcessLimits>): { pages: ResultPages; file: string } {
  files += 1
  const file = path.join(folder, String(files))
  const writer = new PageWriter(file, { ...defaultQueryLimits.process, ...limits })
  const pages = new ResultPages(file)
  for (const row of rows) if (!writer.add(row)) break
  writer.flush()
  pages.append(writer.takePages())
  writer.close()
  return { pages, file }
}

const value: fc.Arbitrary<SqlValue> = fc.oneof(
  fc.constant(null),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.constantFrom('\n', '"\\\n\r\u2028'),
)

describe('pages of a result', () => {
  afterAll(() => {
    rmSync(folder, { recursive: true })
  })

  it('give every row once and in order, wherever pages begin and end', async () => {
    const rows = fc.array(fc.array(value, { minLength: 2, maxLength: 2 }), { maxLength: 60 })
    const sizes = fc.record({
      firstPageRows: fc.integer({ min: 1, max: 9 }),
      pageRows: fc.integer({ min: 1, max: 9 }),
      pageBytes: fc.integer({ min: 300, max: 600 }),
    })
    const request = fc.record({ start: fc.nat(70), count: fc.integer({ min: 1, max: 70 }) })
    await fc.assert(
      fc.asyncProperty(
        rows,
        sizes,
        fc.array(request, { maxLength: 5 }),
        async (original, limits, requests) => {
          const expected: Cell[][] = original.map((row) => row.map((one) => encodeCell(one, 1000)))
          const { pages } = spool(original, limits)
          expect(pages.rows).toBe(original.length)
          for (const { start, count } of requests) {
            const page = await pages.read(start, count, Infinity)
            expect(page).toEqual({ start, rows: expected.slice(start, start + count) })
          }
          const all: Cell[][] = []
          while (all.length < pages.rows) all.push(...(await pages.read(all.length, 7, 200)).rows)
          expect(all).toEqual(expected)
        },
      ),
      { numRuns: 100 },
    )
  })

  it('make the first page small, and the others as large as they may be', async () => {
    const { pages } = spool(
      Array.from({ length: 25 }, (_, index) => [BigInt(index)]),
      { firstPageRows: 2, pageRows: 10 },
    )
    expect(pages.rows).toBe(25)
    expect((await pages.read(0, 500, Infinity)).rows).toHaveLength(25)
  })

  it('hold at least one row, however large, and no more than fit', async () => {
    const row = ['x'.repeat(100)]
    const { pages } = spool([row, row, row], {})
    expect((await pages.read(0, 3, 10)).rows).toEqual([row])
    expect((await pages.read(0, 3, 230)).rows).toEqual([row, row])
  })

  it('cut the cells of a row that would exceed a page', async () => {
    const { pages } = spool([Array.from({ length: 40 }, () => '\u0001'.repeat(1000))], { pageBytes: 4000 })
    const [row] = (await pages.read(0, 1, Infinity)).rows
    expect(Buffer.byteLength(JSON.stringify(row))).toBeLessThan(4000)
    expect(row).toHaveLength(40)
    expect(row?.[39]).toMatchObject({ n: 1000 })
  })

  it('stop before the row that would exceed the bytes of a result', () => {
    const { pages } = spool(
      Array.from({ length: 10 }, () => ['x'.repeat(95)]),
      { resultBytes: 350 },
    )
    expect(pages.rows).toBe(3)
    expect(pages.bytes).toBe(300)
  })

  it('are of rows without columns, too', async () => {
    const { pages } = spool([[], []], {})
    expect((await pages.read(0, 10, Infinity)).rows).toEqual([[], []])
  })

  it('are gone with their file, and say so', async () => {
    const { pages, file } = spool([[1n]], {})
    truncateSync(file, 1)
    await expect(pages.read(0, 1, Infinity)).rejects.toMatchObject({ code: 'RESULT_GONE' })
    await pages.remove()
    await expect(pages.read(0, 1, Infinity)).rejects.toMatchObject({ code: 'RESULT_GONE' })
    await pages.remove()
  })
})
