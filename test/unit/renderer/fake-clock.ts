/** Time that stands still until a test moves it. */
import type { Clock } from '../../../src-renderer/transport/reconnecting-link.ts'

interface Timer {
  at: number
  callback: () => void
}

export class FakeClock implements Clock {
  #now = 0
  #timers: Timer[] = []

  now(): number {
    return this.#now
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { at: this.#now + delayMs, callback }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  /** Moves on, running what falls due in its order, and lets promises settle in between. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms
    for (;;) {
      await settle()
      const next = this.#timers.toSorted((left, right) => left.at - right.at)[0]
      if (next === undefined || next.at > end) break
      this.#timers = this.#timers.filter((other) => other !== next)
      this.#now = next.at
      next.callback()
    }
    this.#now = end
    await settle()
  }
}

/** Lets all promises that can settle do so. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}
