/**
 * The connections to clusters and how they stand, and which one a person looks at. What is declared is read now and then;
 * states come with the live feed, which is sooner.
 */
import type { ConnectionView } from '#contract/connections.ts'
import type { AppError } from '#contract/errors.ts'
import type { LiveSnapshot } from '#contract/live.ts'
import type { PenstockClient } from '../transport/client.ts'
import type { LiveState } from './live.svelte.ts'
import { Polled } from './polled.svelte.ts'
import type { Preferences } from './preferences.ts'
import { type Router, type ViewName, isClusterView, route } from './router.svelte.ts'

interface Parts {
  client: Pick<PenstockClient, 'connections'>
  live: LiveState
  router: Router
  preferences: Preferences
}

const everyMs = 5000
const key = 'connection'

/** All connections as rune state. */
export class ClustersState {
  readonly #live: LiveState
  readonly #router: Router
  readonly #preferences: Preferences
  readonly #declared: Polled<readonly ConnectionView[]>
  #remembered = $state<string | null>(null)
  readonly #list = $derived.by(() => withLiveStates(this.#declared.data, this.#live.snapshot))

  constructor({ client, live, router, preferences }: Parts) {
    this.#live = live
    this.#router = router
    this.#preferences = preferences
    this.#remembered = preferences.read(key)
    this.#declared = new Polled({
      everyMs,
      load: async (signal) => (await client.connections.list(undefined, { signal })).connections,
    })
  }

  /** In the order of the workspace; null until they were read. */
  get list(): readonly ConnectionView[] | null {
    return this.#list
  }

  /** Why they could not be read; null when they could. */
  get error(): AppError | null {
    return this.#declared.error
  }

  /** The one that is looked at: that of the address, else the one chosen last, else the first. Null where there is none. */
  get chosen(): ConnectionView | null {
    const { view, item } = this.#router.current
    const named = isClusterView(view) ? item : null
    return this.find(named) ?? this.find(this.#remembered) ?? this.#list?.[0] ?? null
  }

  /** The connection that a view is about, by its own address. */
  nameIn(view: ViewName): string | null {
    return this.#router.lastOf(view).item ?? this.chosen?.name ?? null
  }

  find(name: string | null): ConnectionView | null {
    return this.#list?.find((connection) => connection.name === name) ?? null
  }

  /** Looks at another connection; a view that is about one shows that of the new one. */
  choose(name: string): void {
    this.#remembered = name
    this.#preferences.write(key, name)
    const { view } = this.#router.current
    if (isClusterView(view)) this.#router.go(route(view === 'messages' ? 'topics' : view, name))
  }

  /** Begins to read; the result stops it. */
  start(): () => void {
    return this.#declared.start()
  }

  /** Reads again at once, for example because one was added. */
  refresh(): void {
    this.#declared.refresh()
  }
}

/** The feed tells of changes within a moment; the declaration is older. */
function withLiveStates(
  declared: readonly ConnectionView[] | null,
  snapshot: LiveSnapshot | null,
): readonly ConnectionView[] | null {
  if (declared === null || snapshot === null) return declared
  return declared.map((connection) => {
    const live = snapshot.connections.find(({ name }) => name === connection.name)
    if (live === undefined) return connection
    return { ...connection, state: live.state, reason: live.reason, since: live.since }
  })
}
