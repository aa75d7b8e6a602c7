/** The form for a new connection, kept while other views are shown, and its saving. Rune state. */
import type { ConnectionDraft } from '#contract/connections.ts'
import { type AppError, fromErrorShape, toErrorShape } from '#contract/errors.ts'
import { emptyConnection, type ConnectionFields } from '../../state/connection-fields.ts'
import type { PenstockClient } from '../../transport/client.ts'

export class NewConnection {
  readonly #client: Pick<PenstockClient, 'connections'>
  #fields = $state.raw<ConnectionFields>(emptyConnection())
  #error = $state.raw<AppError | null>(null)
  #isSaving = $state(false)

  constructor(client: Pick<PenstockClient, 'connections'>) {
    this.#client = client
  }

  get fields(): ConnectionFields {
    return this.#fields
  }

  set fields(fields: ConnectionFields) {
    this.#fields = fields
  }

  /** Why it was not saved; null where it was, or was not tried. */
  get error(): AppError | null {
    return this.#error
  }

  get isSaving(): boolean {
    return this.#isSaving
  }

  /** Saves, and forgets what was typed. Never rejects. @returns whether it was saved */
  async save(draft: ConnectionDraft): Promise<boolean> {
    if (this.#isSaving) return false
    this.#isSaving = true
    this.#error = null
    try {
      await this.#client.connections.save({ draft })
      this.#fields = emptyConnection()
      return true
    } catch (error) {
      this.#error = fromErrorShape(toErrorShape(error))
      return false
    } finally {
      this.#isSaving = false
    }
  }
}
