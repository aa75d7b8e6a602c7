/** Rows for a chart: all of a small result, else as many spread evenly over the whole. Pure but for the pages it reads. */
import type { Cell } from '#contract/cells.ts'
import { limits } from '#contract/limits.ts'
import type { FetchPage } from '../../grid/row-source.ts'

/** Most rows that a chart is drawn from. */
export const sampleRows = 5000
const spreadRuns = 50

export interface Sample {
  rows: Cell[][]
  /** Rows of the result when it was taken. */
  total: number
}

async function readRun(fetchPage: FetchPage, start: number, count: number): Promise<Cell[][]> {
  const rows: Cell[][] = []
  while (rows.length < count) {
    const wanted = Math.min(limits.queryPageRows, count - rows.length)
    const page = await fetchPage(start + rows.length, wanted)
    if (page.rows.length === 0) break
    rows.push(...page.rows)
  }
  return rows
}

/** Reads the sample. Rejects as the pages do, or with the signal's reason. */
export async function takeSample(fetchPage: FetchPage, total: number, signal: AbortSignal): Promise<Sample> {
  if (total <= sampleRows) return { rows: await readRun(fetchPage, 0, total), total }
  const perRun = sampleRows / spreadRuns
  const rows: Cell[][] = []
  for (let run = 0; run < spreadRuns; run++) {
    signal.throwIfAborted()
    const start = Math.floor((run * (total - perRun)) / (spreadRuns - 1))
    rows.push(...(await readRun(fetchPage, start, perRun)))
  }
  return { rows, total }
}
