/** Says on the terminal that a damaged store was set aside, once for each. Called by the commands that run a workspace. */
import type { LiveSnapshot } from '#contract/live.ts'
import type { Output } from './output.ts'

export class DamageNote {
  readonly #output: Output
  readonly #since: number
  #lastId = 0

  /** @param since events of before are of an earlier start; milliseconds since 1970 */
  constructor(output: Output, since: number) {
    this.#output = output
    this.#since = since
  }

  tell({ events }: Pick<LiveSnapshot, 'events'>): void {
    const damages = events.filter(
      ({ kind, at, id }) => kind === 'store-damaged' && at >= this.#since && id > this.#lastId,
    )
    for (const { id, message } of damages.reverse()) {
      this.#lastId = id
      this.#output.note(`penstock: ${message}`)
    }
  }
}
