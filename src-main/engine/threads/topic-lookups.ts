/** Runs the lookups that are topics, and connects them to the store thread. Ingest thread. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Column, Lookup, LookupTopicInput } from '../../workspace/model.ts'
import type { LookupShape } from '../batch/relations.ts'
import { inferTopicColumns } from '../formats/infer-topic-columns.ts'
import { openFormat } from '../formats/open-format.ts'
import type { Registries } from '../formats/registries.ts'
import type { ClusterClients } from '../kafka/client/cluster-clients.ts'
import { topicColumns } from '../lookups/topic-columns.ts'
import { TopicLookup, type TopicLookupPort } from '../lookups/topic-lookup.ts'
import type { LookupLoaded } from '../store/lookup-tables.ts'
import { nowMs, type ThreadCalls } from './thread-calls.ts'
import type { IngestToStore, LookupChangeInput, LookupProblemInput } from './thread-messages.ts'

/** A lookup that comes from a topic. */
export type TopicLookupEntry = Lookup & { input: LookupTopicInput }

export function isTopicLookup(lookup: Lookup): lookup is TopicLookupEntry {
  return lookup.input.kind === 'kafka'
}

interface Parts {
  store: ThreadCalls
  clients: ClusterClients
  registries: Registries
}

export class TopicLookups {
  readonly #parts: Parts
  readonly #lookups = new Map<string, TopicLookup>()
  /** Those that have not been whole yet. */
  readonly #loading = new Map<string, Promise<void>>()
  readonly #running: Promise<void>[] = []

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /**
   * Makes a lookup known to the store, empty or as it was.
   * @throws AppError SOURCE_UNREADABLE, KAFKA_FAILED, CONNECTION_FAILED, SCHEMA_UNAVAILABLE where it declares no columns and
   *   they cannot be found now
   */
  async prepare(entry: TopicLookupEntry): Promise<LookupShape> {
    const { name, key, input } = entry
    const { connection, topic } = input
    const columns = topicColumns(entry, entry.columns ?? (await this.#infer(entry)))
    const shape = { lookup: { name, key, origin: `topic ${topic} of ${connection}` }, columns }
    await this.#parts.store.call('lookup-prepare', shape)
    const { clients, registries } = this.#parts
    const lookup = new TopicLookup({
      topic,
      shape,
      client: () => clients.client(connection),
      openFormat: () => openFormat(input, { topic, registry: registries.of(connection), columns }),
      port: this.#port(shape, topic),
    })
    this.#lookups.set(name, lookup)
    this.#loading.set(
      name,
      lookup.whole.then(() => {
        this.#loading.delete(name)
      }),
    )
    return shape
  }

  start(): void {
    for (const lookup of this.#lookups.values()) {
      const running = lookup.run()
      // A fault of Penstock itself: let the thread end, so that it is reported and started anew.
      running.catch((error: unknown) => {
        setImmediate(() => {
          throw error
        })
      })
      this.#running.push(running)
    }
  }

  /** Names of those that have not been whole yet. */
  get loading(): string[] {
    return [...this.#loading.keys()]
  }

  /** Resolves when all of these have been whole; at once for a name that is not of a topic. */
  async whenWhole(names: readonly string[]): Promise<void> {
    for (const name of names) await this.#loading.get(name)
  }

  async stop(): Promise<void> {
    for (const lookup of this.#lookups.values()) lookup.stop()
    await Promise.allSettled(this.#running)
  }

  async #infer({ name, input }: TopicLookupEntry): Promise<Column[]> {
    const { clients, registries } = this.#parts
    const client = clients.client(input.connection)
    return inferTopicColumns({
      what: `lookup ${name}`,
      choice: input,
      client,
      metadata: await client.metadata([input.topic]),
      openFormat: (topic) =>
        openFormat(input, { topic, registry: registries.of(input.connection), columns: [] }),
      withKey: false,
    })
  }

  #port(shape: LookupShape, topic: string): TopicLookupPort {
    const { store } = this.#parts
    const { name } = shape.lookup
    return {
      begin: () => store.call('lookup-begin', shape),
      change: (changes) =>
        store.call('lookup-change', { name, topic, ...changes } satisfies LookupChangeInput),
      commit: async () => (await store.call<LookupLoaded>('lookup-commit', name)).rows,
      problem: (problem) => store.call('lookup-problem', { name, problem } satisfies LookupProblemInput),
      event: (level, kind, message) => {
        store.tell({ kind: 'event', level, event: kind, subject: name, message } satisfies IngestToStore)
      },
      nowMs,
      sleep: async (ms, signal) => {
        await sleep(ms, undefined, { signal }).catch((error: unknown) => {
          if (!signal.aborted) throw error
        })
      },
    }
  }
}
