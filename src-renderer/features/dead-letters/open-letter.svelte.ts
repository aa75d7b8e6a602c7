/** The one dead letter that is open, read whole. Rune state of the detail panel. */
import type { DeadLetterDetail } from '#contract/dead-letters.ts'
import { type AppError, fromErrorShape, toErrorShape } from '#contract/errors.ts'
import type { PenstockClient } from '../../transport/client.ts'

export class OpenLetter {
  readonly #client: Pick<PenstockClient, 'deadLetters'>
  #id = $state.raw<number | null>(null)
  #letter = $state.raw<DeadLetterDetail | null>(null)
  #error = $state.raw<AppError | null>(null)

  constructor(client: Pick<PenstockClient, 'deadLetters'>) {
    this.#client = client
  }

  /** The letter that is open or being read; null where none is. */
  get id(): number | null {
    return this.#id
  }

  /** The open letter; while another is read, the one before stays in sight. */
  get letter(): DeadLetterDetail | null {
    return this.#letter
  }

  get error(): AppError | null {
    return this.#error
  }

  /** Opens a letter, or none. An answer that comes after another was opened is dropped. Never rejects. */
  async open(id: number | null): Promise<void> {
    if (id === this.#id && this.#error === null) return
    this.#id = id
    this.#error = null
    if (id === null) {
      this.#letter = null
      return
    }
    try {
      const letter = await this.#client.deadLetters.get({ id })
      if (this.#id === id) this.#letter = letter
    } catch (error) {
      if (this.#id !== id) return
      this.#letter = null
      this.#error = fromErrorShape(toErrorShape(error))
    }
  }
}
