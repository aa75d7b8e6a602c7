/** What every view component takes, and how its state outlives it. */
import type { App } from './app.ts'

/** Props of a view. A view that was opened stays mounted while others are shown; `active` says whether it is seen. */
export interface ViewProps {
  active: boolean
}

/** One state object per app, made when first asked for: `const stateOf = keptState((app) => new QueryState(app))`. */
export function keptState<T>(create: (app: App) => T): (app: App) => T {
  const states = new WeakMap<App, { state: T }>()
  return (app) => {
    const known = states.get(app)
    if (known !== undefined) return known.state
    const state = create(app)
    states.set(app, { state })
    return state
  }
}
