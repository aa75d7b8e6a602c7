/**
 * Messages made of arithmetic, for looking at the Messages view in every state: a search that gets on with time, rows of
 * several formats, records with headers, schemas and very large values, and a broker that fails.
 */
import { AppError } from '#contract/errors.ts'
import { limits } from '#contract/limits.ts'
import type {
  MessageRow,
  MessageSearch,
  PartRequest,
  RecordAddress,
  RecordDetail,
  RecordPart,
  SearchStatus,
} from '#contract/messages.ts'
import type { PenstockClient } from '../../../src-renderer/transport/client.ts'

/** What the person finds. */
export type MessagesKind = 'busy' | 'empty' | 'broken'

interface FakeSearch {
  request: MessageSearch
  startedAt: number
  version: number
  stoppedAt: number | null
  pausedAt: number | null
}

const recordsPerSecond = 412_000
const perPartition = 163_000
const partitions = 4
const largeBytes = 20_000_000

const regions = ['emea', 'apac', 'amer', 'latam']
const states = ['paid', 'new', 'shipped', 'returned']

function base64(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''))
}

/** The value of a record of a topic, as JSON. */
function valueOf(topic: string, partition: number, offset: number): string {
  const id = offset * partitions + partition
  return JSON.stringify({
    order_id: id,
    customer: `cust-${String(id % 47_600)}`,
    sku: `SKU-${String(id % 1000)}`,
    qty: (id % 5) + 1,
    price: 12.5 + (id % 37) * 3.7,
    region: regions[id % 4],
    status: states[id % 4],
    ts: 1_760_000_000_000 + id,
    address: { street: `Long Street ${String(id % 99)}`, city: 'Łódź', zip: '90-001', country: 'PL' },
    lines: Array.from({ length: 3 }, (_, line) => ({
      sku: `SKU-${String((id + line) % 1000)}`,
      qty: line + 1,
    })),
    ...(topic === 'payments' ? { note: 'paid by card, checked twice, '.repeat(20) } : {}),
  })
}

export class FakeMessages {
  readonly #kind: MessagesKind
  readonly #now: () => number
  readonly #searches = new Map<string, FakeSearch>()
  #next = 1

  constructor(kind: MessagesKind, now: () => number = Date.now) {
    this.#kind = kind
    this.#now = now
  }

  /** The calls of the contract. */
  calls(answer: <T>(make: () => T) => Promise<T>): PenstockClient['messages'] {
    const status = ({ id }: { id: string }): Promise<SearchStatus> => answer(() => this.#status(id))
    return {
      start: (request) =>
        answer(() => {
          if (request.filter.sql?.includes('FROM') === true)
            throw new AppError('SEARCH_INVALID', 'near "FROM": syntax error')
          if (this.#kind === 'broken' && request.topic === 'payments')
            throw new AppError(
              'KAFKA_FAILED',
              'TOPIC_AUTHORIZATION_FAILED: not authorized to access topic payments',
            )
          const id = `s${String(this.#next++)}`
          this.#searches.set(id, {
            request,
            startedAt: this.#now(),
            version: 0,
            stoppedAt: null,
            pausedAt: null,
          })
          return { id }
        }),
      watch: async ({ id, after }) => {
        if (after !== null) await new Promise((resolve) => setTimeout(resolve, 200))
        return answer(() => this.#status(id))
      },
      page: ({ id, start, count }) =>
        answer(() => {
          const { matches } = this.#status(id)
          const { request } = this.#search(id)
          const rows = Array.from({ length: Math.max(0, Math.min(count, matches - start)) }, (_, index) =>
            this.#row(request, start + index, matches),
          )
          return { start, rows }
        }),
      pause: async ({ id }) => {
        this.#search(id).pausedAt = this.#now()
        return status({ id })
      },
      resume: async ({ id }) => {
        this.#search(id).pausedAt = null
        return status({ id })
      },
      stop: async ({ id }) => {
        this.#search(id).stoppedAt = this.#now()
        return status({ id })
      },
      close: ({ id }) => answer(() => ({ closed: this.#searches.delete(id) })),
      record: (address) => answer(() => this.#record(address)),
      part: (request) => answer(() => this.#part(request)),
      produce: ({ topic, partition }) =>
        answer(() => {
          if (this.#kind === 'broken')
            throw new AppError('KAFKA_FAILED', 'NOT_LEADER_OR_FOLLOWER: the leader has moved')
          return {
            partition: partition ?? topic.length % partitions,
            offset: '1803001',
            timestamp: this.#now(),
          }
        }),
    }
  }

  #search(id: string): FakeSearch {
    const search = this.#searches.get(id)
    if (search === undefined) throw new AppError('RESULT_GONE', `There is no search ${id} any more.`)
    return search
  }

  #status(id: string): SearchStatus {
    const search = this.#search(id)
    const { request, startedAt, stoppedAt, pausedAt } = search
    search.version += 1
    const elapsedMs = (stoppedAt ?? pausedAt ?? this.#now()) - startedAt
    const isEmpty = this.#kind === 'empty'
    const isFiltered = Object.keys(request.filter).length > 0
    const total = isEmpty ? 0 : isFiltered ? perPartition * partitions : request.limit
    const scanned = request.live ? Math.floor(elapsedMs / 40) : Math.min(total, Math.floor((elapsedMs / 1000) * recordsPerSecond)) // prettier-ignore
    const found = isFiltered && !request.live ? Math.floor(scanned / 3700) : scanned
    const isDone = !request.live && (scanned >= total || found >= request.limit)
    const isBroken = this.#kind === 'broken'
    const end = 1_803_000
    return {
      id,
      version: search.version,
      state: stoppedAt !== null ? 'stopped' : pausedAt !== null ? 'paused' : isDone ? 'done' : 'running',
      matches: Math.min(found, request.limit),
      dropped: Math.max(0, found - request.limit),
      scanned,
      scannedBytes: scanned * 165,
      total: request.live ? scanned : total,
      recordsPerSecond: isEmpty ? 0 : request.live ? 25 : recordsPerSecond,
      elapsedMs,
      firstTimestamp: scanned === 0 ? null : this.#now() - 320_000,
      lastTimestamp: scanned === 0 ? null : this.#now() - 4000,
      partitions: Array.from({ length: partitions }, (_, partition) => ({
        partition,
        earliest: isEmpty ? '0' : '1640000',
        latest: isEmpty ? '0' : String(end),
        from: isEmpty ? '0' : String(end - Math.floor(scanned / partitions)),
        to: isEmpty ? '0' : String(end),
        goalFrom: isEmpty ? '0' : String(Math.max(1_640_000, end - Math.floor(total / partitions))),
        goalTo: isEmpty ? '0' : String(end),
        records: Math.floor(scanned / partitions),
        state: isBroken && partition === 2 ? 'failed' : isDone ? 'done' : 'reading',
        reason: isBroken && partition === 2 ? 'LEADER_NOT_AVAILABLE: broker 3 does not answer' : '',
      })),
      notLookedAt: [
        ...(isBroken ? ['partition 2: 125 offsets not looked at, because broker 3 does not answer'] : []),
        ...(request.start.at === 'oldest' || isFiltered
          ? ['partition 3: offsets before 1,640,000 not looked at, because retention has removed them']
          : []),
      ],
      error: null,
    }
  }

  #row(request: MessageSearch, index: number, matches: number): MessageRow {
    const place = request.start.at === 'newest' ? index : matches - index
    const partition = place % partitions
    const offset = 1_802_999 - Math.floor(place / partitions)
    const { topic } = request
    const value = valueOf(topic, partition, offset)
    const isTombstone = topic === 'customers' && offset % 7 === 0
    const isBinary = topic === 'payments' && offset % 11 === 0
    return {
      partition,
      offset: String(offset),
      timestamp: this.#now() - 4000 - place * 311,
      key: {
        text: `cust-${String((offset * 4 + partition) % 47_600)}`,
        bytes: 10,
        format: 'text',
        problem: '',
      },
      value: {
        text: isTombstone
          ? null
          : isBinary
            ? '00000012a4'.repeat(12)
            : value.slice(0, limits.messagePreviewCharacters),
        bytes: offset % 23 === 0 ? largeBytes : value.length,
        format: isBinary ? 'bytes' : 'json',
        problem: isBinary ? 'schema 18 is not in the registry' : '',
      },
      headers: offset % 3,
      sizeBytes: value.length + 10,
    }
  }

  #record({ topic, partition, offset }: RecordAddress): RecordDetail {
    const number = Number(offset)
    if (this.#kind === 'broken' && partition === 2)
      throw new AppError('KAFKA_FAILED', 'LEADER_NOT_AVAILABLE: broker 3 does not answer')
    const value = valueOf(topic, partition, number)
    const isLarge = number % 23 === 0
    const part = (text: string | null, format: string): RecordPart => ({
      raw: text === null ? null : base64(text),
      bytes: text === null ? 0 : text.length,
      text,
      format,
      problem: '',
      truncated: false,
      schema: null,
    })
    const large = `{"padding":"${'x'.repeat(limits.messagePartBytes - 12)}`
    return {
      topic,
      partition,
      offset,
      timestamp: this.#now() - 4000,
      timestampType: 'create',
      key: part(`cust-${String((number * 4 + partition) % 47_600)}`, 'text'),
      value: isLarge
        ? { ...part(large, 'json'), bytes: largeBytes, truncated: true }
        : {
            ...part(
              topic === 'customers' && number % 7 === 0 ? null : value,
              topic === 'payments' ? 'avro' : 'json',
            ),
            schema:
              topic === 'payments'
                ? {
                    id: 18,
                    subject: 'payments-value',
                    type: 'AVRO',
                    text: '{\n  "type": "record",\n  "name": "Payment"\n}',
                  }
                : null,
          },
      headers: [
        {
          name: 'trace',
          text: `00-4bf92f3577b34da6a3ce929d0e0e4736-${String(number)}`,
          raw: base64('trace'),
        },
        { name: 'retry', text: '1', raw: base64('1') },
        { name: 'retry', text: '2', raw: base64('2') },
        { name: 'signature', text: null, raw: '3q2+7w==' },
        { name: 'empty', text: null, raw: null },
      ],
      sizeBytes: value.length + 10,
      compression: 'lz4',
      masked: '',
    }
  }

  #part({ start, count }: PartRequest): { raw: string; bytes: number } {
    const end = Math.min(largeBytes, start + count)
    const text = end === largeBytes ? `${'x'.repeat(end - start - 2)}"}` : 'x'.repeat(end - start)
    return { raw: btoa(text), bytes: largeBytes }
  }
}
