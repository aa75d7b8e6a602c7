/** Names that were asked for within a time, newest first; bounded. */

const mostKept = 1000

export class RecentNames {
  readonly #keptMs: number
  readonly #at = new Map<string, number>()

  constructor(keptMs: number) {
    this.#keptMs = keptMs
  }

  add(name: string): void {
    this.#at.delete(name)
    this.#at.set(name, Date.now())
    if (this.#at.size <= mostKept) return
    const [oldest] = this.#at.keys()
    if (oldest !== undefined) this.#at.delete(oldest)
  }

  has(name: string): boolean {
    return Date.now() - (this.#at.get(name) ?? Number.NEGATIVE_INFINITY) < this.#keptMs
  }

  get names(): string[] {
    return [...this.#at.keys()].filter((name) => this.has(name)).reverse()
  }
}
