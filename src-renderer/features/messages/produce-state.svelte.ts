/** The form that writes one message: edited, previewed, confirmed, written once. Rune state of the dialog. */
import { type AppError, fromErrorShape, toErrorShape } from '#contract/errors.ts'
import type { ProducedAt, ProducedMessage, RecordDetail } from '#contract/messages.ts'
import type { PenstockClient } from '../../transport/client.ts'
import { draftOfRecord, emptyDraft, producedOf, type ProduceDraft } from './produced.ts'

export interface ProduceTarget {
  connection: string
  topic: string
  partitions: number | null
  writes: boolean
  production: boolean
}

/** - `edit`: being written by the person · `preview`: to be confirmed · `sending` · `sent` */
export type ProduceStep = 'edit' | 'preview' | 'sending' | 'sent'

export class ProduceState {
  readonly #client: Pick<PenstockClient, 'messages'>
  readonly target: ProduceTarget
  /** Coordinates of the message that is written once more; null for a new one. */
  readonly origin: string | null
  /** Why the message cannot be taken as it is; empty otherwise. */
  readonly refusal: string
  draft = $state<ProduceDraft>(structuredClone(emptyDraft))
  #step = $state<ProduceStep>('edit')
  #problem = $state('')
  #message = $state.raw<ProducedMessage | null>(null)
  #error = $state.raw<AppError | null>(null)
  #sent = $state.raw<ProducedAt | null>(null)

  constructor(client: Pick<PenstockClient, 'messages'>, target: ProduceTarget, record: RecordDetail | null) {
    this.#client = client
    this.target = target
    this.origin = record === null ? null : `partition ${String(record.partition)}, offset ${record.offset}`
    const draft = record === null ? structuredClone(emptyDraft) : draftOfRecord(record)
    this.refusal = draft === null ? 'This message is too large to be written again from here.' : ''
    if (draft !== null) this.draft = draft
  }

  get step(): ProduceStep {
    return this.#step
  }

  /** Why it cannot be previewed; empty where it can. */
  get problem(): string {
    return this.#problem
  }

  /** What will be written; null before the preview. */
  get message(): ProducedMessage | null {
    return this.#message
  }

  get error(): AppError | null {
    return this.#error
  }

  /** Where it was written. */
  get sent(): ProducedAt | null {
    return this.#sent
  }

  preview(): void {
    const made = producedOf($state.snapshot(this.draft), this.target)
    this.#problem = 'problem' in made ? made.problem : ''
    if ('problem' in made) return
    this.#error = null
    this.#message = made.message
    this.#step = 'preview'
  }

  edit(): void {
    this.#step = 'edit'
    this.#message = null
  }

  /** Writes what was previewed, once. Never rejects; after a failure the preview says why. */
  async send(): Promise<void> {
    const message = this.#message
    if (message === null || this.#step !== 'preview') return
    this.#step = 'sending'
    this.#error = null
    try {
      this.#sent = await this.#client.messages.produce(message)
      this.#step = 'sent'
    } catch (error) {
      this.#error = fromErrorShape(toErrorShape(error))
      this.#step = 'preview'
    }
  }
}
