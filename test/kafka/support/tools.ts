/** Kafka's own clients and tools for tests: one Java process (tools/KafkaTools.java) behind HTTP on loopback. */
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startJava } from './java-process.ts'

export interface NewTopic {
  name: string
  partitions?: number
  replication?: number
  config?: Record<string, string>
  /** Brokers by partition, the first one leads; instead of partitions and replication. */
  assignments?: Record<number, number[]>
}

/** Without value, bytes and fill: a tombstone. */
export interface NewRecord {
  partition?: number
  key?: string
  value?: string
  /** Base64. */
  bytes?: string
  /** A JSON text of that many bytes, `{"id":...,"pad":"xxx"}`. */
  fill?: number
  id?: number
  headers?: [string, string | null][]
  timestamp?: number
}

export interface LoadOptions {
  topic: string
  partitions?: number
  /** Id of the first record; the others count up. */
  from?: number
  count?: number
  /** Records per second; as fast as it goes by default. */
  rate?: number
  /** Bytes of padding in each. */
  pad?: number
  /** Records in one committed transaction; 0 for none. */
  transactionSize?: number
  config?: Record<string, string>
}

/** Starts the Java process. */
export async function startTools(): Promise<{ url: string; stop: () => Promise<void> }> {
  const source = path.join(import.meta.dirname, 'tools', 'KafkaTools.java')
  const options = { heapMb: 512, ready: /^port \d+$/, cwd: tmpdir() }
  const { child, readyLine, ended } = await startJava([source], options)
  return {
    url: `http://127.0.0.1:${readyLine.slice('port '.length)}`,
    stop: async () => {
      child.stdin?.end()
      await ended
    },
  }
}

/** The tools, bound to one cluster. Every method rejects with the words of Kafka's client. */
export class ClusterTools {
  readonly #url: string
  readonly #bootstrap: string

  constructor(url: string, bootstrap: string) {
    this.#url = url
    this.#bootstrap = bootstrap
  }

  async createTopics(...topics: NewTopic[]): Promise<void> {
    await this.#post('create-topics', { topics })
  }

  async deleteTopics(...topics: string[]): Promise<void> {
    await this.#post('delete-topics', { topics })
  }

  /** @param partitions how many there are then */
  async addPartitions(topic: string, partitions: number): Promise<void> {
    await this.#post('add-partitions', { topic, partitions })
  }

  /** Removes what lies before an offset, as retention does. */
  async deleteRecords(topic: string, partition: number, before: number): Promise<void> {
    await this.#post('delete-records', { topic, partition, before })
  }

  async setTopicConfig(topic: string, config: Record<string, string>): Promise<void> {
    await this.#post('topic-config', { topic, config })
  }

  /** Makes the first of these replicas the leader. */
  async moveLeader(topic: string, partition: number, replicas: number[]): Promise<void> {
    await this.#post('move-leader', { topic, partition, replicas })
  }

  /** Leader by partition; -1 for none. */
  leaders(topic: string): Promise<number[]> {
    return this.#post('leaders', { topic })
  }

  /** Resolves when every copy of every partition is in step. */
  async awaitReplicas(topic: string): Promise<void> {
    await this.#post('await-replicas', { topic })
  }

  offsets(topic: string): Promise<{ earliest: number; latest: number }[]> {
    return this.#post('offsets', { topic })
  }

  /** @returns offsets in the order of the records */
  produce(
    topic: string,
    records: readonly NewRecord[],
    config: Record<string, string> = {},
  ): Promise<number[]> {
    return this.#post('produce', { topic, records, config })
  }

  /** Records in one transaction; an open one is ended by {@link endTransaction}. */
  produceInTransaction(
    topic: string,
    records: readonly NewRecord[],
    transaction: { id: string; outcome: 'commit' | 'abort' | 'open' },
    config: Record<string, string> = {},
  ): Promise<number[]> {
    return this.#post('produce', { topic, records, transaction, config })
  }

  async endTransaction(id: string, outcome: 'commit' | 'abort'): Promise<void> {
    await this.#post('end-transaction', { id, outcome })
  }

  /** Sends records `{"id":...,"at":ms,"pad":"..."}`, over the partitions in turn, while the test goes on. */
  async startLoad(options: LoadOptions): Promise<Load> {
    const name = `${options.topic} ${String(Math.random())}`
    await this.#post('start-load', { ...options, name })
    const end = (stop: boolean): Promise<LoadEnd> => this.#post('end-load', { name, stop })
    return { stop: () => end(true), done: () => end(false) }
  }

  /** Sends them all and waits until they are acknowledged. */
  async load(options: LoadOptions & { count: number }): Promise<LoadEnd> {
    const load = await this.startLoad(options)
    return load.done()
  }

  groups(): Promise<string[]> {
    return this.#post('groups', {})
  }

  /** @param offsets by partition */
  async commit(group: string, topic: string, offsets: number[]): Promise<void> {
    await this.#post('commit', { group, topic, offsets })
  }

  /** The offset that a group has committed; -1 for none. */
  committed(group: string, topic: string, partition: number): Promise<number> {
    return this.#post('committed', { group, topic, partition })
  }

  /** A member of a group that reads; rejects nothing and leaves with {@link Member.leave}. */
  async join(options: {
    group: string
    topics: string[]
    protocol?: 'classic' | 'consumer'
    config?: Record<string, string>
  }): Promise<Member> {
    const name = `${options.group} ${String(Math.random())}`
    await this.#post('join', { ...options, name })
    return { leave: () => this.#post('leave', { name }) }
  }

  /** Formats a node's folder. */
  async format(args: readonly string[]): Promise<void> {
    await this.#post('format', { arguments: args })
  }

  /** Resolves when so many brokers are there. */
  async ready(brokers: number): Promise<void> {
    await this.#post('ready', { brokers })
  }

  /** Closes the connections to a cluster that goes. Where the process has gone as well, there are none. */
  async forget(): Promise<void> {
    try {
      await this.#post('forget', {})
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
    }
  }

  async #post<Output>(command: string, input: object): Promise<Output> {
    const response = await fetch(`${this.#url}/${command}`, {
      method: 'POST',
      body: JSON.stringify({ ...input, bootstrap: this.#bootstrap }),
    })
    const answer = await response.json()
    if (response.ok) return answer
    throw new Error(`${command}: ${answer.error}\n${answer.trace}`)
  }
}

export interface LoadEnd {
  sent: number
  failed: number
}

export interface Load {
  /** Ends it; resolves when all that was sent is acknowledged. */
  stop(): Promise<LoadEnd>
  done(): Promise<LoadEnd>
}

export interface Member {
  leave(): Promise<void>
}
