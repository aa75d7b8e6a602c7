/** When scheduled snapshots are due. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { scheduledName } from '../../../../src-main/engine/snapshots/snapshot-facts.ts'
import { SnapshotSchedule } from '../../../../src-main/engine/snapshots/snapshot-schedule.ts'
import { temporaryFolders } from '../../hosts/temporary-folder.ts'

const folder = temporaryFolders()
const everyMs = 86_400_000

/** When the first one after a start is due, milliseconds from now. */
async function dueIn(kept: string): Promise<number> {
  const planned: (number | null)[] = []
  const schedule = new SnapshotSchedule({
    settings: { everyMs, folder: kept, keep: 2 },
    workspace: 'orders',
    snapshots: {
      isRunning: false,
      begin: () => Promise.reject(new Error('not due yet')),
      planNext: (at) => planned.push(at),
    },
  })
  await schedule.start()
  schedule.stop()
  expect(planned).toHaveLength(1)
  return (planned[0] ?? 0) - Date.now()
}

it('is soon where there is none yet, however short Penstock runs at a time', async () => {
  expect(await dueIn(path.join(folder(), 'none'))).toBeLessThan(60_000)
})

it('is a period after the newest in the folder', async () => {
  const kept = folder()
  writeFileSync(path.join(kept, scheduledName('orders', Date.now() - everyMs / 4)), '')
  writeFileSync(path.join(kept, scheduledName('payments', Date.now())), '')
  const left = await dueIn(kept)
  expect(left).toBeGreaterThan(0.7 * everyMs)
  expect(left).toBeLessThanOrEqual(0.75 * everyMs + 1000)
})
