/** Topics and groups that the palette finds by name: asked of the engine while a person types, as there may be thousands. */
import type { App } from '../state/app.ts'
import type { Command } from '../state/commands.svelte.ts'
import { partRoute } from '../state/router.svelte.ts'
import { type Clock, systemClock } from '../transport/reconnecting-link.ts'

/** Most of each kind; who wants more narrows the words, or goes to the list. */
const most = 8
/** Typing pauses for this long before the engine is asked, milliseconds. */
const pauseMs = 80
const longestText = 249

export class PaletteSearch {
  readonly #app: Pick<App, 'client' | 'clusters' | 'router'>
  readonly #clock: Clock
  #found = $state.raw<readonly Command[]>([])
  #stop: (() => void) | null = null

  constructor(app: Pick<App, 'client' | 'clusters' | 'router'>, clock: Clock = systemClock) {
    this.#app = app
    this.#clock = clock
  }

  /** What was found for the text last looked for. */
  get found(): readonly Command[] {
    return this.#found
  }

  /** Looks for a text in the names of the connection in sight; an empty one finds nothing. */
  look(text: string): void {
    this.#stop?.()
    this.#stop = null
    const search = text.trim()
    const connection = this.#app.clusters.chosen?.name ?? null
    if (search === '' || search.length > longestText || connection === null) {
      this.#found = []
      return
    }
    const controller = new AbortController()
    const cancel = this.#clock.after(pauseMs, () => {
      void this.#load(connection, search, controller.signal)
    })
    this.#stop = () => {
      cancel()
      controller.abort()
    }
  }

  async #load(connection: string, search: string, signal: AbortSignal): Promise<void> {
    const found = await Promise.all([
      this.#topics(connection, search, signal),
      this.#groups(connection, search, signal),
    ])
    if (!signal.aborted) this.#found = found.flat()
  }

  async #topics(connection: string, search: string, signal: AbortSignal): Promise<Command[]> {
    const request = { connection, search, start: 0, count: most }
    const order = { internal: false, sort: 'name', descending: false } as const
    try {
      const { topics } = await this.#app.client.topics.list({ ...request, ...order }, { signal })
      return topics.map(({ name }) => this.#command('topics', connection, name))
    } catch {
      // The list of topics says why; the palette only has fewer entries.
      return []
    }
  }

  async #groups(connection: string, search: string, signal: AbortSignal): Promise<Command[]> {
    const request = { connection, search, start: 0, count: most }
    const order = { sort: 'id', descending: false } as const
    try {
      const { groups } = await this.#app.client.groups.list({ ...request, ...order }, { signal })
      return groups.map(({ id }) => this.#command('groups', connection, id))
    } catch {
      // The list of groups says why; the palette only has fewer entries.
      return []
    }
  }

  #command(view: 'topics' | 'groups', connection: string, name: string): Command {
    return {
      id: `${view}.${connection}.${name}`,
      title: name,
      group: `${view === 'topics' ? 'Topics' : 'Groups'} of ${connection}`,
      keywords: [view === 'topics' ? 'topic' : 'group'],
      run: () => {
        this.#app.router.go(partRoute(view, connection, name))
      },
    }
  }
}
