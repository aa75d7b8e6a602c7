/**
 * How far a bounded run of a Kafka source goes, and which partitions have not come so far yet. Partitions that the source
 * does not read by its names or pattern do not count. Ingest thread.
 */
import type { KafkaInput } from '../../../workspace/model.ts'
import type { PartitionOffsets, SourceStart } from '../source-port.ts'
import { cursorKey, isAtBound, type PartitionCursor } from './partition-cursor.ts'
import type { SourceBatches } from './source-batches.ts'

export class RunBound {
  readonly #until = new Map<string, Map<number, number>>()
  readonly #left = new Set<string>()
  #wake: () => void = () => undefined

  constructor(until: PartitionOffsets, input: KafkaInput, nextOffsets: SourceStart['nextOffsets']) {
    const form = topicForm(input)
    for (const [topic, offsets] of until) {
      if (form === null ? !input.topics.includes(topic) : !form.test(topic)) continue
      const bounds = new Map([...offsets].map(([partition, offset]) => [partition, Number(offset)]))
      this.#until.set(topic, bounds)
      for (const [partition, bound] of bounds) {
        const next = nextOffsets.get(topic)?.get(partition)
        const from = next === undefined ? leastStart(input) : Number(next)
        if (from < bound) this.#left.add(cursorKey(topic, partition))
      }
    }
  }

  /** Names of the topics that the run is about. */
  get topics(): string[] {
    return [...this.#until.keys()]
  }

  /** Whether nothing is left to read. */
  get isReached(): boolean {
    return this.#left.size === 0
  }

  /** First offset that is not to be read; null for a partition in which nothing is to be read, or nothing any more. */
  of(topic: string, partition: number): number | null {
    if (!this.#left.has(cursorKey(topic, partition))) return null
    return this.#until.get(topic)?.get(partition) ?? null
  }

  /** Partitions of a topic in which something is left to read. */
  left(topic: string): number[] {
    const partitions = [...(this.#until.get(topic)?.keys() ?? [])]
    return partitions.filter((partition) => this.#left.has(cursorKey(topic, partition)))
  }

  /** Leaves out what was left of a partition. */
  close(topic: string, partition: number): void {
    this.#left.delete(cursorKey(topic, partition))
    if (this.isReached) this.#wake()
  }

  /** Takes in how far the cursors have come. Where one is through, its bound becomes the position. In a turn of the batches. */
  note(cursors: Iterable<PartitionCursor>, batches: SourceBatches): void {
    for (const cursor of cursors) {
      const { topic, partition } = cursor
      const bound = this.of(topic, partition)
      if (bound === null || !isAtBound(cursor)) continue
      batches.sink(topic).builder.moveTo(partition, bound)
      this.close(topic, partition)
    }
  }

  /** Makes all bounds the positions. In a turn of the batches. */
  moveToBounds(batches: SourceBatches): void {
    for (const [topic, bounds] of this.#until) {
      const { builder } = batches.sink(topic)
      for (const [partition, bound] of bounds) builder.moveTo(partition, bound)
    }
  }

  /** Resolves when nothing is left, or with the other. */
  async reachedOr(other: Promise<void>): Promise<void> {
    if (this.isReached) return
    const reached = new Promise<void>((resolve) => {
      this.#wake = resolve
    })
    await Promise.race([other, reached])
  }
}

/** What the names of a source's topics must match as a whole; null where topics are named. */
export function topicForm({ pattern }: KafkaInput): RegExp | null {
  return pattern === null ? null : new RegExp(`^(?:${pattern})$`, 'u')
}

/** Offset before which a source does not begin, as far as that is known without asking. */
function leastStart({ from }: KafkaInput): number {
  if (from.kind === 'latest') return Number.POSITIVE_INFINITY
  return from.kind === 'offset' ? Number(from.offset) : 0
}
