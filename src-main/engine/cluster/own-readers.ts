/** What of this workspace reads a cluster: sources with their committed positions, and lookups. Cluster thread. */
import type { Workspace } from '../../workspace/model.ts'
import { LagSet } from './lag-set.ts'

/** A committed position of a source, as the store thread tells it. */
export interface OwnPosition {
  source: string
  topic: string
  partition: number
  next: bigint
}

interface Reader {
  name: string
  reads: (topic: string) => boolean
}

export class OwnReaders {
  /** Sources that have committed something. */
  readonly lags = new Map<string, LagSet>()
  readonly #readers: Reader[]
  readonly #sources: ReadonlySet<string>

  constructor(workspace: Workspace, connection: string) {
    const sources = workspace.sources.flatMap(({ name, input }) =>
      input.kind === 'kafka' && input.connection === connection
        ? [{ name, reads: chooser(input.topics, input.pattern) }]
        : [],
    )
    const lookups = workspace.lookups.flatMap(({ name, input }) =>
      input.kind === 'kafka' && input.connection === connection
        ? [{ name, reads: chooser([input.topic], null) }]
        : [],
    )
    this.#readers = [...sources, ...lookups]
    this.#sources = new Set(sources.map(({ name }) => name))
  }

  get isEmpty(): boolean {
    return this.#readers.length === 0
  }

  /** Sources and lookups that read a topic. */
  of(topic: string): string[] {
    return this.#readers.filter(({ reads }) => reads(topic)).map(({ name }) => name)
  }

  /** Of these topics, those that are read. */
  topicsOf(topics: Iterable<string>): string[] {
    return this.isEmpty ? [] : [...topics].filter((topic) => this.#readers.some(({ reads }) => reads(topic)))
  }

  note({ source, topic, partition, next }: OwnPosition): void {
    if (!this.#sources.has(source)) return
    const lags = this.lags.get(source) ?? new LagSet()
    this.lags.set(source, lags)
    lags.commit(topic, partition, Number(next))
  }

  /** Records that sources have still to read of a topic; null where none reads it. */
  lagOf(topic: string): number | null {
    let sum: number | null = null
    for (const lags of this.lags.values()) {
      const own = lags.lagByTopic.get(topic)
      if (own !== undefined && own !== null) sum = (sum ?? 0) + own
    }
    return sum
  }
}

function chooser(topics: readonly string[], pattern: string | null): (topic: string) => boolean {
  if (pattern === null) {
    const names = new Set(topics)
    return (topic) => names.has(topic)
  }
  const form = new RegExp(`^(?:${pattern})$`, 'u')
  return (topic) => form.test(topic)
}
