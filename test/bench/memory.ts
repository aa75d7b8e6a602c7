/** Resident memory of the process after 10M records with 1M rows retained, against what it was after 2M. Several runs. */
import { rmSync } from 'node:fs'
import { type Bench, figure } from './figures.ts'
import { benchFolder, ordersWorkspace, writeOrders } from './orders.ts'
import { recordsOf, until, withEngine } from './run-engine.ts'

const warmRecords = 2_000_000
const records = 10_000_000
const runs = 3

export const benchMemory: Bench = async (progress) => {
  const folder = benchFolder()
  try {
    const file = await writeOrders(folder, 1_000_000)
    const measured: Measured[] = []
    for (let run = 1; run <= runs; run++) {
      progress(`memory, 10M records, run ${String(run)} of ${String(runs)}`)
      measured.push(await measure(folder, file))
    }
    const mb = (name: keyof Measured): number[] => measured.map((values) => values[name])
    return [
      figure('memory.rss_2m', 'MB', mb('warm')),
      figure('memory.rss_10m', 'MB', mb('end')),
      figure('memory.rss_highest', 'MB', mb('highest')),
      figure(
        'memory.growth',
        'ratio',
        measured.map(({ warm, end }) => end / warm),
      ),
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Megabytes after the first records, after all of them, and at the most. */
interface Measured {
  warm: number
  end: number
  highest: number
}

/** Memory at both marks is the mean over the half million records before them, so that a collection in between does not count. */
async function measure(folder: string, file: string): Promise<Measured> {
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
    if (near.length === 0) throw new Error(`no live figures came near record ${String(mark)}`)
    return near.reduce((sum, sample) => sum + sample.mb, 0) / near.length
  }
  return {
    warm: before(warmRecords),
    end: before(records),
    highest: Math.max(...samples.map((sample) => sample.mb)),
  }
}
