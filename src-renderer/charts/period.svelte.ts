/** The period that charts show: one for all views, so that a person who goes from one to the next sees the same time. */
import type { App } from '../state/app.ts'
import type { Preferences } from '../state/preferences.ts'
import { keptState } from '../state/view.ts'
import { type RangeName, rangeNames } from './ranges.ts'

const key = 'period'

export class Period {
  readonly #preferences: Preferences
  #name = $state<RangeName>('5m')

  constructor(preferences: Preferences) {
    this.#preferences = preferences
    const stored = preferences.read(key)
    this.#name = rangeNames.find((name) => name === stored) ?? '5m'
  }

  get name(): RangeName {
    return this.#name
  }

  set name(name: RangeName) {
    this.#name = name
    this.#preferences.write(key, name)
  }
}

/** The period of this page. */
export const periodOf: (app: App) => Period = keptState((app) => new Period(app.preferences))
