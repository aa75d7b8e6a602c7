/**
 * Which partitions a Kafka source reads: takes up topics and partitions as the cluster's metadata shows them, tells topics
 * apart that were made again under the same name, and finds where to begin. Ingest thread.
 */
import { errorCode, errorName } from '../../kafka/requests/error-codes.ts'
import type { ClusterMetadata, TopicMetadata } from '../../kafka/requests/metadata.ts'
import type { SourceStart } from '../source-port.ts'
import { cursorKey, moveCursor, openCursor } from './partition-cursor.ts'
import { leaveGap } from './partition-gap.ts'
import type { SourceContext } from './source-context.ts'
import { trouble } from './source-health.ts'
import { type NewPartition, startOffsets } from './start-offsets.ts'
import { readTopicPlace, type TopicPlace } from './topic-place.ts'

export class Assignment {
  readonly #context: SourceContext
  readonly #start: SourceStart
  readonly #places = new Map<string, TopicPlace>()
  /** Topics whose stored positions belong to an earlier topic of the same name. */
  readonly #forgotten = new Set<string>()
  #hasStarted: boolean
  #refreshedAt = 0

  constructor(context: SourceContext, start: SourceStart) {
    this.#context = context
    this.#start = start
    this.#hasStarted = start.places.size > 0
    for (const [topic, text] of start.places) this.#places.set(topic, readTopicPlace(text))
  }

  /** When metadata was asked for last, milliseconds since 1970. */
  get refreshedAt(): number {
    return this.#refreshedAt
  }

  /** Which topic of that name was read. */
  place(topic: string): TopicPlace {
    return this.#places.get(topic) ?? { id: null }
  }

  /** Asks for metadata, and takes up what is new in it. @throws AppError where the cluster does not answer */
  async refresh(signal: AbortSignal): Promise<void> {
    const { source, port, batches, health } = this.#context
    const { topics: names, pattern } = source.input
    const metadata = await this.#context.client().metadata(pattern === null ? names : null, 0, signal)
    this.#refreshedAt = port.nowMs()
    const topics = this.#chosenTopics(metadata)
    // In a turn: what is being decoded must not go on in a topic that is another one meanwhile.
    const fresh = await batches.inTurn(() => Promise.resolve(this.#takeUp(topics)))
    await this.#open(fresh, topics, metadata, signal)
    this.#hasStarted = true
    health.tellState()
  }

  /** A topic of the same name with another id is another topic: nothing that was read of the old one counts for it. */
  noteTopic({ name, id }: TopicMetadata): void {
    const known = this.#places.get(name)
    if (known === undefined || known.id === null || id === null) {
      this.#places.set(name, { id: id ?? known?.id ?? null })
    } else if (known.id !== id) {
      this.#recreated(name, id)
    }
  }

  #chosenTopics(metadata: ClusterMetadata): TopicMetadata[] {
    const { health, source } = this.#context
    const { topics, pattern } = source.input
    const form = pattern === null ? null : new RegExp(`^(?:${pattern})$`, 'u')
    const chosen = metadata.topics.filter(
      (topic) => form === null || (form.test(topic.name) && !topic.internal),
    )
    for (const { name, error } of chosen) {
      if (error === errorCode.none) health.forget(trouble.topic(name))
      else health.tell(trouble.topic(name), new Error(topicWords(name, error)))
    }
    const missing = topics.filter((name) => !chosen.some((topic) => topic.name === name))
    for (const name of missing) {
      health.tell(trouble.topic(name), new Error(topicWords(name, errorCode.unknownTopicOrPartition)))
    }
    return chosen.filter((topic) => topic.error === errorCode.none)
  }

  /** Leaders as they are now. @returns partitions that are not read yet */
  #takeUp(topics: readonly TopicMetadata[]): NewPartition[] {
    const { cursors } = this.#context
    const gone = new Set(cursors.values())
    const fresh: NewPartition[] = []
    for (const topic of topics) {
      this.noteTopic(topic)
      for (const { partition, leader, leaderEpoch } of topic.partitions) {
        const known = cursors.get(cursorKey(topic.name, partition))
        if (known === undefined) fresh.push(this.#newPartition(topic.name, partition))
        else {
          gone.delete(known)
          known.leader = leader
          known.leaderEpoch = leaderEpoch
        }
      }
    }
    for (const cursor of gone) cursor.leader = -1
    return fresh
  }

  #newPartition(topic: string, partition: number): NewPartition {
    const isReadTopic = this.#start.nextOffsets.has(topic) || this.#context.batches.find(topic) !== undefined
    return { topic, partition, isLate: isReadTopic || this.#hasStarted }
  }

  #recreated(topic: string, id: string): void {
    const { batches, cursors, port } = this.#context
    this.#places.set(topic, { id })
    const sink = batches.find(topic)
    if (sink !== undefined) sink.place.id = id
    port.event(
      'warn',
      'topic-recreated',
      `${topic} was deleted and made again; it is read from its beginning`,
    )
    for (const cursor of cursors.values()) {
      if (cursor.topic !== topic) continue
      const { partition, next: from, fetchedEnd: to } = cursor
      const reason = 'the topic was deleted before they were read'
      if (to > from) leaveGap(port, batches.sink(topic), { partition, from, to, reason })
      moveCursor(cursor, 0)
      cursor.topicId = id
      cursor.fetchedEnd = 0
      cursor.stopped = ''
      sink?.builder.restartAt(partition, 0)
    }
    this.#forgotten.add(topic)
  }

  async #open(
    fresh: readonly NewPartition[],
    topics: readonly TopicMetadata[],
    metadata: ClusterMetadata,
    signal: AbortSignal,
  ): Promise<void> {
    if (fresh.length === 0) return
    const { source, port, batches, cursors } = this.#context
    const { input } = source
    const unread = fresh.filter(({ topic, partition }) => this.#storedOffset(topic, partition) === null)
    const nowMs = port.nowMs()
    const client = this.#context.client()
    const starts = await startOffsets(unread, { client, metadata, input, nowMs, signal })
    await batches.inTurn(async () => {
      for (const one of fresh) {
        const next = this.#storedOffset(one.topic, one.partition) ?? starts.get(one) ?? 0
        const topic = topics.find(({ name }) => name === one.topic)
        const found = topic?.partitions.find(({ partition }) => partition === one.partition)
        if (topic === undefined || found === undefined) continue
        cursors.set(cursorKey(one.topic, one.partition), openCursor(topic, found, next, nowMs))
        // A position that is committed before the first record makes the next start go on from here.
        if (starts.has(one)) batches.sink(one.topic).builder.moveTo(one.partition, next)
      }
      await batches.cutAll()
    })
    const late = unread.filter(({ isLate }) => isLate)
    if (late.length > 0) port.event('info', 'partitions-added', addedWords(late))
  }

  #storedOffset(topic: string, partition: number): number | null {
    if (this.#forgotten.has(topic)) return null
    const stored = this.#start.nextOffsets.get(topic)?.get(partition)
    return stored === undefined ? null : Number(stored)
  }
}

function topicWords(name: string, error: number): string {
  if (error === errorCode.unknownTopicOrPartition) {
    return `there is no topic ${name}; it is read as soon as there is one`
  }
  return `topic ${name}: the broker answers ${errorName(error)}`
}

function addedWords(late: readonly NewPartition[]): string {
  const [first] = late
  const more = late.length > 1 ? ` and ${String(late.length - 1)} more` : ''
  return `new: ${first?.topic ?? ''}, partition ${String(first?.partition ?? 0)}${more}, read from the beginning`
}
