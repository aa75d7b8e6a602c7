/** Whether a lookup file is still the one that reading began with. */
import { stat } from 'node:fs/promises'
import type { FileLookup } from './file-lookup.ts'
import { lookupFault } from './lookup-fault.ts'

/** Identity, size and time of a file; equal for an unchanged file. */
export interface FileVersion {
  text: string
  sizeBytes: number
}

/** @throws AppError LOOKUP_UNREADABLE where there is no readable file */
export async function fileVersion(lookup: FileLookup): Promise<FileVersion> {
  const facts = await stat(lookup.file, { bigint: true }).catch((error: unknown) => {
    throw fileFault(lookup, error)
  })
  if (facts.isDirectory()) throw lookupFault(lookup, 'this is a folder, not a file')
  if (!facts.isFile()) throw lookupFault(lookup, 'this is not a regular file')
  const text = [facts.dev, facts.ino, facts.size, facts.mtimeNs].join(' ')
  return { text, sizeBytes: Number(facts.size) }
}

/** An error of the file system as a fault of the lookup. */
export function fileFault(lookup: FileLookup, error: unknown): Error {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return lookupFault(lookup, 'the file does not exist', {
      hint: 'the path is relative to penstock.yaml',
      cause: error,
    })
  }
  if (code === 'EACCES' || code === 'EPERM') return lookupFault(lookup, 'permission denied', { cause: error })
  return lookupFault(lookup, error instanceof Error ? error.message : String(error), { cause: error })
}
