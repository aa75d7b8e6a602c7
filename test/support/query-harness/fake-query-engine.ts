/** Queries over the fake results with the manners of the real engine: long polls, pages, cancel, close, history. */
import { AppError } from '#contract/errors.ts'
import { limits } from '#contract/limits.ts'
import type { HistoryEntry, QueryStatus } from '#contract/query.ts'
import type { PenstockClient } from '../../../src-renderer/transport/client.ts'
import { fakeSchema, resultOf, type FakeResult } from './fake-results.ts'

interface Running {
  result: FakeResult
  startedAt: number
  cancelledAt: number | null
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

export class FakeQueryEngine {
  readonly #queries = new Map<string, Running>()
  readonly #history: HistoryEntry[] = []
  readonly #isCut: () => boolean
  #next = 1

  constructor(isCut: () => boolean) {
    this.#isCut = isCut
    const now = Date.now()
    const past: [string, number, number, HistoryEntry['state'], string | null][] = [
      ['SELECT origin, count(*) AS flights, avg(delay) AS average_delay\nFROM late_flights\nGROUP BY origin\nORDER BY flights DESC', 41, 10, 'done', null], // prettier-ignore
      ['SELECT * FORM late_flights', 2, 0, 'failed', 'near "FORM": syntax error'],
      ['WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n', 8200, 0, 'cancelled', 'Cancelled after 8.2 s.'], // prettier-ignore
      ['SELECT * FROM late_flights ORDER BY rowid DESC LIMIT 100', 6, 100, 'done', null],
      ["SELECT strftime('%H', at / 1000, 'unixepoch') AS hour, max(delay) FROM flights GROUP BY 1", 132, 24, 'done', null], // prettier-ignore
    ]
    for (const [index, [sql, durationMs, rows, state, error]] of past.entries()) {
      this.#history.push({ id: -index, sql, at: now - (index + 1) * 340_000, durationMs, rows, state, error })
    }
  }

  #status(id: string): QueryStatus {
    const query = this.#queries.get(id)
    if (query === undefined) throw new AppError('RESULT_GONE', 'The result is not kept any more.')
    const { result, startedAt, cancelledAt } = query
    const elapsedMs = Math.round((cancelledAt ?? Date.now()) - startedAt)
    const arrived =
      result.rowsPerSecond === Infinity ? result.rows : Math.floor((elapsedMs / 1000) * result.rowsPerSecond)
    const rows = Math.min(result.rows, arrived)
    const isEnded = result.rowsPerSecond > 0 && rows >= result.rows
    const failed = result.error !== null && !result.truncated
    const state = cancelledAt !== null ? 'cancelled' : !isEnded ? 'running' : failed ? 'failed' : 'done'
    const ended =
      result.rowsPerSecond === Infinity ? 6 : Math.round((result.rows / result.rowsPerSecond) * 1000)
    return {
      id,
      version: state === 'running' ? 1 + Math.floor(elapsedMs / 250) : 1_000_000,
      state,
      columns: rows === 0 && state === 'running' ? [] : result.columns,
      rows,
      bytes: rows * 120,
      elapsedMs: state === 'done' || state === 'failed' ? ended : elapsedMs,
      asOf: failed ? null : startedAt + 1,
      truncated: result.truncated,
      error:
        state === 'cancelled'
          ? { code: 'QUERY_CANCELLED', message: 'Cancelled.', details: {} }
          : state === 'running'
            ? null
            : result.error,
      errorOffset: result.errorOffset,
    }
  }

  async #answer(): Promise<void> {
    await sleep(8)
    if (this.#isCut()) throw new AppError('CONNECTION_LOST', 'The connection to the engine is cut.')
  }

  calls(): Partial<PenstockClient['query']> {
    return {
      start: async ({ sql }) => {
        await this.#answer()
        const id = `q${String(this.#next++)}`
        this.#queries.set(id, { result: resultOf(sql), startedAt: Date.now(), cancelledAt: null })
        return { id }
      },
      watch: async ({ id, after }) => {
        for (;;) {
          await this.#answer()
          const status = this.#status(id)
          if (after === null || status.version > after) return status
          await sleep(60)
        }
      },
      page: async ({ id, start, count }) => {
        await this.#answer()
        const { rows } = this.#status(id)
        const length = Math.max(0, Math.min(count, limits.queryPageRows, rows - start))
        const row = this.#queries.get(id)?.result.row ?? (() => [])
        return { start, rows: Array.from({ length }, (_, index) => row(start + index)) }
      },
      cancel: async ({ id }) => {
        await this.#answer()
        const query = this.#queries.get(id)
        if (query !== undefined) query.cancelledAt ??= Date.now()
        return this.#status(id)
      },
      close: async ({ id }) => {
        await this.#answer()
        return { closed: this.#queries.delete(id) }
      },
      history: async ({ search, limit }) => {
        await this.#answer()
        const wanted = search.toLowerCase()
        const found = this.#history.filter(({ sql, error }) =>
          `${sql} ${error ?? ''}`.toLowerCase().includes(wanted),
        )
        return { entries: found.slice(0, limit) }
      },
      schema: async () => {
        await this.#answer()
        return fakeSchema
      },
    }
  }
}
