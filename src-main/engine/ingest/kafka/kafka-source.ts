/**
 * Reads topics of a cluster: explicit partitions and offsets, no consumer group. Positions are the store's, committed with
 * each batch, so that a restart goes on exactly there. Runs in the ingest thread; one fetch loop per leader, decoding in
 * turns. Never throws for a cluster that fails: it says so, and goes on when it can.
 */
import { AppError } from '#contract/errors.ts'
import { limits } from '#contract/limits.ts'
import type { Column, TopicSource } from '../../../workspace/model.ts'
import { mayRetry } from '../../kafka/client/client-errors.ts'
import type { ClusterClient } from '../../kafka/client/cluster-client.ts'
import type { ClusterClients } from '../../kafka/client/cluster-clients.ts'
import { findOffsets } from '../../kafka/client/partition-offsets.ts'
import { BatchReader } from '../../kafka/records/batch-reader.ts'
import { endOfBatches } from '../../kafka/records/batch-span.ts'
import { errorCode, errorName } from '../../kafka/requests/error-codes.ts'
import { type FetchedPartition, fetchRequest } from '../../kafka/requests/fetch.ts'
import { offsetTime } from '../../kafka/requests/list-offsets.ts'
import type { ClusterMetadata, TopicMetadata } from '../../kafka/requests/metadata.ts'
import type { ValueFormat } from '../../formats/value-format.ts'
import type { IngestSource, SourcePort, SourceStart } from '../source-port.ts'
import { RowWriter } from '../row-writer.ts'
import { GroupCommits } from './group-commits.ts'
import { KafkaParts } from './kafka-parts.ts'
import { cursorKey, moveCursor, openCursor, type PartitionCursor } from './partition-cursor.ts'
import { RecordSink } from './record-sink.ts'
import { type NewPartition, startOffsets } from './start-offsets.ts'
import { readTopicPlace, type TopicPlace, writeTopicPlace } from './topic-place.ts'
import { Turns } from './turns.ts'

/** How often metadata is asked for; more often while a topic that is named is not there. */
const metadataMs = 10_000
const missingTopicMs = 2000
const watchMs = 1000
const commitMs = 5000
/** Without progress for so long although there is something to read, everything is built anew. */
const stuckMs = 30_000
const firstPauseMs = 250
const longestPauseMs = 5000
const fetchWaitMs = 500
/** A batch that cannot be read so often in a row is left out, as a gap. */
const damagedTries = 3
/** Topics read at once without making batches older; beyond, fewer and larger transactions serve better. */
const topicsAtFullPace = 8

/** What a Kafka source needs beside its port. */
export interface KafkaSourceParts {
  columns: readonly Column[]
  start: SourceStart
  clients: ClusterClients
  /** One for each topic, as formats keep state between `wait` and `ready`. */
  openFormat: (topic: string) => ValueFormat
}

export class KafkaSource implements IngestSource {
  readonly #source: TopicSource
  readonly #parts: KafkaSourceParts
  readonly #port: SourcePort
  readonly #cursors = new Map<string, PartitionCursor>()
  readonly #sinks = new Map<string, RecordSink>()
  readonly #places = new Map<string, TopicPlace>()
  readonly #reader = new BatchReader()
  readonly #turns = new Turns()
  readonly #lanes = new Map<number, Promise<void>>()
  readonly #troubles = new Map<string, string>()
  readonly #commits: GroupCommits | null
  readonly #ending = new AbortController()
  #hasStarted: boolean
  #session = new AbortController()
  #metadataAt = 0
  #cutTimer: NodeJS.Timeout | null = null

  constructor(source: TopicSource, parts: KafkaSourceParts, port: SourcePort) {
    this.#source = source
    this.#parts = parts
    this.#port = port
    this.#hasStarted = parts.start.places.size > 0
    const { commit } = source.input
    this.#commits = commit === null ? null : new GroupCommits(commit)
    for (const [topic, text] of parts.start.places) this.#places.set(topic, readTopicPlace(text))
  }

  /** Buffers of a committed batch. */
  reuse(topic: string, buffers: readonly ArrayBuffer[]): void {
    this.#commits?.noteReceived()
    this.#sinks.get(topic)?.builder.reuse(buffers)
  }

  /** Ends what waits for the cluster; {@link run} then returns. */
  stop(): void {
    this.#ending.abort()
  }

  async run(): Promise<void> {
    let failures = 0
    while (!this.#port.stopped) {
      this.#session = new AbortController()
      const signal = AbortSignal.any([this.#ending.signal, this.#session.signal])
      try {
        await this.#attend(signal, () => {
          failures = 0
        })
      } catch (error) {
        if (this.#hasStopped()) return
        if (!this.#session.signal.aborted) this.#session.abort()
        await Promise.allSettled(this.#lanes.values())
        this.#lanes.clear()
        for (const cursor of this.#cursors.values()) moveCursor(cursor, cursor.next)
        this.#tellTrouble('source', error)
        this.#port.state('waiting', wordsOf(error))
        await this.#port.sleep(pauseMs(failures++))
      }
    }
  }

  /** Looks after the partitions until something needs everything to begin anew, which it throws. */
  async #attend(signal: AbortSignal, isWell: () => void): Promise<void> {
    await this.#refresh(signal)
    void this.#keepTelling(signal)
    for (;;) {
      this.#startLanes(signal)
      isWell()
      await this.#port.sleep(watchMs)
      if (this.#port.stopped) return this.#finish()
      signal.throwIfAborted()
      await this.#commitGroup(signal)
      if (this.#port.nowMs() - this.#metadataAt < (this.#isMissing() ? missingTopicMs : metadataMs)) continue
      await this.#refresh(signal)
      await this.#watch(signal)
    }
  }

  /** Apart from what waits for brokers: lag is shown also while one of them hangs. */
  async #keepTelling(signal: AbortSignal): Promise<void> {
    while (!this.#port.stopped && !isAborted(signal)) {
      this.#tellEnds()
      await this.#port.sleep(watchMs)
    }
  }

  /** Whether a topic is not there, or a partition has no leader. */
  #isMissing(): boolean {
    if ([...this.#troubles.keys()].some((key) => key.startsWith('topic '))) return true
    return [...this.#cursors.values()].some(({ leader, stopped }) => leader < 0 && stopped === '')
  }

  async #finish(): Promise<void> {
    this.#ending.abort()
    await Promise.allSettled(this.#lanes.values())
    if (this.#cutTimer !== null) clearTimeout(this.#cutTimer)
    await this.#turns.run(() => this.#cutAll())
    await this.#commits?.close(this.#client).catch((error: unknown) => {
      this.#port.event('warn', 'group-left', wordsOf(error))
    })
  }

  /** Asked anew after each wait: a stop may have come meanwhile. */
  #hasStopped(): boolean {
    return this.#port.stopped
  }

  get #client(): ClusterClient {
    return this.#parts.clients.client(this.#source.input.connection)
  }

  // --- which partitions there are

  /** Asks for metadata, and takes up what is new in it. */
  async #refresh(signal: AbortSignal): Promise<void> {
    const { input } = this.#source
    const client = this.#client
    const metadata = await client.metadata(input.pattern === null ? input.topics : null, 0, signal)
    this.#metadataAt = this.#port.nowMs()
    const topics = this.#chosenTopics(metadata)
    // In a turn: what is being decoded must not go on in a topic that is another one meanwhile.
    const fresh = await this.#turns.run(() => Promise.resolve(this.#takeUp(topics)))
    await this.#open(fresh, topics, metadata, signal)
    this.#hasStarted = true
    this.#tellState()
  }

  /** Leaders as they are now. @returns partitions that are not read yet */
  #takeUp(topics: readonly TopicMetadata[]): NewPartition[] {
    const gone = new Set(this.#cursors.values())
    const fresh: NewPartition[] = []
    for (const topic of topics) {
      this.#noteTopic(topic)
      for (const { partition, leader, leaderEpoch } of topic.partitions) {
        const known = this.#cursors.get(cursorKey(topic.name, partition))
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

  #chosenTopics(metadata: ClusterMetadata): TopicMetadata[] {
    const { topics, pattern } = this.#source.input
    const form = pattern === null ? null : new RegExp(`^(?:${pattern})$`, 'u')
    const chosen = metadata.topics.filter(
      (topic) => form === null || (form.test(topic.name) && !topic.internal),
    )
    for (const topic of chosen) {
      const key = `topic ${topic.name}`
      if (topic.error === errorCode.none) this.#troubles.delete(key)
      else this.#tellTrouble(key, new Error(topicWords(topic.name, topic.error)))
    }
    const missing = topics.filter((name) => !chosen.some((topic) => topic.name === name))
    for (const name of missing) {
      this.#tellTrouble(`topic ${name}`, new Error(topicWords(name, errorCode.unknownTopicOrPartition)))
    }
    return chosen.filter((topic) => topic.error === errorCode.none)
  }

  #newPartition(topic: string, partition: number): NewPartition {
    const isReadTopic = this.#parts.start.nextOffsets.has(topic) || this.#sinks.has(topic)
    return { topic, partition, isLate: isReadTopic || this.#hasStarted }
  }

  /** A topic of the same name with another id is another topic: nothing that was read of the old one counts for it. */
  #noteTopic({ name, id }: TopicMetadata): void {
    const known = this.#places.get(name)
    if (known === undefined || known.id === null || id === null) {
      this.#places.set(name, { id: id ?? known?.id ?? null })
    } else if (known.id !== id) {
      this.#recreated(name, id)
    }
  }

  #recreated(topic: string, id: string): void {
    this.#places.set(topic, { id })
    const sink = this.#sinks.get(topic)
    if (sink !== undefined) sink.place.id = id
    this.#port.event(
      'warn',
      'topic-recreated',
      `${topic} was deleted and made again; it is read from its beginning`,
    )
    for (const cursor of this.#cursorsOf(topic)) {
      moveCursor(cursor, 0)
      cursor.stopped = ''
      sink?.builder.restartAt(cursor.partition, 0)
    }
    this.#forgotten.add(topic)
  }

  /** Topics whose stored positions belong to an earlier topic of the same name. */
  readonly #forgotten = new Set<string>()

  async #open(
    fresh: readonly NewPartition[],
    topics: readonly TopicMetadata[],
    metadata: ClusterMetadata,
    signal: AbortSignal,
  ): Promise<void> {
    if (fresh.length === 0) return
    const unread = fresh.filter(({ topic, partition }) => this.#storedOffset(topic, partition) === null)
    const nowMs = this.#port.nowMs()
    const { input } = this.#source
    const starts = await startOffsets(unread, { client: this.#client, metadata, input, nowMs, signal })
    await this.#turns.run(async () => {
      for (const one of fresh) {
        const next = this.#storedOffset(one.topic, one.partition) ?? starts.get(one) ?? 0
        const found = topics
          .find(({ name }) => name === one.topic)
          ?.partitions.find(({ partition }) => partition === one.partition)
        if (found === undefined) continue
        this.#cursors.set(cursorKey(one.topic, one.partition), openCursor(one.topic, found, next, nowMs))
        // A position that is committed before the first record makes the next start go on from here.
        if (starts.has(one)) this.#sink(one.topic).builder.moveTo(one.partition, next)
      }
      await this.#cutAll()
    })
    const late = unread.filter(({ isLate }) => isLate)
    if (late.length > 0) this.#port.event('info', 'partitions-added', addedWords(late))
  }

  #storedOffset(topic: string, partition: number): number | null {
    if (this.#forgotten.has(topic)) return null
    const stored = this.#parts.start.nextOffsets.get(topic)?.get(partition)
    return stored === undefined ? null : Number(stored)
  }

  #sink(topic: string): RecordSink {
    const known = this.#sinks.get(topic)
    if (known !== undefined) return known
    const { columns, openFormat } = this.#parts
    const rows = new RowWriter(columns, this.#source.eventTime, null, new KafkaParts())
    const place = this.#places.get(topic) ?? { id: null }
    const sink = new RecordSink(this.#source.name, topic, place, rows, openFormat(topic))
    this.#sinks.set(topic, sink)
    return sink
  }

  #cursorsOf(topic: string): PartitionCursor[] {
    return [...this.#cursors.values()].filter((cursor) => cursor.topic === topic)
  }

  // --- fetching

  #startLanes(signal: AbortSignal): void {
    for (const { leader, stopped } of this.#cursors.values()) {
      if (leader < 0 || stopped !== '' || this.#lanes.has(leader)) continue
      const lane = this.#runLane(leader, signal).finally(() => {
        if (this.#lanes.get(leader) === lane) this.#lanes.delete(leader)
      })
      this.#lanes.set(leader, lane)
      // A fault of Penstock itself must not go unseen: the session ends with it.
      lane.catch((error: unknown) => {
        this.#session.abort(error)
      })
    }
  }

  /** Fetches from one leader while it leads anything; the next fetch goes out while the one before is decoded. */
  async #runLane(leader: number, signal: AbortSignal): Promise<void> {
    const key = `broker ${String(leader)}`
    let failures = 0
    let decoding = Promise.resolve(true)
    try {
      while (!signal.aborted && !this.#port.stopped) {
        await this.#gate()
        const { wanted, waitMs } = this.#wantedFrom(leader)
        if (wanted.length === 0 && waitMs === null) return
        if (wanted.length === 0) await this.#port.sleep(waitMs ?? 0)
        else {
          const before = decoding
          try {
            const fetched = await this.#fetch(leader, wanted, signal)
            failures = 0
            this.#recovered(key)
            decoding = this.#turns.run(() => this.#consume(fetched, signal))
            decoding.catch(() => undefined)
            if (await before) continue
          } catch (error) {
            if (isAborted(signal) || this.#hasStopped()) return
            if (!(error instanceof AppError)) throw error
            this.#tellTrouble(key, error)
            this.#tellState()
            await this.#port.sleep(pauseMs(failures++))
            if (!mayRetry(error)) throw error
          }
          await this.#refresh(signal)
          this.#startLanes(signal)
        }
      }
    } finally {
      await decoding.catch((error: unknown) => {
        if (!signal.aborted) throw error
      })
    }
  }

  async #gate(): Promise<void> {
    if (!this.#port.isPaused()) return
    await this.#turns.run(() => this.#cutAll())
    this.#port.state('paused', '')
    await this.#port.whenResumed()
    const nowMs = this.#port.nowMs()
    for (const cursor of this.#cursors.values()) cursor.progressAt = nowMs
    if (!this.#port.stopped) this.#tellState()
  }

  /** What to ask a leader for now; with nothing, how long until there is something, or null where it leads nothing. */
  #wantedFrom(leader: number): { wanted: PartitionCursor[]; waitMs: number | null } {
    const led = [...this.#cursors.values()].filter(
      (cursor) => cursor.leader === leader && cursor.stopped === '',
    )
    const nowMs = this.#port.nowMs()
    const wanted = led.filter(({ retryAt }) => retryAt <= nowMs)
    const waitMs = led.length === 0 ? null : Math.min(...led.map(({ retryAt }) => retryAt)) - nowMs
    // The broker fills the answer in the order asked: begin elsewhere each time, so that none starves.
    const from = this.#turn++ % Math.max(1, wanted.length)
    return { wanted: [...wanted.slice(from), ...wanted.slice(0, from)], waitMs }
  }

  #turn = 0

  async #fetch(leader: number, wanted: readonly PartitionCursor[], signal: AbortSignal): Promise<Fetched[]> {
    const asked = new Map(
      wanted.map((cursor) => [cursorKey(cursor.topic, cursor.partition), cursor.fetchFrom]),
    )
    const share = limits.fetchedAheadBytes / (2 * Math.max(1, this.#lanes.size))
    const maxBytes = Math.max(1024 * 1024, Math.min(limits.fetchBytes, Math.floor(share)))
    const connection = await this.#client.broker(leader, `fetch ${this.#source.name}`, signal)
    const answer = await connection.send(
      fetchRequest,
      {
        maxWaitMs: fetchWaitMs,
        minBytes: 1,
        maxBytes,
        isolation: this.#source.input.isolation,
        topics: byTopic(wanted, Math.min(limits.fetchPartitionBytes, maxBytes)),
      },
      { signal },
    )
    const receivedAtMs = this.#port.nowMs()
    return answer.flatMap((part) => {
      const key = cursorKey(part.topic, part.partition)
      const cursor = this.#cursors.get(key)
      const from = asked.get(key)
      if (cursor === undefined || from === undefined || cursor.fetchFrom !== from) return []
      if (part.error === errorCode.none) cursor.fetchFrom = endOfBatches(part.records, from)
      return [{ part, cursor, from, receivedAtMs }]
    })
  }

  // --- decoding, one fetch at a time

  /** @returns false where a broker refused a partition: leaders may have changed */
  async #consume(fetched: readonly Fetched[], signal: AbortSignal): Promise<boolean> {
    let isWell = true
    for (const one of fetched) {
      if (this.#port.stopped || signal.aborted) return isWell
      const { part, cursor, from } = one
      // Moved meanwhile: what was fetched for the old place does not count.
      if (cursor.next !== from) cursor.fetchFrom = cursor.next
      else if (part.error === errorCode.none) {
        this.#partitionWell(cursor)
        await this.#decode(one, signal)
      } else isWell = (await this.#answerError(cursor, part, signal)) && isWell
    }
    return isWell
  }

  async #decode({ part, cursor, receivedAtMs }: Fetched, signal: AbortSignal): Promise<void> {
    const { isolation } = this.#source.input
    cursor.end = Number(isolation === 'read_committed' ? part.lastStable : part.highWatermark)
    if (part.records.length === 0) {
      if (cursor.end <= cursor.next) cursor.progressAt = receivedAtMs
      return
    }
    const sink = this.#sink(cursor.topic)
    const reader = this.#reader
    reader.open(part.records, cursor.next, isolation === 'read_committed' ? part.aborted : [])
    sink.openBlock()
    let begun = performance.now()
    try {
      while (reader.next()) {
        while (!sink.take(reader, cursor.partition, receivedAtMs)) {
          sink.decodeMs += performance.now() - begun
          if (!(await this.#formatReady(sink, signal))) {
            this.#rest(cursor, sink)
            return
          }
          begun = performance.now()
        }
        cursor.next = reader.offset + 1
        if (!sink.builder.isFull) continue
        sink.decodeMs += performance.now() - begun
        await this.#cut(sink)
        if (this.#port.stopped) return
        begun = performance.now()
      }
      cursor.damaged = 0
      cursor.next = Math.max(cursor.next, reader.nextOffset)
    } catch (error) {
      // Only what the reader found counts as damage: any other fault must not move the position on.
      if (!(error instanceof AppError) || error.details['damaged'] !== true) throw error
      cursor.next = Math.max(cursor.next, reader.nextOffset)
      this.#damaged(cursor, sink, error)
    }
    sink.decodeMs += performance.now() - begun
    this.#rest(cursor, sink)
    await this.#cutIfDue(sink)
  }

  /** Ends the records of one partition: positions go on past what was left out, such as markers of transactions. */
  #rest(cursor: PartitionCursor, sink: RecordSink): void {
    sink.openBlock()
    sink.builder.moveTo(cursor.partition, cursor.next)
    cursor.progressAt = this.#port.nowMs()
    // What was decoded not to its end is fetched again.
    if (cursor.fetchFrom !== cursor.next && this.#port.stopped) cursor.fetchFrom = cursor.next
  }

  /** @returns false where the source is to stop */
  async #formatReady(sink: RecordSink, signal: AbortSignal): Promise<boolean> {
    for (let attempt = 0; !this.#port.stopped && !signal.aborted; attempt++) {
      try {
        await sink.formatReady(signal)
        if (attempt > 0) this.#recovered('schema')
        return true
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        await this.#cut(sink)
        this.#tellTrouble('schema', error)
        this.#port.state('waiting', error.message)
        for (const cursor of this.#cursors.values()) cursor.progressAt = this.#port.nowMs()
        await this.#port.sleep(pauseMs(attempt))
      }
    }
    return false
  }

  /** A batch that cannot be read is asked for again; where it stays so, it is left out and counted. */
  #damaged(cursor: PartitionCursor, sink: RecordSink, error: AppError): void {
    cursor.fetchFrom = cursor.next
    cursor.damaged++
    const where = `${cursor.topic}, partition ${String(cursor.partition)}`
    if (cursor.damaged < damagedTries) {
      this.#tellTrouble(
        `damage ${cursorKey(cursor.topic, cursor.partition)}`,
        new Error(`${where}: ${error.message}`),
      )
      return
    }
    const { from, to: said } = this.#reader.skipBatch()
    // A damaged header may say anything; the log goes no further than its end.
    const to = Math.max(from + 1, Math.min(said, cursor.end ?? said))
    this.#gap(cursor, sink, { from, to, reason: error.message })
    moveCursor(cursor, to)
  }

  #gap(
    cursor: PartitionCursor,
    sink: RecordSink,
    { from, to, reason }: { from: number; to: number; reason: string },
  ): void {
    const { topic, partition } = cursor
    sink.builder.addGap({ partition, from: BigInt(from), to: BigInt(to), reason })
    sink.builder.moveTo(partition, to)
    const range = `${String(from)} to ${String(to - 1)}`
    const count = String(to - from)
    this.#port.event(
      'error',
      'gap',
      `${topic}, partition ${String(partition)}: offsets ${range} (${count}) cannot be read: ${reason}`,
    )
  }

  /** @returns false where the partition is asked for again later */
  async #answerError(cursor: PartitionCursor, part: FetchedPartition, signal: AbortSignal): Promise<boolean> {
    let words = `the broker answers ${errorName(part.error)}`
    if (part.error === errorCode.offsetOutOfRange) {
      try {
        await this.#outOfRange(cursor, signal)
        return true
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        words = error.message
      }
    }
    const { topic, partition } = cursor
    cursor.retryAt = this.#port.nowMs() + pauseMs(cursor.failures++)
    this.#tellTrouble(partitionKey(cursor), new Error(`${topic}, partition ${String(partition)}: ${words}`))
    this.#tellState()
    return false
  }

  #partitionWell(cursor: PartitionCursor): void {
    if (cursor.failures === 0) return
    cursor.failures = 0
    this.#recovered(partitionKey(cursor))
  }

  /** The wanted offset is not in the log: retention was faster, or the log is another one. */
  async #outOfRange(cursor: PartitionCursor, signal: AbortSignal): Promise<void> {
    const { topic, partition, next } = cursor
    const metadata = await this.#client.metadata([topic], 0, signal)
    const [found] = metadata.topics
    if (found !== undefined && found.error === errorCode.none) {
      this.#noteTopic(found)
      if (cursor.next !== next) return
    }
    const ask = async (time: bigint): Promise<number> => {
      const [answer] = await findOffsets(this.#client, metadata, [{ topic, partition, time }], {
        isolation: this.#source.input.isolation,
        signal,
      })
      if (answer === undefined || answer.problem !== '') {
        throw new AppError('KAFKA_FAILED', answer?.problem ?? 'the broker does not answer')
      }
      return Number(answer.offset)
    }
    const earliest = await ask(offsetTime.earliest)
    const latest = await ask(offsetTime.latest)
    if (next >= earliest && next <= latest) moveCursor(cursor, next)
    else await this.#applyPolicy(cursor, { earliest, latest })
  }

  async #applyPolicy(cursor: PartitionCursor, log: { earliest: number; latest: number }): Promise<void> {
    const { outOfRange } = this.#source.input
    const { topic, partition, next } = cursor
    const sink = this.#sink(topic)
    const where = `${topic}, partition ${String(partition)}`
    const bounds = `the log holds ${String(log.earliest)} to ${String(log.latest - 1)}`
    if (outOfRange === 'stop') {
      cursor.stopped = `${where}: offset ${String(next)} is wanted, but ${bounds}; out_of_range: stop`
      this.#port.event('error', 'out-of-range', cursor.stopped)
      this.#tellState()
      return
    }
    const to = outOfRange === 'earliest' ? log.earliest : log.latest
    if (to > next) {
      this.#gap(cursor, sink, { from: next, to, reason: `they are no longer in the log; ${bounds}` })
    } else {
      this.#port.event(
        'error',
        'log-shorter',
        `${where}: offset ${String(next)} is wanted, but ${bounds}: the log was cut or made again; going on at ${String(to)}`,
      )
      sink.builder.restartAt(partition, to)
    }
    moveCursor(cursor, to)
    await this.#cut(sink)
  }

  // --- batches

  async #cutIfDue(sink: RecordSink): Promise<void> {
    const { builder } = sink
    if (builder.isEmpty) return
    const slowed = Math.ceil(this.#sinks.size / topicsAtFullPace)
    const dueInMs = limits.batchAgeMs * slowed - builder.ageMs(this.#port.nowMs())
    if (builder.isFull || (dueInMs <= 0 && this.#port.isReady())) await this.#cut(sink)
    else this.#cutLater(Math.max(1, dueInMs))
  }

  #cutLater(ms: number): void {
    this.#cutTimer ??= setTimeout(() => {
      this.#cutTimer = null
      void this.#turns.run(() => this.#cutDue())
    }, ms)
  }

  async #cutDue(): Promise<void> {
    if (this.#port.stopped) return
    for (const sink of this.#sinks.values()) await this.#cutIfDue(sink)
  }

  async #cutAll(): Promise<void> {
    for (const sink of this.#sinks.values()) await this.#cut(sink)
  }

  async #cut(sink: RecordSink): Promise<void> {
    if (sink.builder.isEmpty) return
    await this.#port.whenReady()
    if (this.#port.stopped) return
    const batch = sink.builder.take({
      place: writeTopicPlace(sink.place),
      decodeMs: sink.decodeMs,
      progress: null,
    })
    sink.decodeMs = 0
    this.#commits?.noteSent(batch)
    this.#port.send(batch)
  }

  /** Committing is for others to see: where it fails, reading goes on. */
  async #commitGroup(signal: AbortSignal): Promise<void> {
    if (this.#commits === null || this.#port.nowMs() < this.#commitAt) return
    this.#commitAt = this.#port.nowMs() + commitMs
    try {
      await this.#commits.commit(this.#client, signal)
      this.#recovered('commit')
    } catch (error) {
      signal.throwIfAborted()
      this.#tellTrouble('commit', error)
    }
  }

  #commitAt = 0

  // --- what it tells

  #tellEnds(): void {
    const ends = [...this.#cursors.values()].flatMap(({ topic, partition, end }) =>
      end === null ? [] : [{ topic, partition, end: BigInt(end) }],
    )
    this.#port.logEnds(ends)
  }

  /**
   * A consumer that does not move although there is something to read is built anew: the ends of the logs are asked for
   * over another connection, so that a fetch that hangs is found too.
   */
  async #watch(signal: AbortSignal): Promise<void> {
    const { input, name } = this.#source
    const active = [...this.#cursors.values()].filter(({ stopped, leader }) => stopped === '' && leader >= 0)
    const metadata = await this.#client.metadata(
      input.pattern === null ? input.topics : null,
      metadataMs,
      signal,
    )
    const wanted = active.map(({ topic, partition }) => ({ topic, partition, time: offsetTime.latest }))
    for (const { topic, partition, offset, problem } of await findOffsets(this.#client, metadata, wanted, {
      isolation: input.isolation,
      signal,
    })) {
      const cursor = this.#cursors.get(cursorKey(topic, partition))
      if (cursor !== undefined && problem === '') cursor.end = Number(offset)
    }
    const nowMs = this.#port.nowMs()
    const isHeld = this.#port.isPaused() || !this.#port.isReady()
    const stuck = active.find(
      ({ end, next, progressAt }) => (end ?? 0) > next && nowMs - progressAt > stuckMs,
    )
    if (stuck === undefined || isHeld) return
    const seconds = String(Math.round((nowMs - stuck.progressAt) / 1000))
    const message = `${stuck.topic}, partition ${String(stuck.partition)} has not moved for ${seconds} s although there is more to read; connecting anew`
    this.#port.event('warn', 'source-rebuilt', message)
    for (const cursor of active) {
      cursor.progressAt = nowMs
      cursor.fetchFrom = cursor.next
    }
    this.#parts.clients.rebuild(input.connection)
    throw new AppError('KAFKA_FAILED', `${name}: ${message}`, { details: { retriable: true } })
  }

  #tellState(): void {
    if (this.#port.stopped || this.#port.isPaused()) return
    const active = [...this.#cursors.values()]
    const [stopped] = active.filter(({ stopped: why }) => why !== '')
    const [trouble] = this.#troubles.values()
    if (active.length > 0 && active.every(({ stopped: why }) => why !== '')) {
      this.#port.state('failed', stopped?.stopped ?? '')
    } else if (active.length === 0) {
      const { topic } = this.#source
      this.#port.state('waiting', trouble ?? `no topic matches ${topic}`)
    } else if (trouble !== undefined && this.#isAllInTrouble()) this.#port.state('waiting', trouble)
    else this.#port.state('running', stopped?.stopped ?? trouble ?? '')
  }

  /** Whether no partition can be read. */
  #isAllInTrouble(): boolean {
    return [...this.#cursors.values()].every(
      (cursor) =>
        cursor.leader < 0 ||
        this.#troubles.has(`broker ${String(cursor.leader)}`) ||
        this.#troubles.has(partitionKey(cursor)),
    )
  }

  /** Told once, until it is over or becomes another one. */
  #tellTrouble(key: string, error: unknown): void {
    const words = wordsOf(error)
    if (this.#troubles.get(key) === words) return
    this.#troubles.set(key, words)
    this.#port.event('warn', 'source-waits', words)
  }

  #recovered(key: string): void {
    const wasSource = this.#troubles.delete('source')
    if (this.#troubles.delete(key) || wasSource) this.#tellState()
  }
}

interface Fetched {
  part: FetchedPartition
  cursor: PartitionCursor
  /** Offset that was asked for. */
  from: number
  receivedAtMs: number
}

function byTopic(wanted: readonly PartitionCursor[], maxBytes: number) {
  return [...Map.groupBy(wanted, ({ topic }) => topic)].map(([name, cursors]) => ({
    name,
    partitions: cursors.map(({ partition, fetchFrom, leaderEpoch }) => ({
      partition,
      offset: BigInt(fetchFrom),
      maxBytes,
      leaderEpoch,
    })),
  }))
}

/** Asked anew after each wait. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted
}

function pauseMs(failures: number): number {
  return Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(10, failures))
}

function partitionKey({ topic, partition }: PartitionCursor): string {
  return `partition ${cursorKey(topic, partition)}`
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

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
