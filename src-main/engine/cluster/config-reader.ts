/** Configuration of topics and brokers, kept for a minute. Cluster thread. */
import type { ConfigEntry } from '#contract/topics.ts'
import type { ClusterClient } from '../kafka/client/cluster-client.ts'
import {
  configKind,
  configSource,
  type DescribedConfig,
  type DescribedEntry,
  describeConfigsRequest,
} from '../kafka/requests/describe-configs.ts'
import { checkError, errorCode, errorName } from '../kafka/requests/error-codes.ts'

const keptMs = 60_000
/** Entries of very many topics are not kept for ever. */
const mostKept = 5000

/** What a list of topics shows of their configuration. */
export interface TopicRetention {
  retentionMs: number | null
  retentionBytes: number | null
  cleanupPolicy: string | null
}

const unknownRetention: TopicRetention = { retentionMs: null, retentionBytes: null, cleanupPolicy: null }
const retentionKeys = ['retention.ms', 'retention.bytes', 'cleanup.policy']

export class ConfigReader {
  readonly #client: ClusterClient
  readonly #retention = new Map<string, { atMs: number; value: TopicRetention }>()
  readonly #topics = new Map<string, { atMs: number; value: ConfigEntry[] }>()
  readonly #brokers = new Map<number, { atMs: number; value: ConfigEntry[] }>()
  /** Why retention is not known, in words; empty where it is. */
  problem = ''

  constructor(client: ClusterClient) {
    this.#client = client
  }

  /** As it is known; see {@link readRetention}. */
  retention(topic: string): TopicRetention {
    return this.#retention.get(topic)?.value ?? unknownRetention
  }

  /** Reads retention of those topics for which it is not known or old. A cluster that refuses only leaves it unknown. */
  async readRetention(topics: readonly string[], signal?: AbortSignal): Promise<void> {
    const nowMs = Date.now()
    const wanted = topics.filter((topic) => !isFresh(this.#retention.get(topic), nowMs))
    if (wanted.length === 0) return
    try {
      const answers = await this.#ask(wanted, retentionKeys, signal)
      if (this.#retention.size > mostKept) this.#retention.clear()
      for (const { name, error, entries } of answers)
        this.#retention.set(name, {
          atMs: nowMs,
          value: error === 0 ? retentionOf(entries) : unknownRetention,
        })
      const refused = answers.find(({ error }) => error !== errorCode.none)
      this.problem = refused === undefined ? '' : refusedWords(refused.error)
    } catch (error) {
      signal?.throwIfAborted()
      this.problem = `retention of topics: ${error instanceof Error ? error.message : String(error)}`
    }
  }

  /** All entries of a topic. @throws AppError KAFKA_FAILED, CONNECTION_FAILED */
  async topic(name: string, signal?: AbortSignal): Promise<ConfigEntry[]> {
    const kept = this.#topics.get(name)
    if (kept !== undefined && isFresh(kept, Date.now())) return kept.value
    const [answer] = await this.#ask([name], null, signal)
    const value = entriesOf(answer, `configuration of ${name}`)
    if (this.#topics.size > mostKept) this.#topics.clear()
    this.#topics.set(name, { atMs: Date.now(), value })
    return value
  }

  /** All entries of a broker, as that broker tells them. @throws AppError KAFKA_FAILED, CONNECTION_FAILED */
  async broker(id: number, signal?: AbortSignal): Promise<ConfigEntry[]> {
    const kept = this.#brokers.get(id)
    if (kept !== undefined && isFresh(kept, Date.now())) return kept.value
    const connection = await this.#client.broker(id, 'control', signal)
    const resources = [{ kind: configKind.broker, name: String(id), keys: null }]
    const [answer] = await connection.send(describeConfigsRequest, { resources }, { signal })
    const value = entriesOf(answer, `configuration of broker ${String(id)}`)
    this.#brokers.set(id, { atMs: Date.now(), value })
    return value
  }

  async #ask(
    topics: readonly string[],
    keys: readonly string[] | null,
    signal: AbortSignal | undefined,
  ): Promise<DescribedConfig[]> {
    const connection = await this.#client.any(signal)
    const resources = topics.map((name) => ({ kind: configKind.topic, name, keys }))
    return connection.send(describeConfigsRequest, { resources }, { signal })
  }
}

const sourceNames: Readonly<Record<number, string>> = {
  [configSource.topic]: 'topic',
  [configSource.broker]: 'broker',
  [configSource.cluster]: 'cluster',
  [configSource.static]: 'static',
  [configSource.default]: 'default',
}

/** What differs from the defaults first, then by name. */
function entriesOf(answer: DescribedConfig | undefined, what: string): ConfigEntry[] {
  checkError(answer?.error ?? -1, what, answer?.words ?? null)
  const entries = (answer?.entries ?? []).map((entry) => ({
    name: entry.name,
    value: entry.isSensitive ? null : entry.value,
    isDefault: entry.source === configSource.default,
    source: sourceNames[entry.source] ?? 'default',
    isReadOnly: entry.isReadOnly,
  }))
  return entries.sort(
    (left, right) => Number(left.isDefault) - Number(right.isDefault) || (left.name < right.name ? -1 : 1),
  )
}

function retentionOf(entries: readonly DescribedEntry[]): TopicRetention {
  const value = (name: string): string | null => entries.find((entry) => entry.name === name)?.value ?? null
  const number = (name: string): number | null => {
    const text = value(name)
    return text === null ? null : Number(text)
  }
  return {
    retentionMs: number('retention.ms'),
    retentionBytes: number('retention.bytes'),
    cleanupPolicy: value('cleanup.policy'),
  }
}

function refusedWords(code: number): string {
  return `retention of some topics: the broker answers ${errorName(code)}`
}

function isFresh(kept: { atMs: number } | undefined, nowMs: number): boolean {
  return kept !== undefined && nowMs - kept.atMs < keptMs
}
