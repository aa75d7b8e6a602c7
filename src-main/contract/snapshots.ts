/**
 * Snapshots: consistent copies of store and workspace in one SQLite file, taken while ingest goes on. One at a time.
 * Sizes are bytes, times are milliseconds since 1970 UTC.
 */
import { z } from 'zod'
import { errorShape } from './errors.ts'

/** `checking`: everything is copied, and the copy is read through before it takes its name. */
const snapshotState = z.enum(['copying', 'checking', 'done', 'failed', 'cancelled'])

export const snapshotRun = z.object({
  id: z.string(),
  state: snapshotState,
  /** Absolute path. */
  file: z.string(),
  /** Whether the schedule of the workspace asked for it. */
  scheduled: z.boolean(),
  startedAt: z.number(),
  endedAt: z.number().nullable(),
  /** Copied so far, and in all; 0 before the size is known. */
  bytes: z.number(),
  totalBytes: z.number(),
  /** Of the copying, since its beginning. */
  bytesPerSecond: z.number(),
  /** Until everything is copied; null where that cannot be said. */
  leftMs: z.number().nullable(),
  error: errorShape.nullable(),
})
export type SnapshotRun = z.infer<typeof snapshotRun>

export const snapshotStatus = z.object({
  /** Grows with each change. */
  version: z.number(),
  /** The one under way, or the last one of this start; null before the first. */
  run: snapshotRun.nullable(),
  /** When the next one is taken by itself; null where none are. */
  nextAt: z.number().nullable(),
})
export type SnapshotStatus = z.infer<typeof snapshotStatus>

/** Absolute, or relative to the folder of the workspace. A snapshot of that name is replaced, any other file never. */
export const snapshotRequest = z.object({ file: z.string().min(1).max(4096) })

/** The snapshot that is open in place of a workspace that runs. */
export const openSnapshot = z.object({
  /** Absolute path. */
  file: z.string(),
  takenAt: z.number(),
  /** Version of Penstock that took it. */
  penstock: z.string(),
})
export type OpenSnapshot = z.infer<typeof openSnapshot>
