/**
 * Starts the engine's threads anew after one has ended by itself, with growing pauses, and gives up where they keep failing.
 * Main process.
 */
import type { AppError } from '#contract/errors.ts'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from './engine-api.ts'

/** More crashes than this within the window, and the engine stays down. */
const mostCrashes = 5
const crashWindowMs = 60_000
const restartMs = 500

/** What the restarts need of the engine. */
export interface RestartPorts {
  logger: Logger
  /** Aborted when the engine is stopped. */
  stopping: AbortSignal
  /** Stops what is left of the threads. */
  stopThreads: () => Promise<void>
  /** Whether ingest may go on at all. */
  mayGoOn: () => boolean
  /** Starts the threads from the last committed position. @throws AppError also where one ended again before this was done */
  startAnew: (reason: string) => Promise<void>
  waiting: (reason: string) => void
  failed: (reason: string) => void
}

export class CrashRestarts {
  readonly #ports: RestartPorts
  #crashes: number[] = []
  #running: Promise<void> | null = null
  /** A crash of threads that are being started anew, which has not been seen to yet. */
  #crashedAnew: AppError | null = null

  constructor(ports: RestartPorts) {
    this.#ports = ports
  }

  /** Resolves when no restart is under way. */
  get settled(): Promise<void> {
    return this.#running ?? Promise.resolve()
  }

  get isRestarting(): boolean {
    return this.#running !== null
  }

  /** A thread has ended by itself. */
  crashed(error: AppError): void {
    if (this.#ports.stopping.aborted) return
    if (this.#running !== null) {
      this.#crashedAnew = error
      return
    }
    const now = Date.now()
    this.#crashes = [...this.#crashes.filter((at) => at > now - crashWindowMs), now]
    this.#ports.logger.error({ err: error, crashes: this.#crashes.length }, error.message)
    this.#running = this.#restart(error).finally(() => {
      this.#running = null
    })
  }

  /** Forgets crashes of threads that are gone; to be called before they are started anew. */
  begin(): void {
    this.#crashedAnew = null
  }

  /** Asked after a wait, in which a thread may have ended. */
  refuseCrashed(): void {
    if (this.#crashedAnew !== null) throw this.#crashedAnew
  }

  async #restart(crash: AppError): Promise<void> {
    const { logger, stopThreads, mayGoOn, startAnew, waiting, failed } = this.#ports
    let reason = crash.message
    for (;;) {
      await stopThreads()
      if (this.#hasStopped() || !mayGoOn()) return
      if (this.#crashes.length > mostCrashes) {
        failed(`${reason}; it kept failing, restart Penstock`)
        return
      }
      waiting(`${reason}; starting it anew`)
      await this.#waitUnlessStopped(restartMs * this.#crashes.length)
      if (this.#hasStopped()) return
      try {
        await startAnew(reason)
        return
      } catch (error) {
        reason = error instanceof Error ? error.message : String(error)
        this.#crashes.push(Date.now())
        logger.error({ err: error }, `starting the threads anew failed: ${reason}`)
      }
    }
  }

  /** Asked anew after each wait: a stop may have come meanwhile. */
  #hasStopped(): boolean {
    return this.#ports.stopping.aborted
  }

  async #waitUnlessStopped(ms: number): Promise<void> {
    const { stopping: signal } = this.#ports
    await delay(ms, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error
    })
  }
}
