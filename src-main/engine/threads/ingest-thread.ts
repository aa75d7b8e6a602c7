/**
 * The ingest thread: runs the sources, loads and watches the lookups, and hands batches to the store thread over a port of
 * their own, never more than a few at a time.
 */
import { AppError } from '#contract/errors.ts'
import type { Column, Source, TopicSource } from '../../workspace/model.ts'
import type { BatchReceipt } from '../batch/packed-batch.ts'
import type { LookupShape } from '../batch/relations.ts'
import { inferSource } from '../ingest/infer-source.ts'
import { openFormat } from '../formats/open-format.ts'
import { Registries } from '../formats/registries.ts'

import { KafkaSource } from '../ingest/kafka/kafka-source.ts'
import { RefusedSource } from '../ingest/refused-source.ts'
import { isReplayed, ReplaySource } from '../ingest/replay-source.ts'
import type { IngestSource, SourcePort, SourceStart } from '../ingest/source-port.ts'
import type { ResolvedMaskKeys } from '../masks/mask-keys.ts'
import { RecordMasker } from '../masks/record-masker.ts'
import { ClusterClients } from '../kafka/client/cluster-clients.ts'
import { fileLookup } from '../lookups/file-lookup.ts'
import { inferKafkaSource } from './infer-kafka-source.ts'
import { LookupLoader } from './lookup-loader.ts'
import { ThreadSourcePort } from './source-port.ts'
import { isTopicLookup, TopicLookups } from './topic-lookups.ts'
import { hasKind, ThreadCalls, type ThreadPort } from './thread-calls.ts'
import type {
  IngestAttachInput,
  IngestInferInput,
  IngestLookupsInput,
  IngestStartInput,
} from './thread-messages.ts'

interface RunningSource {
  source: IngestSource
  port: ThreadSourcePort
  done: Promise<void>
}

export class IngestThread {
  readonly #main: ThreadCalls
  readonly #sources = new Map<string, RunningSource>()
  #store: ThreadCalls | null = null
  #lookups: LookupLoader | null = null
  #topicLookups: TopicLookups | null = null
  #clients: ClusterClients | null = null
  #registries: Registries | null = null

  constructor(parent: ThreadPort) {
    this.#main = new ThreadCalls(
      parent,
      {
        attach: (input: IngestAttachInput) => {
          this.#attach(input)
        },
        lookups: (input: IngestLookupsInput) => this.#loadLookups(input),
        infer: (input: IngestInferInput) => this.#infer(input.sources),
        start: (input: IngestStartInput) => {
          this.#start(input)
        },
        pause: () => {
          for (const { port } of this.#sources.values()) port.pause()
        },
        resume: () => {
          for (const { port } of this.#sources.values()) port.resume()
        },
        stop: () => this.#stop(),
      },
      () => undefined,
    )
  }

  #attach({ port, connections }: IngestAttachInput): void {
    this.#clients = new ClusterClients(connections, (notice) => {
      this.#main.tell(notice)
    })
    this.#registries = new Registries(this.#clients)
    this.#store = new ThreadCalls(port, {}, (message) => {
      if (!isReceipt(message)) return
      const running = this.#sources.get(message.source)
      running?.source.reuse(message.topic, message.buffers)
      running?.port.received()
    })
  }

  #toStore(): ThreadCalls {
    if (this.#store === null) throw new AppError('INTERNAL', 'the ingest thread has no store to send to')
    return this.#store
  }

  /**
   * Loads lookups from their files, and makes those that are topics known: they are loaded once everything has started.
   * @throws AppError LOOKUP_UNREADABLE naming the file, where one cannot be loaded; and as TopicLookups.prepare
   */
  async #loadLookups({ lookups }: IngestLookupsInput): Promise<LookupShape[]> {
    const store = this.#toStore()
    this.#lookups = new LookupLoader(store)
    const shapes: LookupShape[] = []
    for (const lookup of lookups) {
      const file = fileLookup(lookup)
      if (file !== null) shapes.push(await this.#lookups.loadSettled(file))
      else if (isTopicLookup(lookup)) {
        this.#topicLookups ??= new TopicLookups({ store, ...this.#clusters() })
        shapes.push(await this.#topicLookups.prepare(lookup))
      }
    }
    return shapes
  }

  /** Columns of sources that declare none, from their first or newest records. */
  async #infer(sources: readonly Source[]): Promise<Map<string, Column[]>> {
    const inferred = new Map<string, Column[]>()
    for (const source of sources) {
      if (isReplayed(source)) inferred.set(source.name, await inferSource(source))
      else if (isTopic(source)) inferred.set(source.name, await inferKafkaSource(source, this.#clusters()))
    }
    return inferred
  }

  #clusters(): { clients: ClusterClients; registries: Registries } {
    if (this.#clients === null || this.#registries === null)
      throw new AppError('INTERNAL', 'the ingest thread has no connections')
    return { clients: this.#clients, registries: this.#registries }
  }

  #start(input: IngestStartInput): void {
    for (const source of input.sources) {
      const columns = input.columns.get(source.name) ?? []
      const stored = input.starts.find((candidate) => candidate.source === source.name)
      const start = {
        nextOffsets: stored?.nextOffsets ?? new Map<string, Map<number, bigint>>(),
        places: stored?.places ?? new Map<string, string>(),
        until: null,
      }
      const port = new ThreadSourcePort(source.name, this.#main, this.#toStore(), input.paused)
      const opened = this.#openSource(source, { columns, start, maskKeys: input.maskKeys }, port)
      const needs = input.needs.get(source.name) ?? []
      const done = this.#runSource(opened, port, needs).catch((error: unknown) => {
        // A fault of Penstock itself: let the thread end, so that it is reported and started anew.
        setImmediate(() => {
          throw error
        })
      })
      this.#sources.set(source.name, { source: opened, port, done })
    }
    this.#topicLookups?.start()
    this.#lookups?.watch(input.lookups.flatMap((entry) => fileLookup(entry) ?? []))
  }

  /** A source runs once the lookups that its steps read are whole. */
  async #runSource(source: IngestSource, port: ThreadSourcePort, needs: readonly string[]): Promise<void> {
    const lookups = this.#topicLookups?.waitingFor(needs) ?? []
    if (lookups.length > 0) {
      port.state('waiting', `${lookups.length === 1 ? 'lookup' : 'lookups'} ${needs.join(', ')}: loading`)
      await Promise.race([Promise.all(lookups.map(({ whole }) => whole)), port.whenStopped()])
      if (port.stopped) return
    }
    await source.run()
  }

  #openSource(
    source: Source,
    {
      columns,
      start,
      maskKeys,
    }: { columns: readonly Column[]; start: SourceStart; maskKeys: ResolvedMaskKeys },
    port: SourcePort,
  ): IngestSource {
    const fault = maskKeys.faults.get(source.name)
    if (fault !== undefined) return new RefusedSource(`mask_key: ${fault.message}`, port)
    const { masks } = source
    const masker =
      masks === null ? null : new RecordMasker(masks.list, maskKeys.keys.get(source.name) ?? null)
    if (isReplayed(source)) return new ReplaySource(source, { columns, start, masker }, port)
    if (!isTopic(source)) throw new AppError('INTERNAL', `source ${source.name} reads nothing`)
    const { clients, registries } = this.#clusters()
    const parts = {
      columns,
      start,
      clients,
      masker,
      openFormat: (topic: string) =>
        openFormat(source, { topic, registry: registries.of(source.input.connection), columns }),
    }
    return new KafkaSource(source, parts, port)
  }

  async #stop(): Promise<void> {
    this.#lookups?.stop()
    const running = [...this.#sources.values()]
    for (const { port, source } of running) {
      port.stop()
      source.stop()
    }
    await Promise.all([...running.map(({ done }) => done), this.#topicLookups?.stop()])
    this.#clients?.close()
    this.#registries?.close()
  }
}

function isTopic(source: Source): source is TopicSource {
  return source.input.kind === 'kafka'
}

function isReceipt(message: unknown): message is BatchReceipt {
  return hasKind(message, 'receipt')
}
