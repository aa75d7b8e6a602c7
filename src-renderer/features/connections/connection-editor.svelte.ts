/**
 * A connection in the form: a new one, or one of the workspace, with its saving and removal. Rune state, made once for each
 * that is edited and kept while other views are shown.
 */
import type { ConnectionDraft } from '#contract/connections.ts'
import { type AppError, fromErrorShape, toErrorShape } from '#contract/errors.ts'
import { fieldsOf } from '../../state/connection-drafts.ts'
import { emptyConnection, type ConnectionFields } from '../../state/connection-fields.ts'
import type { PenstockClient } from '../../transport/client.ts'

type Client = Pick<PenstockClient, 'connections'>

export class ConnectionEditor {
  readonly #client: Client
  readonly #name: string | null
  #fields = $state.raw<ConnectionFields | null>(null)
  #loadError = $state.raw<AppError | null>(null)
  #error = $state.raw<AppError | null>(null)
  #isBusy = $state(false)

  /** @param name of a connection of the workspace; null for a new one */
  constructor(client: Client, name: string | null) {
    this.#client = client
    this.#name = name
    if (name === null) this.#fields = emptyConnection()
  }

  /** Null until they were read. */
  get fields(): ConnectionFields | null {
    return this.#fields
  }

  change(fields: ConnectionFields): void {
    this.#fields = fields
  }

  /** Why the connection could not be read. */
  get loadError(): AppError | null {
    return this.#loadError
  }

  /** Why it was not saved or removed; null where it was, or was not tried. */
  get error(): AppError | null {
    return this.#error
  }

  /** While it is saved or removed. */
  get isBusy(): boolean {
    return this.#isBusy
  }

  /** Reads what the workspace declares, unless something is in the fields already. Never rejects. */
  async load(): Promise<void> {
    if (this.#name === null || this.#fields !== null) return
    this.#loadError = null
    try {
      const draft = await this.#client.connections.get({ name: this.#name })
      this.#fields ??= fieldsOf(draft)
    } catch (error) {
      this.#loadError = fromErrorShape(toErrorShape(error))
    }
  }

  /** Never rejects. @returns whether it was saved */
  save(draft: ConnectionDraft): Promise<boolean> {
    return this.#try(() => this.#client.connections.save({ draft }))
  }

  /** Takes it out of the workspace. Never rejects. @returns whether it was removed */
  remove(name: string): Promise<boolean> {
    return this.#try(() => this.#client.connections.remove({ name }))
  }

  async #try(call: () => Promise<unknown>): Promise<boolean> {
    if (this.#isBusy) return false
    this.#isBusy = true
    this.#error = null
    try {
      await call()
      return true
    } catch (error) {
      this.#error = fromErrorShape(toErrorShape(error))
      return false
    } finally {
      this.#isBusy = false
    }
  }
}

/** The editors that hold something, by name. */
export class ConnectionEditors {
  readonly #client: Client
  readonly #kept = new Map<string | null, ConnectionEditor>()

  constructor(client: Client) {
    this.#client = client
  }

  /** That of a connection, or of a new one; the same until it is forgotten. */
  of(name: string | null): ConnectionEditor {
    const editor = this.#kept.get(name) ?? new ConnectionEditor(this.#client, name)
    this.#kept.set(name, editor)
    return editor
  }

  /** Drops what was typed: it was saved, or is not wanted. */
  forget(name: string | null): void {
    this.#kept.delete(name)
  }
}
