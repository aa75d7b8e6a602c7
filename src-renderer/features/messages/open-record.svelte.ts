/** The one message that is open, with the whole of its key or value where a person asks for it. Rune state of the panel. */
import { type AppError, fromErrorShape, toErrorShape } from '#contract/errors.ts'
import type { RecordAddress, RecordDetail } from '#contract/messages.ts'
import { base64Bytes } from '../../grid/bytes.ts'
import type { PenstockClient } from '../../transport/client.ts'
import { readWhole } from './read-whole.ts'

export type PartName = 'key' | 'value'

/** All bytes of a part while they come, and when they are here. */
interface Whole {
  part: PartName
  done: number
  bytes: Uint8Array | null
  error: AppError | null
}

function sameAddress(left: RecordAddress | null, right: RecordAddress | null): boolean {
  return JSON.stringify(left) === JSON.stringify(right)
}

export class OpenRecord {
  readonly #client: Pick<PenstockClient, 'messages'>
  #address = $state.raw<RecordAddress | null>(null)
  #record = $state.raw<RecordDetail | null>(null)
  #error = $state.raw<AppError | null>(null)
  #whole = $state.raw<Whole | null>(null)
  #reading = new AbortController()

  constructor(client: Pick<PenstockClient, 'messages'>) {
    this.#client = client
  }

  get address(): RecordAddress | null {
    return this.#address
  }

  /** The open message; while another is read, the one before stays in sight. */
  get record(): RecordDetail | null {
    return this.#record
  }

  get error(): AppError | null {
    return this.#error
  }

  /** The whole of a part: how far it is read, its bytes once they are all here, or why not. */
  wholeOf(part: PartName): Whole | null {
    return this.#whole?.part === part ? this.#whole : null
  }

  /** Opens a message, or none. An answer that comes after another was opened is dropped. Never rejects. */
  async open(address: RecordAddress | null): Promise<void> {
    if (sameAddress(address, this.#address) && this.#error === null) return
    this.#address = address
    this.#error = null
    this.stopReading()
    if (address === null) {
      this.#record = null
      return
    }
    try {
      const record = await this.#client.messages.record(address)
      if (sameAddress(address, this.#address)) this.#record = record
    } catch (error) {
      if (!sameAddress(address, this.#address)) return
      this.#record = null
      this.#error = fromErrorShape(toErrorShape(error))
    }
  }

  /** Reads again what could not be read. */
  async retry(): Promise<void> {
    await this.open(this.#address)
  }

  /** Reads all bytes of a part that was cut; `wholeOf` says how far it is. Never rejects. */
  async readWhole(part: PartName): Promise<void> {
    const address = this.#address
    const held = this.#record?.[part]
    if (address === null || held === undefined || held.raw === null) return
    this.stopReading()
    const { signal } = this.#reading
    const show = (change: Partial<Whole>): void => {
      if (!signal.aborted) this.#whole = { part, done: 0, bytes: null, error: null, ...change }
    }
    show({})
    try {
      const bytes = await readWhole(
        this.#client,
        { address, part, bytes: held.bytes, first: base64Bytes(held.raw) },
        {
          signal,
          onProgress: (done) => {
            show({ done })
          },
        },
      )
      show({ done: held.bytes, bytes })
    } catch (error) {
      show({ error: fromErrorShape(toErrorShape(error)) })
    }
  }

  /** Lets go of a whole part that is read or being read. */
  stopReading(): void {
    this.#reading.abort()
    this.#reading = new AbortController()
    this.#whole = null
  }
}
