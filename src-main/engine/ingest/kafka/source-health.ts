/** What a Kafka source has trouble with, told once each, and the state that follows from it. Ingest thread. */
import { wordsOf } from '../../kafka/client/client-errors.ts'
import type { SourcePort } from '../source-port.ts'
import { cursorKey, isAtBound, type PartitionCursor } from './partition-cursor.ts'

/** What troubles are about; one of each is told at a time. */
export const trouble = {
  source: 'source',
  schema: 'schema',
  commit: 'commit',
  broker: (node: number): string => `broker ${String(node)}`,
  topic: (name: string): string => `topic ${name}`,
  partition: ({ topic, partition }: PartitionCursor): string => `partition ${cursorKey(topic, partition)}`,
  damage: ({ topic, partition }: PartitionCursor): string => `damage ${cursorKey(topic, partition)}`,
}

export class SourceHealth {
  readonly #port: SourcePort
  readonly #topic: string
  readonly #cursors: ReadonlyMap<string, PartitionCursor>
  readonly #troubles = new Map<string, string>()

  /** @param topic names or pattern as the workspace has them, for what is told */
  constructor(port: SourcePort, topic: string, cursors: ReadonlyMap<string, PartitionCursor>) {
    this.#port = port
    this.#topic = topic
    this.#cursors = cursors
  }

  /** Told once, until it is over or becomes another one. */
  tell(key: string, error: unknown): void {
    const words = wordsOf(error)
    if (this.#troubles.get(key) === words) return
    this.#troubles.set(key, words)
    this.#port.event('warn', 'source-waits', words)
  }

  forget(key: string): void {
    this.#troubles.delete(key)
  }

  /** Something answers again: a trouble of the whole source is over with it. */
  recovered(key: string): void {
    const wasSource = this.#troubles.delete(trouble.source)
    if (this.#troubles.delete(key) || wasSource) this.tellState()
  }

  /** Whether a topic is not there, or a partition has no leader. */
  get isMissing(): boolean {
    if ([...this.#troubles.keys()].some((key) => key.startsWith(trouble.topic('')))) return true
    return [...this.#cursors.values()].some(
      (cursor) => cursor.leader < 0 && cursor.stopped === '' && !isAtBound(cursor),
    )
  }

  tellState(): void {
    if (this.#port.stopped || this.#port.isPaused()) return
    const cursors = [...this.#cursors.values()]
    const stopped = cursors.find(({ stopped: why }) => why !== '')?.stopped ?? ''
    const [first] = this.#troubles.values()
    if (cursors.length === 0) this.#port.state('waiting', first ?? `no topic matches ${this.#topic}`)
    else if (cursors.every(({ stopped: why }) => why !== '')) this.#port.state('failed', stopped)
    else if (first !== undefined && this.#isAllInTrouble()) this.#port.state('waiting', first)
    else this.#port.state('running', stopped === '' ? (first ?? '') : stopped)
  }

  /** Whether no partition can be read of which something is left. */
  #isAllInTrouble(): boolean {
    return [...this.#cursors.values()].every(
      (cursor) =>
        isAtBound(cursor) ||
        cursor.leader < 0 ||
        this.#troubles.has(trouble.broker(cursor.leader)) ||
        this.#troubles.has(trouble.partition(cursor)),
    )
  }
}
