/**
 * Keeps a few query processes ready and gives each one job at a time; jobs beyond that wait in order. Lives in the main
 * process. A process is killed to stop its job, so a warm one stands by to take the next job at once.
 */
import { performance } from 'node:perf_hooks'
import type { Logger } from '../engine-api.ts'
import { QueryProcess } from './process-handle.ts'
import type { ProcessEnd } from './process-handle.ts'
import type { ExecuteOrder, OpenOrder, ProcessReport, ReadOrder } from './process-messages.ts'

/** How a job ended: with an answer, or without one because its process did, or because none could be started. */
export type JobOutcome =
  | { kind: 'answered'; report: ProcessReport }
  | { kind: 'ended'; by: ProcessEnd | 'time' | 'unavailable'; detail: string }

export interface Job {
  order: ExecuteOrder | ReadOrder
  timeMs: number
  /** A process took the job. */
  taken(): void
  /** On the way to the answer. */
  report(report: ProcessReport): void
  /** Once, unless the job is withdrawn. */
  settle(outcome: JobOutcome): void
}

export interface ProcessPoolOptions {
  name: string
  entry: URL
  open: Omit<OpenOrder, 'kind' | 'parentId'>
  /** Jobs that run at a time. */
  size: number
  /** Processes that may stand by beyond those. */
  spare: number
  startMs: number
  logger: Logger
  /** Told each time that a job met a damaged page. */
  damaged?: (() => void) | undefined
}

interface Slot {
  process: QueryProcess
  isReady: boolean
  /** What the process used when it was ready. */
  memoryBytes: number
  job: Job | null
  jobSince: number
  timer: NodeJS.Timeout
}

/** Processes that die one after the other are started again after a wait that doubles, up to the longest. */
const firstRetryMs = 100
const longestRetryMs = 10_000
const lossesUntilUnavailable = 5
/** A process that still holds this share of its memory limit after a job is replaced. */
const recycleShare = 0.25

/** See the head of the file. */
export class ProcessPool {
  readonly #options: ProcessPoolOptions
  readonly #slots = new Set<Slot>()
  readonly #dying = new Set<Promise<undefined>>()
  #queue: Job[] = []
  #losses = 0
  #retryTimer: NodeJS.Timeout | null = null
  #isClosed = false

  constructor(options: ProcessPoolOptions) {
    this.#options = options
    this.#fill()
  }

  /** Jobs that wait for a process. */
  get waiting(): number {
    return this.#queue.length
  }

  /** `performance.now()` at which the longest running job was given to its process; null when none runs. */
  get oldestJobSince(): number | null {
    const times = [...this.#slots].filter((slot) => slot.job !== null).map((slot) => slot.jobSince)
    return times.length === 0 ? null : Math.min(...times)
  }

  submit(job: Job): void {
    this.#queue.push(job)
    this.#dispatch()
  }

  /** Takes a job back; its process, if it has one, is killed. Resolves when nothing works on it any more. */
  async withdraw(job: Job): Promise<void> {
    this.#queue = this.#queue.filter((candidate) => candidate !== job)
    const slot = [...this.#slots].find((candidate) => candidate.job === job)
    if (slot === undefined) return
    const gone = this.#remove(slot)
    this.#dispatch()
    await gone
  }

  /** Kills every process. Jobs are forgotten, not settled. */
  async close(): Promise<void> {
    this.#isClosed = true
    if (this.#retryTimer !== null) clearTimeout(this.#retryTimer)
    this.#queue = []
    for (const slot of [...this.#slots]) void this.#remove(slot)
    await Promise.all(this.#dying)
  }

  #running(): number {
    return [...this.#slots].filter((slot) => slot.job !== null).length
  }

  #dispatch(): void {
    for (const slot of this.#slots) {
      if (this.#running() >= this.#options.size) break
      if (slot.job !== null || !slot.isReady) continue
      const job = this.#queue.shift()
      if (job === undefined) break
      this.#give(slot, job)
    }
    this.#fill()
  }

  #give(slot: Slot, job: Job): void {
    slot.job = job
    slot.jobSince = performance.now()
    slot.timer = setTimeout(() => {
      void this.#remove(slot)
      job.settle({ kind: 'ended', by: 'time', detail: '' })
      this.#dispatch()
    }, job.timeMs)
    job.taken()
    slot.process.order(job.order)
  }

  /** Starts processes for the jobs that run and could run, and one more to stand by, within the bounds. */
  #fill(): void {
    if (this.#isClosed || this.#retryTimer !== null) return
    const { size, spare } = this.#options
    const running = this.#running()
    const startable = Math.min(this.#queue.length, size - running)
    const target = Math.min(size + spare, running + Math.max(1, startable))
    while (this.#slots.size < target) this.#start()
  }

  #start(): void {
    const { entry, open, startMs, logger, name } = this.#options
    const slot: Slot = {
      process: new QueryProcess(entry, open, {
        report: (report) => {
          this.#receive(slot, report)
        },
        ended: (end, detail) => {
          this.#ended(slot, end, detail)
        },
      }),
      isReady: false,
      memoryBytes: 0,
      job: null,
      jobSince: 0,
      timer: setTimeout(() => {
        logger.warn({ pool: name, startMs }, 'a query process did not become ready in time')
        void this.#remove(slot)
        this.#lost('it did not become ready in time')
      }, startMs),
    }
    this.#slots.add(slot)
  }

  #receive(slot: Slot, report: ProcessReport): void {
    if (report.kind === 'ready') {
      clearTimeout(slot.timer)
      slot.isReady = true
      slot.memoryBytes = report.memoryBytes
      this.#dispatch()
    } else if (report.kind === 'started' || report.kind === 'pages' || report.kind === 'findings') {
      slot.job?.report(report)
    } else {
      this.#answered(slot, report)
    }
  }

  #answered(slot: Slot, report: Extract<ProcessReport, { memoryBytes: number }>): void {
    const job = slot.job
    clearTimeout(slot.timer)
    slot.job = null
    this.#losses = 0
    const grownBytes = report.memoryBytes - slot.memoryBytes
    if (grownBytes > this.#options.open.limits.heapBytes * recycleShare) void this.#remove(slot)
    job?.settle({ kind: 'answered', report })
    if (report.kind === 'failed' && report.fault.code === 'STORE_DAMAGED') this.#options.damaged?.()
    this.#dispatch()
  }

  #ended(slot: Slot, end: ProcessEnd, detail: string): void {
    if (!this.#slots.delete(slot)) return
    clearTimeout(slot.timer)
    slot.job?.settle({ kind: 'ended', by: end, detail })
    if (end === 'lost') {
      this.#options.logger.warn({ pool: this.#options.name, detail }, 'a query process ended by itself')
      this.#lost(detail)
    }
    this.#dispatch()
  }

  #lost(detail: string): void {
    this.#losses += 1
    if (this.#losses >= lossesUntilUnavailable) {
      const jobs = this.#queue
      this.#queue = []
      for (const job of jobs) job.settle({ kind: 'ended', by: 'unavailable', detail })
    }
    if (this.#isClosed || this.#retryTimer !== null) return
    const waitMs = Math.min(longestRetryMs, firstRetryMs * 2 ** (this.#losses - 1))
    this.#retryTimer = setTimeout(() => {
      this.#retryTimer = null
      this.#dispatch()
    }, waitMs)
  }

  #remove(slot: Slot): Promise<undefined> {
    this.#slots.delete(slot)
    clearTimeout(slot.timer)
    const gone = slot.process.kill()
    this.#dying.add(gone)
    void gone.then(() => this.#dying.delete(gone))
    return gone
  }
}
