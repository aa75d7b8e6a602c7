/**
 * Calls between the main process and its threads, and between threads: a request has an id, an answer or an error; other
 * messages are notices. Carries no record data except where a notice transfers it.
 */
import { AppError, errorShape, type ErrorShape, fromErrorShape, toErrorShape } from '#contract/errors.ts'
import type { Transferable } from 'node:worker_threads'

interface Request {
  kind: 'call'
  id: number
  name: string
  input: unknown
}

interface Answer {
  kind: 'answer'
  id: number
  output: unknown
  error: ErrorShape | null
}

/** The slice of a Worker, MessagePort or parentPort that calls need. */
export interface ThreadPort {
  postMessage(message: unknown, transfer?: readonly Transferable[]): void
  on(event: 'message', listener: (message: unknown) => void): unknown
}

/** @param signal aborted when the caller has given up */
export type CallHandler = (input: never, signal: AbortSignal) => unknown

/** Calls and answers over one port. */
export class ThreadCalls {
  readonly #port: ThreadPort
  readonly #handlers: Readonly<Record<string, CallHandler>>
  readonly #pending = new Map<
    number,
    { resolve: (output: unknown) => void; reject: (error: Error) => void }
  >()
  readonly #notice: (message: unknown) => void
  /** Calls of the other side that are under way. */
  readonly #answering = new Map<number, AbortController>()
  #nextId = 1
  #broken: Error | null = null

  /** @param notice receives messages that are neither calls nor answers */
  constructor(
    port: ThreadPort,
    handlers: Readonly<Record<string, CallHandler>>,
    notice: (message: unknown) => void,
  ) {
    this.#port = port
    this.#handlers = handlers
    this.#notice = notice
    port.on('message', (message) => {
      this.#receive(message)
    })
  }

  /**
   * Calls the other side.
   * @param signal gives the call up: the other side is told, and may stop its work
   * @throws the other side's AppError; THREAD_CRASHED when it is gone; the signal's reason
   */
  async call<Output>(
    name: string,
    input: unknown,
    transfer: readonly Transferable[] = [],
    signal?: AbortSignal,
  ): Promise<Output> {
    signal?.throwIfAborted()
    if (this.#broken !== null) throw this.#broken
    const id = this.#nextId++
    const aborted = (): void => {
      this.#giveUp(id, signal?.reason)
    }
    signal?.addEventListener('abort', aborted, { once: true })
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#pending.set(id, { resolve, reject })
    })
    this.#port.postMessage({ kind: 'call', id, name, input } satisfies Request, transfer)
    try {
      // The two ends of a thread are built from the same source; the contract's types hold.
      return (await answer) as Output
    } finally {
      signal?.removeEventListener('abort', aborted)
    }
  }

  tell(message: object, transfer: readonly Transferable[] = []): void {
    if (this.#broken === null) this.#port.postMessage(message, transfer)
  }

  /** Rejects everything under way and everything to come. */
  break(error: Error): void {
    this.#broken = error
    for (const { reject } of this.#pending.values()) reject(error)
    this.#pending.clear()
  }

  #giveUp(id: number, reason: unknown): void {
    const pending = this.#pending.get(id)
    this.#pending.delete(id)
    if (this.#broken === null) this.#port.postMessage({ kind: 'give-up', id })
    pending?.reject(reason instanceof Error ? reason : new Error('given up'))
  }

  #receive(message: unknown): void {
    if (isGiveUp(message)) {
      this.#answering.get(message.id)?.abort()
      return
    }
    if (isAnswer(message)) this.#settle(message)
    else if (isRequest(message)) void this.#answer(message)
    else this.#notice(message)
  }

  #settle(answer: Answer): void {
    const pending = this.#pending.get(answer.id)
    this.#pending.delete(answer.id)
    if (answer.error === null) pending?.resolve(answer.output)
    else pending?.reject(fromErrorShape(errorShape.parse(answer.error)))
  }

  async #answer(request: Request): Promise<void> {
    const answer: Answer = { kind: 'answer', id: request.id, output: null, error: null }
    try {
      const handler = this.#handlers[request.name]
      if (handler === undefined) throw new AppError('INTERNAL', `no handler for ${request.name}`)
      const controller = new AbortController()
      this.#answering.set(request.id, controller)
      answer.output = await handler(request.input as never, controller.signal)
    } catch (error) {
      answer.error = toErrorShape(error)
    } finally {
      this.#answering.delete(request.id)
    }
    this.#port.postMessage(answer)
  }
}

/** Milliseconds since 1970 with fractions; the same clock in every thread of the process. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now()
}

function isAnswer(message: unknown): message is Answer {
  return hasKind(message, 'answer')
}

function isGiveUp(message: unknown): message is { id: number } {
  return hasKind(message, 'give-up')
}

function isRequest(message: unknown): message is Request {
  return hasKind(message, 'call')
}

/** Whether a message is of this kind. */
export function hasKind(message: unknown, kind: string): boolean {
  return typeof message === 'object' && message !== null && 'kind' in message && message.kind === kind
}
