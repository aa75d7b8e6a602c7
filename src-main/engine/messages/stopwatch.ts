/** How long a search has worked, without pauses, and how fast it is. Cluster thread. */

/** The rate is that of the last so many milliseconds. */
const rateMs = 3000

export class Stopwatch {
  #startedAt: number | null = performance.now()
  #beforeMs = 0
  #samples: { ms: number; count: number }[] = [{ ms: 0, count: 0 }]

  get elapsedMs(): number {
    return this.#beforeMs + (this.#startedAt === null ? 0 : performance.now() - this.#startedAt)
  }

  start(): void {
    this.#startedAt ??= performance.now()
  }

  stop(): void {
    this.#beforeMs = this.elapsedMs
    this.#startedAt = null
  }

  /** Remembers how much is done now. */
  note(count: number): void {
    const ms = this.elapsedMs
    this.#samples.push({ ms, count })
    while (this.#samples.length > 2 && ms - (this.#samples[1]?.ms ?? ms) > rateMs) this.#samples.shift()
  }

  /** Per second of late; over the whole time once it is stopped. */
  rate(count: number): number {
    const first = this.#startedAt === null ? undefined : this.#samples[0]
    const ms = this.elapsedMs - (first?.ms ?? 0)
    return ms <= 0 ? 0 : ((count - (first?.count ?? 0)) * 1000) / ms
  }
}
