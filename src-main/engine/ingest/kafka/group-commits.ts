/**
 * Positions of a Kafka source as commits of a consumer group, where the workspace wants other tools to see them. Only what
 * the store has committed is told, some seconds later; the store's own positions are what a restart goes by. Ingest thread.
 */
import { AppError } from '#contract/errors.ts'
import type { KafkaInput } from '../../../workspace/model.ts'
import type { PackedBatch } from '../../batch/packed-batch.ts'
import type { ClusterClient } from '../../kafka/client/cluster-client.ts'
import { deleteGroupsRequest } from '../../kafka/requests/delete-groups.ts'
import { errorCode, errorName, kafkaError } from '../../kafka/requests/error-codes.ts'
import { offsetCommitRequest } from '../../kafka/requests/offset-commit.ts'

/** Longest that removing the own group may hold up a stop. */
const removalMs = 3000

export class GroupCommits {
  readonly #group: string
  readonly #isOwn: boolean
  /** Spans of batches that are sent and not received yet, oldest first. */
  readonly #sent: PackedBatch['partitions'][] = []
  /** Positions to tell, by topic and partition. */
  readonly #due = new Map<string, Map<number, bigint>>()
  #hasCommitted = false

  constructor({ group, isOwn }: NonNullable<KafkaInput['commit']>) {
    this.#group = group
    this.#isOwn = isOwn
  }

  noteSent(batch: PackedBatch): void {
    this.#sent.push(batch.partitions)
  }

  /** The store has committed the oldest batch that was sent. */
  noteReceived(): void {
    for (const { topic, partition, to } of this.#sent.shift() ?? []) {
      const offsets = this.#due.get(topic) ?? new Map<number, bigint>()
      this.#due.set(topic, offsets.set(partition, to))
    }
  }

  /** @throws AppError KAFKA_FAILED, CONNECTION_FAILED; what was due stays due */
  async commit(client: ClusterClient, signal: AbortSignal): Promise<void> {
    if (this.#due.size === 0) return
    const told = new Map([...this.#due].map(([topic, offsets]) => [topic, new Map(offsets)]))
    const topics = [...told].map(([name, offsets]) => ({
      name,
      partitions: [...offsets].map(([partition, offset]) => ({ partition, offset })),
    }))
    const coordinator = await client.coordinator(this.#group, signal)
    this.#hasCommitted = true
    const answers = await coordinator.send(offsetCommitRequest, { group: this.#group, topics }, { signal })
    const failed = answers.find(({ error }) => error !== errorCode.none)
    if (failed !== undefined) throw kafkaError(failed.error, `committing positions of group ${this.#group}`)
    this.#forget(told)
  }

  /** Removes the group where Penstock had to make it. */
  async close(client: ClusterClient): Promise<void> {
    if (!this.#isOwn || !this.#hasCommitted) return
    const signal = AbortSignal.timeout(removalMs)
    const coordinator = await client.coordinator(this.#group, signal)
    const [answer] = await coordinator.send(deleteGroupsRequest, [this.#group], { signal })
    const error = answer?.error ?? errorCode.none
    if (error === errorCode.none || error === errorCode.groupIdNotFound) return
    throw new AppError('KAFKA_FAILED', `group ${this.#group} could not be removed: ${errorName(error)}`)
  }

  #forget(told: ReadonlyMap<string, ReadonlyMap<number, bigint>>): void {
    for (const [topic, offsets] of told) {
      const due = this.#due.get(topic)
      for (const [partition, offset] of offsets) if (due?.get(partition) === offset) due.delete(partition)
      if (due?.size === 0) this.#due.delete(topic)
    }
  }
}
