/**
 * Which partitions a Kafka source reads: takes up topics and partitions as the cluster's metadata shows them, tells topics
 * apart that were made again under the same name, and finds where to begin. Ingest thread.
 */
import { errorCode, errorName } from '../../kafka/requests/error-codes.ts'
import type { ClusterMetadata, TopicMetadata } from '../../kafka/requests/metadata.ts'
import type { SourceStart } from '../source-port.ts'
import { cursorKey, moveCursor, openCursor } from './partition-cursor.ts'
import { leaveGap } from './partition-gap.ts'
import { topicForm } from './run-bound.ts'
import { endAtShortLogs, endLostPartitions, endTopic } from './run-ends.ts'
import type { SourceContext } from './source-context.ts'
import { trouble } from './source-health.ts'
import { type NewPartition, startOffsets } from './start-offsets.ts'
import { readTopicPlace, type TopicPlace } from './topic-place.ts'

/** A topic that a bounded run needs is gone for good once the cluster has not known it for so long. */
const goneMs = 10_000

export class Assignment {
  readonly #context: SourceContext
  readonly #start: SourceStart
  readonly #places = new Map<string, TopicPlace>()
  /** Topics whose stored positions belong to an earlier topic of the same name. */
  readonly #forgotten = new Set<string>()
  /** Since when topics are not there, milliseconds since 1970. */
  readonly #missing = new Map<string, number>()
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
    const { port, batches, cursors, health, bound, topics: names } = this.#context
    const metadata = await this.#context.client().metadata(names, 0, signal)
    this.#refreshedAt = port.nowMs()
    const topics = this.#chosenTopics(metadata)
    // In a turn: what is being decoded must not go on in a topic that is another one meanwhile.
    const fresh = await batches.inTurn(() => Promise.resolve(this.#takeUp(topics)))
    await this.#open(fresh, topics, metadata, signal)
    this.#hasStarted = true
    if (bound !== null) {
      await endAtShortLogs(this.#context, metadata, signal)
      await batches.inTurn(() => {
        bound.note(cursors.values(), batches)
        return Promise.resolve()
      })
    }
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
    const { health, source, topics } = this.#context
    const form = topicForm(source.input)
    const chosen = metadata.topics.filter(
      (topic) => form === null || (form.test(topic.name) && !topic.internal),
    )
    for (const { name, error } of chosen) {
      if (error === errorCode.none) health.forget(trouble.topic(name))
      else health.tell(trouble.topic(name), new Error(this.#topicWords(name, error)))
    }
    const missing = (topics ?? []).filter((name) => !chosen.some((topic) => topic.name === name))
    for (const name of missing) {
      health.tell(trouble.topic(name), new Error(this.#topicWords(name, errorCode.unknownTopicOrPartition)))
    }
    const unknown = chosen.filter(({ error }) => error === errorCode.unknownTopicOrPartition)
    this.#noteMissing([...missing, ...unknown.map(({ name }) => name)])
    return chosen.filter((topic) => topic.error === errorCode.none)
  }

  #topicWords(name: string, error: number): string {
    if (error !== errorCode.unknownTopicOrPartition) {
      return `topic ${name}: the broker answers ${errorName(error)}`
    }
    const then = this.#context.bound === null ? '; it is read as soon as there is one' : ''
    return `there is no topic ${name}${then}`
  }

  #noteMissing(names: readonly string[]): void {
    for (const name of this.#missing.keys()) if (!names.includes(name)) this.#missing.delete(name)
    for (const name of names) {
      if (!this.#missing.has(name)) this.#missing.set(name, this.#context.port.nowMs())
    }
  }

  /** A bounded run does not wait for topics to come back. */
  #endGone(): void {
    const { bound, health, port } = this.#context
    for (const topic of bound?.topics ?? []) {
      const since = this.#missing.get(topic)
      if (since === undefined || port.nowMs() - since < goneMs) continue
      endTopic(this.#context, { topic, kind: 'topic-gone', why: 'is not there any more' })
      health.forget(trouble.topic(topic))
    }
  }

  /** Leaders as they are now. @returns partitions that are not read yet */
  #takeUp(topics: readonly TopicMetadata[]): NewPartition[] {
    const { cursors, bound } = this.#context
    const gone = new Set(cursors.values())
    const fresh: NewPartition[] = []
    for (const topic of topics) {
      this.noteTopic(topic)
      for (const { partition, leader, leaderEpoch } of topic.partitions) {
        const known = cursors.get(cursorKey(topic.name, partition))
        if (known === undefined) {
          const isWanted = bound === null || bound.of(topic.name, partition) !== null
          if (isWanted) fresh.push(this.#newPartition(topic.name, partition))
        } else {
          gone.delete(known)
          known.leader = leader
          known.leaderEpoch = leaderEpoch
        }
      }
      endLostPartitions(this.#context, topic)
    }
    this.#endGone()
    for (const cursor of gone) cursor.leader = -1
    return fresh
  }

  #newPartition(topic: string, partition: number): NewPartition {
    const { batches, bound } = this.#context
    const isReadTopic = this.#start.nextOffsets.has(topic) || batches.find(topic) !== undefined
    return { topic, partition, isLate: bound === null && (isReadTopic || this.#hasStarted) }
  }

  #recreated(topic: string, id: string): void {
    const { batches, cursors, port, bound } = this.#context
    if (bound !== null) {
      // Its positions stay those of the topic that its bounds are of, and so does the id beside them.
      endTopic(this.#context, { topic, kind: 'topic-recreated', why: 'was deleted and made again' })
      return
    }
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
      if (to > from) leaveGap(this.#context, batches.sink(topic), { partition, from, to, reason })
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
    const { source, port, batches, cursors, bound } = this.#context
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
        const until = bound === null ? Number.POSITIVE_INFINITY : (bound.of(one.topic, one.partition) ?? next)
        const cursor = openCursor(topic, found, next, { until, nowMs })
        cursors.set(cursorKey(one.topic, one.partition), cursor)
        // A position that is committed before the first record makes the next start go on from here.
        if (starts.has(one)) batches.sink(one.topic).builder.moveTo(one.partition, cursor.next)
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

function addedWords(late: readonly NewPartition[]): string {
  const [first] = late
  const more = late.length > 1 ? ` and ${String(late.length - 1)} more` : ''
  return `new: ${first?.topic ?? ''}, partition ${String(first?.partition ?? 0)}${more}, read from the beginning`
}
