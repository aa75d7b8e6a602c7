/** The connection to a thread that may be started anew: the port that was attached last counts. */
import type { MessagePort, Transferable } from 'node:worker_threads'
import { type CallHandler, ThreadCalls } from './thread-calls.ts'

export class ThreadLink {
  #port: MessagePort | null = null
  #calls: ThreadCalls | null = null

  /** @param notice receives what is no call of a handler */
  attach(
    port: MessagePort,
    handlers: Readonly<Record<string, CallHandler>>,
    notice: (message: unknown) => void,
  ): void {
    this.close()
    this.#port = port
    this.#calls = new ThreadCalls(port, handlers, notice)
  }

  /** Lost where nothing is attached. */
  tell(message: object, transfer?: readonly Transferable[]): void {
    this.#calls?.tell(message, transfer)
  }

  close(): void {
    this.#port?.close()
  }
}
