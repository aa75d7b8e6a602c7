/** Commands that the palette offers: the shell's own, and those that a view adds while it is there. */
import { untrack } from 'svelte'

/** One thing a person can do by name. */
export interface Command {
  /** Unique and stable, for example "query.run". */
  id: string
  title: string
  /** Heading in the palette: "Go to", "Tables", "Query". */
  group: string
  /** Other words it is found by. */
  keywords?: readonly string[]
  /** Keys as people read them, for example "g o" or "Ctrl Enter". */
  keys?: string
  run: () => void
}

/** All commands there are now, as rune state. */
export class CommandRegistry {
  #sets = $state.raw<readonly (() => readonly Command[])[]>([])

  /** Every command, in the order in which they were added. */
  get all(): Command[] {
    return this.#sets.flatMap((list) => [...list()])
  }

  /** Adds commands; the function is asked again whenever what it reads changes. The result takes them away. */
  add(list: () => readonly Command[]): () => void {
    // Not tracked, so that an effect which adds commands does not run again for having added them.
    this.#sets = [...untrack(() => this.#sets), list]
    return () => {
      this.#sets = this.#sets.filter((other) => other !== list)
    }
  }
}
