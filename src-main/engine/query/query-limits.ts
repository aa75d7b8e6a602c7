/** Bounds of the query pool, taken from the contract. The main process reads them and hands its processes their part. */
import { cellBytes } from '#contract/cells.ts'
import { limits } from '#contract/limits.ts'

/** Bounds that a query process keeps by itself. Sizes are bytes. */
export interface ProcessLimits {
  /** Encoded bytes of one result. */
  resultBytes: number
  /** Memory beyond what an idle process uses. */
  heapBytes: number
  /** Temporary files of sorts and groups. */
  temporaryBytes: number
  /** One value while a statement computes. */
  valueBytes: number
  /** One value as it travels. */
  cellBytes: number
  pageRows: number
  /** Rows of the first page, which should be on the screen at once. */
  firstPageRows: number
  pageBytes: number
  /** Progress is reported at most this often. */
  progressMs: number
  /** Wait for a lock of the store, milliseconds. */
  busyMs: number
}

/** All bounds of a pool. */
export interface QueryLimits {
  process: ProcessLimits
  /** Defaults of one statement. */
  timeMs: number
  rows: number
  sqlBytes: number
  /** Statements that run at a time, and that wait. */
  processes: number
  queue: number
  /** Finished results that are kept, and their bytes in all. */
  resultsKept: number
  resultsKeptBytes: number
  longPollMs: number
  /** The engine's own reads: rows of one, milliseconds of one, and how many may wait. */
  readRows: number
  readMs: number
  readQueue: number
  /** A process that is not ready after this long is killed. */
  startMs: number
}

/** Part of a message that the transport adds around a page. */
const envelopeBytes = 64 * 1024

/** The bounds that people get; tests use smaller ones. */
export const defaultQueryLimits: QueryLimits = {
  process: {
    resultBytes: limits.queryBytes,
    heapBytes: limits.queryHeapBytes,
    temporaryBytes: 4 * limits.queryBytes,
    valueBytes: limits.queryHeapBytes / 2,
    cellBytes,
    pageRows: limits.queryPageRows,
    firstPageRows: 100,
    pageBytes: limits.queryPageBytes - envelopeBytes,
    progressMs: 50,
    busyMs: 5000,
  },
  timeMs: limits.queryMs,
  rows: limits.queryRows,
  sqlBytes: limits.querySqlBytes,
  processes: limits.queryProcesses,
  queue: limits.queryQueue,
  resultsKept: limits.resultsKept,
  resultsKeptBytes: 4 * limits.queryBytes,
  longPollMs: limits.longPollMs,
  readRows: 100_000,
  readMs: 10_000,
  readQueue: 256,
  startMs: 30_000,
}
