/** Short messages about what a person just did; shown by the shell. Errors stay until they are closed. */
import { type ErrorShape, nextStepOf, toErrorShape } from '#contract/errors.ts'

export interface Notice {
  id: number
  tone: 'ok' | 'error'
  /** What happened, in a few words. */
  title: string
  /** Why, and what to do; may be empty. */
  detail: string
}

const okForMs = 4000
const mostNotices = 4

/** The notices now on screen, oldest first, as rune state. */
export class NoticesState {
  #list = $state.raw<readonly Notice[]>([])
  #nextId = 1

  get list(): readonly Notice[] {
    return this.#list
  }

  /** Says that something was done; goes by itself. */
  done(title: string, detail = ''): void {
    const notice = this.#show({ tone: 'ok', title, detail })
    setTimeout(() => {
      this.close(notice.id)
    }, okForMs)
  }

  /** Says that something failed, why, and what to do next. */
  failed(title: string, error: unknown): void {
    this.#show({ tone: 'error', title, detail: words(toErrorShape(error)) })
  }

  close(id: number): void {
    this.#list = this.#list.filter((notice) => notice.id !== id)
  }

  #show(notice: Omit<Notice, 'id'>): Notice {
    const shown = { id: this.#nextId, ...notice }
    this.#nextId += 1
    this.#list = [...this.#list, shown].slice(-mostNotices)
    return shown
  }
}

function words(shape: ErrorShape): string {
  return [shape.message, nextStepOf(shape)].filter((part) => part !== '').join(' ')
}
