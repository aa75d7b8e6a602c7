/**
 * What the main process and a snapshot process say to each other, over the channel of child_process.fork. A process does
 * one thing and ends. Loaded by both sides.
 */
import type { ErrorCode } from '#contract/errors.ts'

/** The workspace of a store, as a snapshot holds it. */
export interface CopiedWorkspace {
  name: string
  /** Absolute path of penstock.yaml. */
  file: string
  text: string
}

/** Copies a store. */
export interface CopyOrder {
  kind: 'copy'
  storeFile: string
  /** Absolute path; the folder is there. */
  target: string
  /** Used where the store does not hold it itself. */
  workspace: CopiedWorkspace
  /** Version of this Penstock. */
  penstock: string
  scheduled: boolean
  /** Scheduled snapshots of this workspace that stay in the target's folder, the new one too; null where none are removed. */
  keep: number | null
}

/** Reads a store through and says what is wrong with it. */
export interface CheckOrder {
  kind: 'check'
  storeFile: string
}

export type SnapshotOrder = CopyOrder | CheckOrder

export type SnapshotReport =
  | { kind: 'progress'; bytes: number; totalBytes: number }
  | { kind: 'checking' }
  /** `removed`: older scheduled snapshots, absolute paths. */
  | { kind: 'copied'; bytes: number; takenAt: number; removed: string[] }
  /** In SQLite's words; empty where everything is whole. */
  | { kind: 'checked'; faults: string[]; bytes: number }
  | { kind: 'failed'; code: ErrorCode; message: string }

const orderKinds: readonly string[] = ['copy', 'check'] satisfies SnapshotOrder['kind'][]
const reportKinds: readonly string[] = [
  ...(['progress', 'checking', 'copied', 'checked', 'failed'] satisfies SnapshotReport['kind'][]),
]

function hasKind(value: unknown, kinds: readonly string[]): boolean {
  return typeof value === 'object' && value !== null && 'kind' in value && kinds.includes(String(value.kind))
}

/** A message as an order; null for anything else on the channel. Both sides are of one build: only the kind is checked. */
export function parseOrder(value: unknown): SnapshotOrder | null {
  return hasKind(value, orderKinds) ? (value as SnapshotOrder) : null
}

/** A message as a report; see {@link parseOrder}. */
export function parseReport(value: unknown): SnapshotReport | null {
  return hasKind(value, reportKinds) ? (value as SnapshotReport) : null
}
