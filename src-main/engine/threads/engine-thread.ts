/** One worker thread of the engine as the main process sees it: calls, notices, and one report when it ends unasked. */
import { AppError } from '#contract/errors.ts'
import { Worker } from 'node:worker_threads'
import { ThreadCalls } from './thread-calls.ts'
import type { ThreadStopInput } from './thread-messages.ts'

export interface ThreadOptions {
  /** Word for it in messages: "ingest" or "store". */
  name: string
  entry: URL
  notice: (message: unknown) => void
  /** Called once when it ends without having been asked to. */
  crashed: (error: AppError) => void
}

const stopMs = 10_000
/** Young generation of the ingest thread's heap: batches live longer than a default one lasts. */
const youngGenerationMb = 64

export class EngineThread {
  readonly name: string
  readonly calls: ThreadCalls
  readonly worker: Worker
  #stopping = false
  #reported = false

  constructor(options: ThreadOptions) {
    this.name = options.name
    this.worker = new Worker(options.entry, {
      name: `penstock ${options.name}`,
      resourceLimits: { maxYoungGenerationSizeMb: youngGenerationMb },
    })
    this.calls = new ThreadCalls(this.worker, {}, options.notice)
    const ended = (cause: unknown): void => {
      const why = cause instanceof Error ? cause.message : String(cause)
      const error = new AppError('THREAD_CRASHED', `the ${options.name} thread ended: ${why}`, { cause })
      this.calls.break(error)
      if (this.#stopping || this.#reported) return
      this.#reported = true
      options.crashed(error)
    }
    this.worker.on('error', ended)
    this.worker.on('exit', (code) => {
      ended(`exit code ${String(code)}`)
    })
  }

  /** Lets the thread finish in order, then ends it. Resolves also when it does not answer. */
  async stop(input: ThreadStopInput): Promise<void> {
    this.#stopping = true
    try {
      await withTimeout(this.calls.call('stop', input), stopMs)
    } catch {
      // It is gone already or does not answer; terminating is what is left.
    }
    await this.terminate()
  }

  /** Ends the thread at once. A thread inside a long SQL statement ends only after it; this does not wait for that. */
  async terminate(): Promise<void> {
    this.#stopping = true
    await withTimeout(this.worker.terminate(), stopMs).catch(() => undefined)
  }
}

async function withTimeout<Output>(promise: Promise<Output>, ms: number): Promise<Output> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new AppError('THREAD_CRASHED', `no answer within ${String(ms)} ms`))
    }, ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
