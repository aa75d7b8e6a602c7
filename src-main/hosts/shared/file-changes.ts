/**
 * Notices that the content of a file became another one, by whatever program. Looks at it once a second and waits until it
 * stands still, so that half-written files are not read. Main thread.
 */
import { readFile, stat } from 'node:fs/promises'

const lookMs = 1000

export class FileChanges {
  readonly #file: string
  readonly #onChange: (bytes: Buffer) => void
  #timer: NodeJS.Timeout | null = null
  #seen = ''
  #isMoving = false

  /**
   * @param onChange given the whole content: once as it is found at the beginning, as it may be another one already than
   * the caller has read, and then whenever it was changed
   */
  constructor(file: string, onChange: (bytes: Buffer) => void) {
    this.#file = file
    this.#onChange = onChange
  }

  /** @param everyMs milliseconds between two looks */
  start(everyMs: number = lookMs): void {
    this.#timer = setInterval(() => void this.#look(), everyMs)
    this.#timer.unref()
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
  }

  async #look(): Promise<void> {
    const stamp = await this.#stamp()
    if (stamp === null || this.#hasEnded()) return
    if (stamp !== this.#seen) {
      this.#seen = stamp
      this.#isMoving = true
      return
    }
    if (!this.#isMoving) return
    this.#isMoving = false
    const bytes = await readFile(this.#file).catch(() => null)
    if (bytes !== null && !this.#hasEnded()) this.#onChange(bytes)
  }

  /** Asked anew after each wait. */
  #hasEnded(): boolean {
    return this.#timer === null
  }

  /** Null where the file is not there or not to be seen: its absence is told by others. */
  async #stamp(): Promise<string | null> {
    const facts = await stat(this.#file).catch(() => null)
    return facts === null ? null : `${String(facts.ino)} ${String(facts.size)} ${String(facts.mtimeMs)}`
  }
}
