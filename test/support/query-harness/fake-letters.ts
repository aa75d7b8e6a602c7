/** Dead letters made of arithmetic, of four kinds, growing while one looks. For the harness and browser tests. */
import type { DeadLetterDetail, DeadLetterGroup, DeadLetterSummary } from '#contract/dead-letters.ts'
import { AppError } from '#contract/errors.ts'
import type { PenstockClient } from '../../../src-renderer/transport/client.ts'

interface Kind {
  table: string
  step: string
  column: string
  reason: (id: number) => string
  sql: string
  value: (id: number) => string
  sizeBytes: number | null
}

const flight =
  '{"date":"2001/01/10 18:20","delay":"three","distance":1055,"origin":"ATL","destination":"DEN"}'
const kinds: readonly Kind[] = [
  {
    ...{ table: '', step: 'decode', column: 'delay', sql: '', sizeBytes: null },
    reason: (id) => `delay: "${['three', 'n/a', '12 min'][id % 3] ?? ''}" is no integer`,
    value: (id) => flight.replace('three', ['three', 'n/a', '12 min'][id % 3] ?? ''),
  },
  {
    ...{ table: '', step: 'decode', column: '', sql: '', sizeBytes: null },
    reason: () => 'the record is no JSON: invalid UTF-8 at byte 27',
    value: () => '{"date":"2001/01/11 06:05","\xc3(\xff\xfe\x00":5,"origin":"D\xe9nver"',
  },
  {
    ...{ table: 'late_flights', step: 'severity', column: '', sizeBytes: null },
    reason: () => 'malformed JSON',
    sql: "SELECT at, origin, city, state, destination, distance, delay,\n       CASE WHEN delay > 120 THEN 'severe' WHEN delay > 45 THEN 'long' ELSE 'short' END AS severity,\n       json_extract(detail, '$.gate') AS gate -- from the airport's own feed\nFROM enriched\nWHERE delay > 15",
    value: () => flight.replace('"three"', '93,"detail":"{gate: 7}","ref":9007199254740993'),
  },
  {
    ...{ table: '', step: 'decode', column: '', sql: '', sizeBytes: 53_477_376 },
    reason: () => 'the record has 51 MB, more than the 32 MB that a record may have',
    value: () => `{"date":"2001/01/12 09:40","blob":"${'A'.repeat(60_000)}`,
  },
]

const kindOf = (id: number): Kind =>
  kinds[id % 29 === 0 ? 3 : id % 11 === 0 ? 1 : id % 5 === 0 ? 2 : 0] ?? kinds[0]!

export class FakeLetters {
  readonly #startedAt = Date.now()
  readonly #isCut: () => boolean
  readonly #isEmpty: boolean

  constructor(isCut: () => boolean, isEmpty: boolean) {
    this.#isCut = isCut
    this.#isEmpty = isEmpty
  }

  get #newest(): number {
    return this.#isEmpty ? 0 : 1136 + Math.floor((Date.now() - this.#startedAt) / 1200)
  }

  #summary(id: number): DeadLetterSummary {
    const kind = kindOf(id)
    const at = this.#startedAt + (id - 1136) * 1200
    return {
      id,
      at,
      source: 'flights',
      topic: 'flights',
      partition: id % 4,
      offset: String(9_007_199_254_741_000n + BigInt(id)),
      timestamp: id % 7 === 0 ? null : at - 41,
      step: kind.step,
      table: kind.table,
      column: kind.column,
      reason: kind.reason(id),
      sizeBytes: kind.sizeBytes ?? kind.value(id).length,
    }
  }

  #groups(): DeadLetterGroup[] {
    const groups = kinds.map((kind): DeadLetterGroup => {
      const ids = Array.from({ length: this.#newest }, (_, index) => index + 1).filter(
        (id) => kindOf(id) === kind,
      )
      const last = ids.at(-1) ?? 0
      const { source, table, step, column, reason, at } = this.#summary(last)
      const firstAt = this.#summary(ids[0] ?? 0).at
      return { source, table, step, column, reason, count: ids.length, firstAt, lastAt: at }
    })
    return groups.filter(({ count }) => count > 0).toSorted((left, right) => right.count - left.count)
  }

  async #answer(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 8))
    if (this.#isCut()) throw new AppError('CONNECTION_LOST', 'The connection to the engine is cut.')
  }

  calls(): PenstockClient['deadLetters'] {
    return {
      list: async ({ before, limit, step, column, reason }) => {
        await this.#answer()
        const letters: DeadLetterSummary[] = []
        const kind = kinds.find((one) => [0, 1, 2].some((id) => one.reason(id) === reason))
        for (let id = (before ?? this.#newest + 1) - 1; id > 0 && letters.length < limit; id--) {
          const letter = this.#summary(id)
          const isWanted =
            (step === undefined || letter.step === step) && (column === undefined || letter.column === column)
          if (isWanted && (kind === undefined || kindOf(id) === kind)) letters.push(letter)
        }
        return { letters }
      },
      groups: async () => {
        await this.#answer()
        return { groups: this.#groups() }
      },
      get: async ({ id }): Promise<DeadLetterDetail> => {
        await this.#answer()
        if (id < 1 || id > this.#newest) {
          throw new AppError(
            'NOT_FOUND',
            `Dead letter ${String(id)} is not there, or made room for newer ones.`,
          )
        }
        const { sql, value, sizeBytes } = kindOf(id)
        return {
          ...this.#summary(id),
          sql,
          value: btoa(value(id)),
          truncated: sizeBytes !== null,
          key: id % 3 === 0 ? null : 'ATL',
          headers: id % 2 === 0 ? '{"producer":"gate-feed","schema":"7"}' : null,
        }
      },
    }
  }
}
