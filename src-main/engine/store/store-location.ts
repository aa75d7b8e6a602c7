/** Where a workspace's store lies, for the engine that owns it and for those who only read it. */
import { createHash } from 'node:crypto'
import { accessSync, constants, existsSync, realpathSync, statfsSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import path from 'node:path'
import type { Workspace } from '../../workspace/model.ts'

const memoryFolder = '/dev/shm'
const roomBytes = 64 * 1024 * 1024

export interface StoreLocation {
  /** Absolute path of the SQLite file. */
  file: string
  /** Its folder, which also holds the owner's lock and results of queries. */
  folder: string
}

/**
 * `mode: disk` lies beside the workspace file; memory lies in a memory-backed folder, or in the temporary folder where there
 * is none or it has no room. An existing store of the workspace is found wherever it lies.
 */
export function storeLocation(workspace: Pick<Workspace, 'file' | 'folder' | 'store'>): StoreLocation {
  if (workspace.store.mode === 'disk') return located(path.join(workspace.folder, '.penstock'))
  const candidates = [memoryFolder, tmpdir()].map((base) =>
    located(path.join(base, `penstock-${userName()}`, workspaceHash(workspace.file))),
  )
  const existing = candidates.find((candidate) => existsSync(candidate.file))
  if (existing !== undefined) return existing
  const [inMemory, temporary] = candidates
  if (inMemory !== undefined && hasRoom(memoryFolder)) return inMemory
  return temporary ?? located(path.join(tmpdir(), 'penstock'))
}

function located(folder: string): StoreLocation {
  return { folder, file: path.join(folder, 'store.db') }
}

function workspaceHash(file: string): string {
  return createHash('sha256').update(realPath(file)).digest('hex').slice(0, 16)
}

function realPath(file: string): string {
  try {
    return realpathSync(file)
  } catch {
    // A workspace that does not exist yet has no other name than this one.
    return path.resolve(file)
  }
}

function userName(): string {
  const { uid, username } = userInfo()
  return uid >= 0 ? String(uid) : username
}

function hasRoom(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize >= roomBytes
  } catch {
    // No memory-backed folder on this system, or not ours to write.
    return false
  }
}
