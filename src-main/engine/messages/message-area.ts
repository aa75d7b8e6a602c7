/**
 * Messages of topics, as the contract's calls: searches, one record anew, ranges of large parts, producing. Cluster thread.
 */
import { AppError } from '#contract/errors.ts'
import { limits } from '#contract/limits.ts'
import type {
  MessagePage,
  MessageSearch,
  PartRequest,
  ProducedAt,
  ProducedMessage,
  RecordAddress,
  RecordDetail,
  SearchStatus,
} from '#contract/messages.ts'
import { randomUUID } from 'node:crypto'
import type { Workspace } from '../../workspace/model.ts'
import { Registries } from '../formats/registries.ts'
import type { ResolvedMaskKeys } from '../masks/mask-keys.ts'
import type { ClusterClients } from '../kafka/client/cluster-clients.ts'
import { decoderOpener, isPlain } from './format-decoder.ts'
import { SearchRun } from './message-search.ts'
import { type OpenDecoder, PlainDecoder } from './part-decoder.ts'
import { produceMessage } from './produce-message.ts'
import { RecordLookup } from './record-lookup.ts'
import { type OpenVeil, veilOpener } from './record-veil.ts'

export class MessageArea {
  readonly handlers = {
    'messages.start': (search: MessageSearch): { id: string } => this.#start(search),
    'messages.watch': (
      { id, after }: { id: string; after: number | null },
      signal: AbortSignal,
    ): Promise<SearchStatus> => this.#run(id).watch(after, signal),
    'messages.page': ({ id, start, count }: { id: string; start: number; count: number }): MessagePage => ({
      start,
      rows: this.#run(id).page(start, count),
    }),
    'messages.pause': ({ id }: { id: string }): SearchStatus => this.#change(id, (run) => run.pause()),
    'messages.resume': ({ id }: { id: string }): SearchStatus => this.#change(id, (run) => run.resume()),
    'messages.stop': ({ id }: { id: string }): SearchStatus => this.#change(id, (run) => run.stop()),
    'messages.close': ({ id }: { id: string }): boolean => this.#closeRun(id),
    'messages.record': (address: RecordAddress, signal: AbortSignal): Promise<RecordDetail> =>
      this.#lookup.detail(address, signal),
    'messages.part': (request: PartRequest, signal: AbortSignal): Promise<{ raw: string; bytes: number }> =>
      this.#lookup.part(request, signal),
    'messages.produce': (message: ProducedMessage): Promise<ProducedAt> =>
      produceMessage(this.#clients, message),
  }
  readonly #clients: ClusterClients
  readonly #openDecoder: OpenDecoder
  readonly #openVeil: OpenVeil
  readonly #lookup: RecordLookup
  /** By id, in the order in which they were started. */
  readonly #runs = new Map<string, SearchRun>()
  readonly #registries: Registries
  #rowBytes = 0

  /**
   * @param workspace says how the topics of its sources and lookups are read, and what of them is masked
   * @param maskKeys keys of hashes
   */
  constructor(clients: ClusterClients, workspace: Workspace, maskKeys: ResolvedMaskKeys) {
    this.#clients = clients
    this.#registries = new Registries(clients)
    this.#openVeil = veilOpener(workspace, this.#registries, maskKeys)
    this.#openDecoder = this.#veiled(decoderOpener(this.#registries, workspace))
    this.#lookup = new RecordLookup(clients, this.#openDecoder, this.#openVeil)
  }

  close(): void {
    for (const run of this.#runs.values()) run.close()
    this.#runs.clear()
    this.#lookup.close()
    this.#registries.close()
  }

  /** Masked values are JSON by now, whatever they were. */
  #veiled(open: OpenDecoder): OpenDecoder {
    return (connection, topic, part, wanted) =>
      part === 'value' && this.#openVeil(connection, topic)?.masksValue === true
        ? new PlainDecoder(isPlain(wanted) ? wanted : 'auto')
        : open(connection, topic, part, wanted)
  }

  /** The oldest searches make room: those that are over first. */
  #start(search: MessageSearch): { id: string } {
    const id = randomUUID()
    const run = new SearchRun({
      id,
      search,
      client: this.#clients.client(search.connection),
      openDecoder: this.#openDecoder,
      veil: this.#openVeil(search.connection, search.topic),
      room: {
        take: (bytes) => this.#take(id, bytes),
        give: (bytes) => {
          this.#rowBytes -= bytes
        },
      },
    })
    while (this.#runs.size >= limits.searchesKept) {
      const oldest = this.#oldestOver(id) ?? this.#runs.keys().next().value
      if (oldest === undefined) break
      this.#closeRun(oldest)
    }
    this.#runs.set(id, run)
    void run.run()
    return { id }
  }

  #take(id: string, bytes: number): boolean {
    while (this.#rowBytes + bytes > limits.searchBytes) {
      const oldest = this.#oldestOver(id)
      if (oldest === undefined) return false
      this.#closeRun(oldest)
    }
    this.#rowBytes += bytes
    return true
  }

  #oldestOver(except: string): string | undefined {
    for (const [id, run] of this.#runs) if (run.isOver && id !== except) return id
    return undefined
  }

  #run(id: string): SearchRun {
    const run = this.#runs.get(id)
    if (run === undefined) throw new AppError('NOT_FOUND', 'this search is closed; start it again')
    return run
  }

  #change(id: string, change: (run: SearchRun) => void): SearchStatus {
    const run = this.#run(id)
    change(run)
    return run.status()
  }

  #closeRun(id: string): boolean {
    const run = this.#runs.get(id)
    run?.close()
    return this.#runs.delete(id)
  }
}
