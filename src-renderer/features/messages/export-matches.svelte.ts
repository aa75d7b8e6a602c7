/**
 * Exports every match of a search: those whose previews are whole from the list, the others read one by one. Rune state;
 * one export at a time, with its progress, cancelled at once.
 */
import { type AppError, fromErrorShape, toErrorShape } from '#contract/errors.ts'
import { limits } from '#contract/limits.ts'
import type { PenstockClient } from '../../transport/client.ts'
import type { ExportMessage } from './export-lines.ts'
import { readMessage } from './read-message.ts'
import type { SearchRun } from './search-run.svelte.ts'

/** Messages that are read at once. */
const atOnce = 8

/** How far an export is. */
export interface ExportProgress {
  done: number
  total: number
}

export class MatchExport {
  readonly #client: Pick<PenstockClient, 'messages'>
  #progress = $state.raw<ExportProgress | null>(null)
  #error = $state.raw<AppError | null>(null)
  #abort = new AbortController()

  constructor(client: Pick<PenstockClient, 'messages'>) {
    this.#client = client
  }

  /** Null while nothing is exported. */
  get progress(): ExportProgress | null {
    return this.#progress
  }

  /** Why the last export failed; null where it did not. */
  get error(): AppError | null {
    return this.#error
  }

  cancel(): void {
    this.#abort.abort()
    this.#progress = null
  }

  forget(): void {
    this.#error = null
  }

  /** All matches there are now, in their order; null where it was cancelled or failed. Never rejects. */
  async read(run: SearchRun): Promise<ExportMessage[] | null> {
    this.#abort.abort()
    this.#abort = new AbortController()
    const { signal } = this.#abort
    const total = run.status?.matches ?? 0
    this.#progress = { done: 0, total }
    this.#error = null
    const messages: ExportMessage[] = []
    try {
      while (messages.length < total) {
        const count = Math.min(limits.queryPageRows, total - messages.length)
        const { rows } = await run.page(messages.length, count)
        if (rows.length === 0) break
        for (let at = 0; at < rows.length; at += atOnce) {
          signal.throwIfAborted()
          const group = rows.slice(at, at + atOnce)
          messages.push(
            ...(await Promise.all(group.map((row) => readMessage(this.#client, run.request, row, signal)))),
          )
          this.#progress = { done: messages.length, total }
        }
      }
    } catch (error) {
      if (!signal.aborted) {
        this.#error = fromErrorShape(toErrorShape(error))
        this.#progress = null
      }
      return null
    }
    this.#progress = null
    return messages
  }
}
