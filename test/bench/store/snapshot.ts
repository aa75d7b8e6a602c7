/** A snapshot of the store while it takes in records. */
import { rmSync } from 'node:fs'
import path from 'node:path'
import type { Engine } from '../../../src-main/engine/engine-api.ts'
import { recordsOf } from '../run-engine.ts'

const megabyte = 1024 ** 2

/** Megabytes copied and checked, and records taken in meanwhile, both per second. */
export async function snapshotUnderLoad(
  engine: Engine,
): Promise<{ megabytesPerSecond: number; recordsPerSecond: number }> {
  const file = path.join(path.dirname(engine.storeFile), 'bench-snapshot.db')
  const before = recordsOf(await engine.live.next(null, null))
  const begun = performance.now()
  let status = engine.snapshots.start(file)
  while (status.run?.state === 'copying' || status.run?.state === 'checking')
    status = await engine.snapshots.watch(status.version)
  const seconds = (performance.now() - begun) / 1000
  const after = recordsOf(await engine.live.next(null, null))
  rmSync(file, { force: true })
  const { run } = status
  if (run?.state !== 'done')
    throw new Error(`the snapshot is ${run?.state ?? 'gone'}: ${run?.error?.message ?? ''}`)
  return { megabytesPerSecond: run.bytes / megabyte / seconds, recordsPerSecond: (after - before) / seconds }
}
