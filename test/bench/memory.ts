/** Resident memory of the process after 10M records with 1M rows retained, against what it was after 2M. */
import { rmSync } from 'node:fs'
import { type Bench, figure } from './figures.ts'
import { benchFolder, ordersWorkspace, writeOrders } from './orders.ts'
import { recordsOf, until, withEngine } from './run-engine.ts'

const warmRecords = 2_000_000
const records = 10_000_000

export const benchMemory: Bench = async (progress) => {
  const folder = benchFolder()
  try {
    const file = await writeOrders(folder, 1_000_000)
    progress('memory, 10M records')
    const { warm, end, highest } = await measure(folder, file)
    return [
      figure('memory.rss_2m', 'MB', [warm]),
      figure('memory.rss_10m', 'MB', [end]),
      figure('memory.rss_highest', 'MB', [highest]),
      figure('memory.growth', 'ratio', [end / warm]),
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Memory at both marks is the mean over the half million records before them, so that a collection in between does not count. */
async function measure(
  folder: string,
  file: string,
): Promise<{ warm: number; end: number; highest: number }> {
  const samples: { records: number; mb: number }[] = []
  await withEngine(ordersWorkspace(folder, file, { loop: true }, 1_000_000), async (engine) => {
    await until(engine, (snapshot) => {
      samples.push({ records: recordsOf(snapshot), mb: process.memoryUsage.rss() / 1e6 })
      return recordsOf(snapshot) >= records
    })
  })
  const before = (mark: number): number => {
    const near = samples.filter(
      (sample) => sample.records > mark - 500_000 && sample.records <= mark + 250_000,
    )
    return near.reduce((sum, sample) => sum + sample.mb, 0) / near.length
  }
  return {
    warm: before(warmRecords),
    end: before(records),
    highest: Math.max(...samples.map((sample) => sample.mb)),
  }
}
