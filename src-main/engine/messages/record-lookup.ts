/**
 * One record anew, by partition and offset, with everything that is known about it; and ranges of its parts, so that large
 * ones come piece by piece. The record opened last is kept for that. Cluster thread.
 */
import { AppError } from '#contract/errors.ts'
import { limits } from '#contract/limits.ts'
import type { PartRequest, RecordAddress, RecordDetail } from '#contract/messages.ts'
import { isUtf8 } from 'node:buffer'
import type { ClusterClients } from '../kafka/client/cluster-clients.ts'
import { BatchReader, readHeaders } from '../kafka/records/batch-reader.ts'
import { checkError, errorCode } from '../kafka/requests/error-codes.ts'
import { type FetchedPartition, fetchRequest } from '../kafka/requests/fetch.ts'
import type { RecordView } from './held-record.ts'
import { type OpenDecoder, type PartDecoder, PlainDecoder } from './part-decoder.ts'
import type { OpenVeil, RecordVeil } from './record-veil.ts'
import { topicOf } from './search-plan.ts'

type RecordPart = RecordDetail['key']

/** A record by itself: its bytes are copies. */
interface KeptRecord {
  timestamp: number
  isAppendTime: boolean
  codec: string
  sizeBytes: number
  key: Uint8Array | null
  value: Uint8Array | null
  headers: { name: Uint8Array; value: Uint8Array | null }[]
  /** How it is masked, in words; empty where it is not. */
  masked: string
  /** Texts that parts were decoded to, by part and format. */
  texts: Map<string, Uint8Array>
}

/** The record that was opened last is forgotten after so long. */
const keptMs = 60_000
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

export class RecordLookup {
  readonly #clients: ClusterClients
  readonly #openDecoder: OpenDecoder
  readonly #openVeil: OpenVeil
  #kept: { address: string; record: KeptRecord } | null = null
  #forgetTimer: NodeJS.Timeout | null = null

  constructor(clients: ClusterClients, openDecoder: OpenDecoder, openVeil: OpenVeil) {
    this.#clients = clients
    this.#openVeil = openVeil
    this.#openDecoder = openDecoder
  }

  /** @throws AppError NOT_FOUND where there is none at this offset */
  async detail(address: RecordAddress, signal: AbortSignal): Promise<RecordDetail> {
    const record = await this.#read(address, signal)
    this.#keep(address, record)
    const { connection, topic, partition, offset } = address
    const key = this.#openDecoder(connection, topic, 'key', address.keyFormat)
    const value = this.#openDecoder(connection, topic, 'value', address.valueFormat)
    return {
      topic,
      partition,
      offset,
      timestamp: record.timestamp < 0 ? null : record.timestamp,
      timestampType: record.timestamp < 0 ? 'none' : record.isAppendTime ? 'append' : 'create',
      key: await detailPart(key, record.key, signal),
      value: await detailPart(value, record.value, signal),
      headers: record.headers.map((header) => ({
        name: utf8.decode(header.name),
        text: header.value !== null && isUtf8(header.value) ? utf8.decode(header.value) : null,
        raw: header.value === null ? null : base64(header.value.subarray(0, limits.messagePartBytes)),
      })),
      sizeBytes: record.sizeBytes,
      compression: record.codec,
      masked: record.masked,
    }
  }

  /** @throws AppError NOT_FOUND, also for the text of a part that has none */
  async part(request: PartRequest, signal: AbortSignal): Promise<{ raw: string; bytes: number }> {
    const kept = this.#kept?.address === addressKey(request) ? this.#kept.record : null
    const record = kept ?? (await this.#read(request, signal))
    this.#keep(request, record)
    const own = record[request.part] ?? new Uint8Array(0)
    const bytes = request.decoded === true ? await this.#text(request, record, own, signal) : own
    return { raw: base64(bytes.subarray(request.start, request.start + request.count)), bytes: bytes.length }
  }

  /** The whole text of a part, decoded once for all of its ranges. */
  async #text(
    { connection, topic, part, keyFormat, valueFormat }: PartRequest,
    { texts }: KeptRecord,
    bytes: Uint8Array,
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    const format = part === 'key' ? keyFormat : valueFormat
    const known = texts.get(`${part} ${format}`)
    if (known !== undefined) return known
    const { reader, isText, problem } = await decoded(
      this.#openDecoder(connection, topic, part, format),
      bytes,
      signal,
    )
    if (!isText)
      throw new AppError('NOT_FOUND', `the ${part} cannot be read as text${problem && `: ${problem}`}`)
    const text = reader.bytes.slice(reader.start, reader.end)
    texts.set(`${part} ${format}`, text)
    return text
  }

  close(): void {
    if (this.#forgetTimer !== null) clearTimeout(this.#forgetTimer)
    this.#kept = null
  }

  #keep(address: RecordAddress, record: KeptRecord): void {
    this.close()
    this.#kept = { address: addressKey(address), record }
    this.#forgetTimer = setTimeout(() => {
      this.#kept = null
    }, keptMs)
    this.#forgetTimer.unref()
  }

  async #read(address: RecordAddress, signal: AbortSignal): Promise<KeptRecord> {
    const set = await this.#fetch(address, signal)
    const wanted = Number(address.offset)
    const reader = new BatchReader()
    reader.open(set, wanted, [])
    if (!reader.next() || reader.offset !== wanted) throw absent(address)
    const veil = this.#openVeil(address.connection, address.topic)
    if (veil === null) return keptRecord(reader, reader, '')
    return keptRecord(reader, await veiled(veil, reader, signal), veil.words)
  }

  /** The batches from the one on that holds the record; at least that one is whole. */
  async #fetch(address: RecordAddress, signal: AbortSignal): Promise<Uint8Array> {
    const client = this.#clients.client(address.connection)
    const topic = topicOf(await client.metadata([address.topic], 0, signal), address.topic)
    const found = topic.partitions.find(({ partition }) => partition === address.partition)
    if (found === undefined) {
      throw new AppError('NOT_FOUND', `${address.topic} has no partition ${String(address.partition)}`)
    }
    const what = `partition ${String(address.partition)} of ${address.topic}`
    if (found.leader < 0) checkError(errorCode.leaderNotAvailable, what)
    const connection = await client.broker(found.leader, 'record', signal)
    const partition = {
      partition: address.partition,
      offset: BigInt(address.offset),
      // The first batch comes whole however large it is; what follows is not needed.
      maxBytes: 1,
      leaderEpoch: found.leaderEpoch,
    }
    const [answer]: (FetchedPartition | undefined)[] = await connection.send(
      fetchRequest,
      {
        maxWaitMs: 0,
        minBytes: 0,
        maxBytes: 1,
        isolation: 'read_uncommitted',
        topics: [{ name: address.topic, partitions: [partition] }],
      },
      { signal },
    )
    if (answer === undefined || answer.error === errorCode.offsetOutOfRange) throw absent(address)
    checkError(answer.error, what)
    return answer.records
  }
}

/** @throws AppError SCHEMA_UNAVAILABLE */
async function veiled(veil: RecordVeil, reader: BatchReader, signal: AbortSignal): Promise<RecordView> {
  let view = veil.of(reader)
  while (view === 'wait') {
    await veil.ready(signal)
    view = veil.of(reader)
  }
  return view
}

/** @param view the record as it may be shown; `masked` says why it is not all */
function keptRecord(reader: BatchReader, view: RecordView, masked: string): KeptRecord {
  const part = (start: number, length: number): Uint8Array | null =>
    length < 0 ? null : view.bytes.slice(start, start + length)
  const headers = view.bytes.slice(view.headersStart, view.headersEnd)
  return {
    timestamp: reader.timestampMs,
    isAppendTime: reader.isAppendTime,
    codec: reader.codec,
    sizeBytes: reader.recordBytes,
    key: part(view.keyStart, view.keyLength),
    value: part(view.valueStart, view.valueLength),
    headers: view.headerCount === 0 ? [] : readHeaders(headers, 0),
    masked,
    texts: new Map(),
  }
}

async function detailPart(
  decoder: PartDecoder,
  bytes: Uint8Array | null,
  signal: AbortSignal,
): Promise<RecordPart> {
  if (bytes === null) {
    return { raw: null, bytes: 0, text: null, format: 'bytes', problem: '', truncated: false, schema: null }
  }
  const { reader, isText, problem } = await decoded(decoder, bytes, signal)
  const most = limits.messagePartBytes
  const shown = reader.bytes.subarray(reader.start, Math.min(reader.end, reader.start + most))
  const isCut = reader.end - reader.start > most
  return {
    raw: base64(bytes.subarray(0, most)),
    bytes: bytes.length,
    text: isText ? utf8.decode(isCut ? wholeCharacters(shown) : shown) : null,
    format: reader.format,
    problem: problem === '' ? reader.problem : problem,
    truncated: bytes.length > most || (isText && isCut),
    schema: reader.schema,
  }
}

/** Reads a part; where its schema cannot be had it is shown as what it looks like, and the problem says so. */
async function decoded(
  decoder: PartDecoder,
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<{ reader: PartDecoder; isText: boolean; problem: string }> {
  let read = decoder.decode(bytes, 0, bytes.length)
  try {
    while (read === 'wait') {
      await decoder.ready(signal)
      read = decoder.decode(bytes, 0, bytes.length)
    }
    return { reader: decoder, isText: read === 'text', problem: '' }
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof AppError)) throw error
    const plain = new PlainDecoder('auto')
    const isText = plain.decode(bytes, 0, bytes.length) === 'text'
    return { reader: plain, isText, problem: error.message }
  }
}

/** Without the beginning of a character that the cut went through. */
function wholeCharacters(bytes: Uint8Array): Uint8Array {
  let end = bytes.length
  while (end > 0 && ((bytes[end - 1] ?? 0) & 0xc0) === 0x80) end--
  const lead = bytes[end - 1] ?? 0
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1
  return end - 1 + length <= bytes.length ? bytes : bytes.subarray(0, Math.max(0, end - 1))
}

function absent({ topic, partition, offset }: RecordAddress): AppError {
  const message =
    `partition ${String(partition)} of ${topic} has no record at offset ${offset}: ` +
    'it was removed by retention or compaction, is a marker of a transaction, or is still to come'
  return new AppError('NOT_FOUND', message)
}

function addressKey({ connection, topic, partition, offset }: RecordAddress): string {
  return [connection, topic, String(partition), offset].join('\n')
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}
