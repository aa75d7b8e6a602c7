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
import { backfillListener, sourceListener } from './source-listeners.ts'
import { portBeside, ThreadSourcePort } from './source-port.ts'
import { isTopicLookup, TopicLookups } from './topic-lookups.ts'
import { hasKind, ThreadCalls, type ThreadPort } from './thread-calls.ts'
import type {
  BackfillStart,
  IngestAttachInput,
  IngestInferInput,
  IngestLookupsInput,
  IngestStartInput,
} from './thread-messages.ts'

const storeRetryMs = 500

interface RunningSource {
  /** Name of the source; that of a backfill is the source it reads again. */
  of: string
  /** Null before it is opened. */
  source: IngestSource | null
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
        'loading-lookups': () => this.#loadingLookups(),
        'follow-lookups': (input: IngestLookupsInput) => {
          this.#followLookups(input)
        },
        pause: () => {
          for (const { port } of this.#sources.values()) port.pause()
        },
        resume: () => {
          for (const { port } of this.#sources.values()) port.resume()
        },
        end: (sources: string[]) => this.#end(sources),
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
      running?.source?.reuse(message.topic, message.buffers)
      if (running !== undefined && running.of !== message.source) running.port.stepAside(message)
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
      const listener = sourceListener(source.name, this.#main, this.#toStore())
      const port = new ThreadSourcePort(listener, input.paused)
      const opened = this.#openSource(source, { columns, start, maskKeys: input.maskKeys }, port)
      const needs = input.needs.get(source.name) ?? []
      this.#sources.set(source.name, {
        of: source.name,
        source: opened,
        port,
        done: ended(this.#runSource(opened, port, needs)),
      })
    }
    this.#endBackfills(input.backfills)
    for (const start of input.backfills) {
      if (this.#sources.has(start.run)) continue
      const listener = backfillListener(start.run, start.source, this.#toStore())
      const port = portBeside(listener, input.paused)
      this.#sources.set(start.run, {
        of: start.source,
        source: null,
        port,
        done: ended(this.#runBackfill(start, input, port)),
      })
    }
  }

  /** Ends backfills that nobody wants any more. */
  #endBackfills(wanted: readonly BackfillStart[]): void {
    for (const [name, { of, port, source }] of this.#sources) {
      if (name === of || wanted.some(({ run }) => run === name)) continue
      port.stop()
      source?.stop()
      this.#sources.delete(name)
    }
  }

  /** Names of lookups that have not been whole yet: sources whose steps read them wait. */
  #loadingLookups(): string[] {
    return this.#topicLookups?.loading ?? []
  }

  /** Keeps lookups up to date from now on. */
  #followLookups({ lookups }: IngestLookupsInput): void {
    this.#topicLookups?.start()
    this.#lookups?.watch(lookups.flatMap((entry) => fileLookup(entry) ?? []))
  }

  /**
   * Reads for new tables and columns what a source has read before, up to where that stood; as often as the store thread
   * asks for more.
   */
  async #runBackfill(first: BackfillStart, input: IngestStartInput, port: ThreadSourcePort): Promise<void> {
    const source = input.all.find(({ name }) => name === first.source)
    if (source === undefined) return
    const columns = input.columns.get(source.name) ?? []
    const { maskKeys } = input
    let start: BackfillStart | null = first
    while (start !== null && !port.stopped) {
      const opened = this.#openSource(source, { columns, start, maskKeys }, port, start.run)
      const running = this.#sources.get(start.run)
      if (running !== undefined) running.source = opened
      await this.#runSource(opened, port, input.needs.get(source.name) ?? [])
      await Promise.race([port.whenCommitted(), port.whenStopped()])
      start = await this.#nextOf(start.run, port)
    }
    // One that is stopped hears of its last batch yet; whoever stops it waits for that.
    if (!port.stopped) this.#sources.delete(first.run)
  }

  /** @returns null at a stop, too. A store without room says so; the run waits as batches do */
  async #nextOf(run: string, port: ThreadSourcePort): Promise<BackfillStart | null> {
    while (!port.stopped) {
      try {
        const next = this.#toStore().call<BackfillStart | null>('backfill-next', run)
        // A store thread that has ended never answers.
        return await Promise.race([next, port.whenStopped().then(() => null)])
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'STORE_FULL') throw error
        await port.sleep(storeRetryMs)
      }
    }
    return null
  }

  /** A source runs once the lookups that its steps read are whole. */
  async #runSource(source: IngestSource, port: ThreadSourcePort, needs: readonly string[]): Promise<void> {
    const loading = this.#loadingLookups().filter((name) => needs.includes(name))
    if (loading.length > 0) {
      port.state('waiting', `${loading.length === 1 ? 'lookup' : 'lookups'} ${loading.join(', ')}: loading`)
      await Promise.race([this.#topicLookups?.whenWhole(loading), port.whenStopped()])
      if (port.stopped) return
    }
    await source.run()
  }

  /** @param name by which its batches are known */
  #openSource(
    given: Source,
    {
      columns,
      start,
      maskKeys,
    }: { columns: readonly Column[]; start: SourceStart; maskKeys: ResolvedMaskKeys },
    port: SourcePort,
    name: string = given.name,
  ): IngestSource {
    const source = { ...given, name }
    const fault = maskKeys.faults.get(given.name)
    if (fault !== undefined) return new RefusedSource(`mask_key: ${fault.message}`, port)
    const { masks } = source
    const masker = masks === null ? null : new RecordMasker(masks.list, maskKeys.keys.get(given.name) ?? null)
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

  /**
   * Ends sources, and backfills of them, that go on otherwise or not at all. Resolves when all that they sent has committed, or
   * was let go: a store without room would keep it for long.
   */
  async #end(names: readonly string[]): Promise<void> {
    const ending = [...this.#sources].filter(([, { of }]) => names.includes(of))
    for (const [, { port, source }] of ending) {
      port.stop()
      source?.stop()
    }
    await Promise.all(ending.map(([, { done }]) => done))
    const senders = ending.map(([name]) => name)
    await this.#toStore().call('let-go', senders)
    await Promise.all(ending.map(([, { port }]) => port.whenCommitted()))
    for (const [name] of ending) this.#sources.delete(name)
  }

  async #stop(): Promise<void> {
    this.#lookups?.stop()
    const running = [...this.#sources.values()]
    for (const { port, source } of running) {
      port.stop()
      source?.stop()
    }
    await Promise.all([...running.map(({ done }) => done), this.#topicLookups?.stop()])
    this.#clients?.close()
    this.#registries?.close()
  }
}

/** A fault of Penstock itself lets the thread end, so that it is reported and started anew. */
function ended(running: Promise<void>): Promise<void> {
  return running.catch((error: unknown) => {
    setImmediate(() => {
      throw error
    })
  })
}

function isTopic(source: Source): source is TopicSource {
  return source.input.kind === 'kafka'
}

function isReceipt(message: unknown): message is BatchReceipt {
  return hasKind(message, 'receipt')
}
