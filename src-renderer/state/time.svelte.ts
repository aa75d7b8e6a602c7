/** The present moment and the clock that the person reads (local or UTC), as rune state. */
import type { TimeZone } from '../ui/format-time.ts'
import type { Preferences } from './preferences.ts'

const key = 'time-zone'

/** Ticks once a second, on the second, while started. */
export class TimeState {
  readonly #preferences: Preferences
  #now = $state(Date.now())
  #zone = $state<TimeZone>('local')

  constructor(preferences: Preferences) {
    this.#preferences = preferences
    this.#zone = preferences.read(key) === 'utc' ? 'utc' : 'local'
  }

  /** Milliseconds since 1970 UTC, renewed each second. */
  get now(): number {
    return this.#now
  }

  get zone(): TimeZone {
    return this.#zone
  }

  set zone(zone: TimeZone) {
    this.#zone = zone
    this.#preferences.write(key, zone)
  }

  /** Begins to tick; the result stops it. */
  start(): () => void {
    let timer: ReturnType<typeof setTimeout>
    const tick = (): void => {
      this.#now = Date.now()
      timer = setTimeout(tick, 1000 - (this.#now % 1000))
    }
    tick()
    return () => {
      clearTimeout(timer)
    }
  }
}
