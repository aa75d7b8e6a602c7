/**
 * The folder in which one pool keeps its results: named after its owner's process, so that what a killed Penstock left
 * behind is found and removed by the next one. Called by the main process.
 */
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { isAlive } from '../signals/store-copies.ts'

const prefix = 'penstock-results-'

/** Folders of this very process: another one with its number is of a dead process that had the number before. */
const owned = new Set<string>()

/** Makes a folder (mode 0700) under `root`, which is made too, and removes those whose owners have gone. */
export async function claimSpoolFolder(root: string): Promise<string> {
  await mkdir(root, { recursive: true, mode: 0o700 })
  for (const name of await readdir(root)) {
    const owner = /^penstock-results-(\d+)-/.exec(name)?.[1]
    const folder = path.join(root, name)
    if (owner === undefined || owned.has(folder) || isAnotherAlive(Number(owner))) continue
    await rm(folder, { recursive: true, force: true })
  }
  const folder = await mkdtemp(path.join(root, `${prefix}${String(process.pid)}-`))
  owned.add(folder)
  return folder
}

/** Removes a folder that {@link claimSpoolFolder} made. */
export async function releaseSpoolFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  owned.delete(folder)
}

function isAnotherAlive(processId: number): boolean {
  return processId !== process.pid && isAlive(processId)
}
