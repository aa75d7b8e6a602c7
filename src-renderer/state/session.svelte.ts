/** What Penstock has open, followed by long polls: nothing yet, a workspace, or one that would not start. Rune state. */
import type { ConnectionDraft } from '#contract/connections.ts'
import { type AppError, fromErrorShape, toErrorShape } from '#contract/errors.ts'
import type { SessionView } from '#contract/session.ts'
import type { PenstockClient } from '../transport/client.ts'
import { type Clock, systemClock } from '../transport/reconnecting-link.ts'
import type { ConnectionState } from './connection.svelte.ts'

const retryMs = 1000

interface Parts {
  client: Pick<PenstockClient, 'session'>
  connection: ConnectionState
  /** Called when another workspace is open, or the same one anew. */
  onOpened: () => void
  clock?: Clock
}

export class SessionState {
  readonly #parts: Parts
  #view = $state.raw<SessionView | null>(null)
  #isUnknown = $state(false)
  #isChoosing = $state(false)
  #isBusy = $state(false)
  /** What was open last; while the same is opened again the console stays. */
  #openFile = $state.raw<string | null>(null)
  #error = $state.raw<AppError | null>(null)

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Null until it was heard of. */
  get view(): SessionView | null {
    return this.#view
  }

  /** Why the last thing that was asked for could not be done; the session's own fault is in its view. */
  get error(): AppError | null {
    return this.#error
  }

  /** True while something is being opened. */
  get isBusy(): boolean {
    return this.#isBusy || this.#view?.state === 'opening'
  }

  /** True where the person wants to open something else although a workspace is open. */
  get isChoosing(): boolean {
    return this.#isChoosing
  }

  /** What to show: the console, the doors to a workspace, or nothing yet because it is not known. */
  get screen(): 'console' | 'welcome' | 'unknown' {
    if (this.#view === null) return this.#isUnknown ? 'console' : 'unknown'
    if (this.#isChoosing) return 'welcome'
    return this.#view.state === 'open' || this.isReopening ? 'console' : 'welcome'
  }

  /** True while the workspace that was open is opened again, because its penstock.yaml was changed. */
  get isReopening(): boolean {
    return this.#view?.state === 'opening' && this.#view.file !== null && this.#view.file === this.#openFile
  }

  choose(): void {
    this.#isChoosing = true
    this.#error = null
  }

  stay(): void {
    this.#isChoosing = false
    this.#error = null
  }

  /** Drops what {@link error} says: the person has turned to something else. */
  forgetError(): void {
    this.#error = null
  }

  /** Begins to follow; the result stops it. */
  start(): () => void {
    const controller = new AbortController()
    void this.#follow(controller.signal)
    return () => {
      controller.abort()
    }
  }

  open(path: string): Promise<void> {
    return this.#ask((session) => session.open({ path }))
  }

  openDemo(): Promise<void> {
    return this.#ask((session) => session.openDemo())
  }

  /** Applies the changed file that waits, with what it loses. */
  apply(): Promise<void> {
    return this.#ask((session) => session.apply())
  }

  create(folder: string, connection: ConnectionDraft): Promise<void> {
    return this.#ask((session) => session.create({ folder, connection }))
  }

  async #ask(call: (session: PenstockClient['session']) => Promise<SessionView>): Promise<void> {
    this.#isBusy = true
    this.#error = null
    try {
      const view = await call(this.#parts.client.session)
      this.#receive(view)
      if (view.state === 'open') this.#isChoosing = false
    } catch (error) {
      this.#error = fromErrorShape(toErrorShape(error))
    }
    this.#isBusy = false
  }

  async #follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const after = this.#view?.version ?? null
        this.#receive(await this.#parts.client.session.watch({ after }, { signal }))
      } catch {
        // The connection's state says why; until the session is known the console shows what it has.
        this.#isUnknown = true
        await this.#pause(signal)
      }
    }
  }

  #receive(view: SessionView): void {
    const known = this.#view
    this.#view = view
    if (view.state === 'open') this.#openFile = view.file
    if (view.state === 'failed' || view.state === 'none') this.#openFile = null
    const isOther = known?.version !== view.version || known.file !== view.file
    if (view.state === 'open' && known !== null && isOther) this.#parts.onOpened()
  }

  /** Waits a little, or until the connection is back; a host that was started anew counts from the beginning. */
  #pause(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        stopTimer()
        stopListening()
        signal.removeEventListener('abort', done)
        resolve()
      }
      const stopTimer = (this.#parts.clock ?? systemClock).after(retryMs, done)
      const stopListening = this.#parts.connection.onOpen(done)
      signal.addEventListener('abort', done)
      if (signal.aborted) done()
    })
  }
}
