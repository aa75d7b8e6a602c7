/** How it stands with what is open, in versions that callers wait for. Main thread; one per session. */
import { toErrorShape } from '#contract/errors.ts'
import type { ErrorShape } from '#contract/errors.ts'
import type { SessionView } from '#contract/session.ts'
import type { Problem } from '#contract/workspace.ts'
import { Changes } from '../../engine/signals/changes.ts'
import { problemsOf } from './version-refusal.ts'

export class SessionStatus {
  readonly #changes = new Changes()
  #version = 1
  #state: SessionView['state'] = 'none'
  #error: ErrorShape | null = null
  #problems: readonly Problem[] = []

  get state(): SessionView['state'] {
    return this.#state
  }

  get hasError(): boolean {
    return this.#error !== null
  }

  /** @param error why it is so, with the problems that it names; null where nothing is wrong */
  set(state: SessionView['state'], error: unknown): void {
    this.#state = state
    this.#error = error === null ? null : toErrorShape(error)
    this.#problems = problemsOf(error)
    this.#version++
    this.#changes.announce()
  }

  /** Resolves when there is a newer version than this one; at once for null. @throws the reason of the signal */
  async newerThan(version: number | null, signal?: AbortSignal): Promise<void> {
    if (version !== null && version >= this.#version) await this.#changes.next(signal)
  }

  view(): Pick<SessionView, 'version' | 'state' | 'error' | 'problems'> {
    return {
      version: this.#version,
      state: this.#state,
      error: this.#error,
      problems: [...this.#problems],
    }
  }
}
