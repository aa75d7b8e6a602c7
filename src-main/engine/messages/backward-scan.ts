/**
 * Reads backwards from the end in windows of offsets that grow, so that the newest records are there at once however large
 * the topic is. A match is listed when no partition can still have a newer one. Cluster thread.
 */
import { limits } from '#contract/limits.ts'
import type { MessageRow } from '#contract/messages.ts'
import { BatchReader } from '../kafka/records/batch-reader.ts'
import type { FetchedRecords } from './partition-fetcher.ts'
import { byLeader, type FoundRow, type ScanEnd, type ScanParts } from './scan-parts.ts'
import { isOpen, restPartition, type ScannedPartition } from './scanned-partition.ts'

const fetchWaitMs = 500
/** Bytes that one round asks for in all, and the least of one window. */
const roundBytes = limits.fetchBytes
const leastWindowBytes = 4096
/** Partitions in one round, once each has been looked at. */
const roundPartitions = 8
const baseTimestampAt = 27

interface Window {
  one: ScannedPartition
  from: number
  to: number
  parts: FetchedRecords[]
  /** Timestamp of its first batch. */
  lowTime: number
  /** Bytes that its next batch takes alone; 0 where batches come whole. */
  wholeBytes: number
}

export class BackwardScan {
  readonly #parts: ScanParts
  readonly #reader = new BatchReader()
  /** Found, but perhaps not the newest; newest first. */
  #pending: FoundRow[] = []
  /** Time of the oldest match so far by partition: its next ones must not come before it. */
  readonly #lastTimes = new Map<ScannedPartition, number>()
  /** About when the oldest record was written that is fetched, by partition. */
  readonly #fetchedTimes = new Map<ScannedPartition, number>()

  constructor(parts: ScanParts) {
    this.#parts = parts
  }

  /** @throws the signal's reason when aborted; what was found until then is listed */
  async run(): Promise<ScanEnd> {
    try {
      const end = await this.#read()
      return end === 'all' ? this.#list(true) : end
    } catch (error) {
      if (this.#parts.signal.aborted) this.#list(true)
      throw error
    } finally {
      this.#putBack()
      for (const one of this.#parts.partitions) restPartition(one)
    }
  }

  async #read(): Promise<ScanEnd> {
    let ahead: Promise<Window[]> | null = null
    for (let round = 0; ; round++) {
      await this.#parts.gate()
      const windows: Window[] = await (ahead ?? this.#fetchRound())
      if (windows.length === 0 && this.#plan().length === 0) return 'all'
      ahead = round === 0 && this.#parts.isUnfiltered ? null : this.#fetchRound()
      // Whoever awaits it gets the fault; where nobody does any more it must not count as unhandled.
      ahead?.catch(() => undefined)
      for (const window of windows) await this.#consume(window)
      const end = this.#list(false)
      this.#parts.progress()
      if (end !== 'all') return end
    }
  }

  /** The windows to read next: where it is not known yet how late the next match may be. */
  #plan(): ScannedPartition[] {
    const enough = this.#parts.matches.room
    const pending = new Map<ScannedPartition, number>()
    for (const { one } of this.#pending) pending.set(one, (pending.get(one) ?? 0) + 1)
    const open = this.#parts.partitions.filter(
      (one) => isOpen(one) && one.fetchFrom > one.goalFrom && (pending.get(one) ?? 0) < enough,
    )
    const unseen = open.filter((one) => !this.#fetchedTimes.has(one))
    if (unseen.length > 0) return unseen.slice(0, roundBytes / leastWindowBytes)
    const timeOf = (one: ScannedPartition): number => this.#fetchedTimes.get(one) ?? 0
    return open.toSorted((left, right) => timeOf(right) - timeOf(left)).slice(0, roundPartitions)
  }

  async #fetchRound(): Promise<Window[]> {
    const chosen = this.#plan()
    const share = Math.max(leastWindowBytes, Math.floor(roundBytes / Math.max(1, chosen.length)))
    const windows = chosen.map((one) => this.#window(one, share))
    for (const { one } of windows) one.state = 'reading'
    await Promise.all([...byLeader(windows)].map(([leader, own]) => this.#cover(leader, own)))
    const whole = windows.filter((window) => isOpen(window.one) && nextOf(window) >= window.to)
    for (const window of windows) {
      const { one, from, to, lowTime } = window
      const isWhole = whole.includes(window)
      one.fetchFrom = isWhole ? Math.min(from, to) : to
      if (isWhole) this.#fetchedTimes.set(one, lowTime)
    }
    return whole
  }

  #window(one: ScannedPartition, share: number): Window {
    const bytes = Math.min(one.fetchBytes, share)
    const records = Math.max(1, Math.ceil(bytes / one.recordBytes))
    const { isUnfiltered, matches } = this.#parts
    const wanted = isUnfiltered ? Math.min(records, Math.max(1, matches.room)) : records
    const from = Math.max(one.goalFrom, one.fetchFrom - wanted)
    return { one, from, to: one.fetchFrom, parts: [], lowTime: Number.NEGATIVE_INFINITY, wholeBytes: 0 }
  }

  /** Fetches until each window of a leader is whole. A partition that fails, or that gets another leader, is left. */
  async #cover(leader: number, windows: readonly Window[]): Promise<void> {
    for (;;) {
      const open = windows.filter((window) => this.#isUncovered(window, leader))
      if (open.length === 0) return
      // The first batch of the first partition comes whole, however large it is.
      const wanted = open
        .toSorted((left, right) => right.wholeBytes - left.wholeBytes)
        .map((window) => {
          const { one } = window
          const at = nextOf(window)
          const rest = Math.ceil((window.to - at) * one.recordBytes * 1.2) + leastWindowBytes
          const most = Math.min(rest, limits.fetchPartitionBytes)
          const maxBytes = window.wholeBytes > 0 ? window.wholeBytes : most
          return { one, from: at, maxBytes }
        })
      const fetched = await this.#parts.fetcher.fetch(leader, wanted, fetchWaitMs)
      for (const records of fetched) {
        const window = open.find(({ one }) => one === records.one)
        if (window !== undefined) takePart(window, records)
      }
    }
  }

  #isUncovered(window: Window, leader: number): boolean {
    const { one } = window
    // Retention has passed by: what is left of the window begins later.
    window.from = Math.max(window.from, one.goalFrom)
    return isOpen(one) && one.leader === leader && nextOf(window) < window.to
  }

  async #consume(window: Window): Promise<void> {
    const { one, from, lowTime } = window
    const rows = await this.#readWindow(window)
    const [first] = rows
    one.from = from
    one.lowTime = lowTime
    if (first !== undefined && rows.length >= this.#parts.matches.room) {
      // As many as are wanted in all: what lies before them is left out.
      one.from = first.offset
      one.records = first.records + 1
      one.bytes = first.bytes + first.row.sizeBytes
    }
    let time = this.#lastTimes.get(one) ?? Number.POSITIVE_INFINITY
    for (const found of rows.reverse()) {
      time = Math.min(time, found.row.timestamp ?? time)
      this.#pending.push({ ...found, time })
    }
    this.#lastTimes.set(one, time)
  }

  /** The newest matches of a window, as many as are wanted, oldest first. One that is not read to its end does not count. */
  async #readWindow({ one, to, parts }: Window): Promise<FoundRow[]> {
    const most = Math.max(1, this.#parts.matches.room)
    const tally = { records: 0, bytes: 0 }
    let rows: FoundRow[] = []
    const take = (row: MessageRow): boolean => {
      rows.push({ one, row, offset: Number(row.offset), time: 0, ...tally })
      if (rows.length > most * 2) rows = rows.slice(-most)
      return true
    }
    const into = { until: to, tally, take, lookedTo: () => undefined }
    for (const records of parts) await this.#parts.scan.scan(this.#reader, records, into)
    one.records += tally.records
    one.bytes += tally.bytes
    // So far what lies in the window up to each; from here on what lies after it.
    for (const found of rows) {
      found.records = one.records - found.records
      found.bytes = one.bytes - found.bytes
    }
    return rows.slice(-most)
  }

  /** Lists what nothing newer can come before any more; at the end whatever there is. */
  #list(isFinal: boolean): ScanEnd {
    const { matches, partitions } = this.#parts
    let latest = Number.NEGATIVE_INFINITY
    for (const one of partitions) {
      if (isOpen(one) && one.from > one.goalFrom) latest = Math.max(latest, one.lowTime)
    }
    this.#pending.sort((left, right) => right.time - left.time || right.offset - left.offset)
    let listed = 0
    let end: ScanEnd = 'all'
    for (const { row, time } of this.#pending) {
      if ((time < latest && !isFinal) || matches.isFull) break
      if (!matches.addOlder(row)) {
        end = 'room'
        break
      }
      listed++
    }
    this.#pending = this.#pending.slice(listed)
    return matches.isFull ? 'limit' : end
  }

  /** What was found and not listed counts as not looked at. */
  #putBack(): void {
    for (const { one, offset, records, bytes } of this.#pending) {
      one.from = Math.max(one.from, offset + 1)
      one.records = Math.min(one.records, records)
      one.bytes = Math.min(one.bytes, bytes)
    }
    this.#pending = []
  }
}

/** Where the next part of a window begins. */
function nextOf({ from, parts }: Window): number {
  return parts.at(-1)?.end ?? from
}

/** Takes up a part; the first one also brings what its first batch holds from before the window. */
function takePart(window: Window, records: FetchedRecords): void {
  const { one, parts } = window
  const { set, end, from } = records
  window.wholeBytes = end <= from && set.length > 0 ? one.fetchBytes : 0
  if (end <= from) return
  if (parts.length > 0) {
    parts.push(records)
    return
  }
  const view = new DataView(set.buffer, set.byteOffset, set.byteLength)
  const base = Number(view.getBigInt64(0))
  window.from = Math.max(one.goalFrom, Math.min(from, base))
  window.lowTime = Number(view.getBigInt64(baseTimestampAt))
  one.recordBytes = Math.max(1, set.length / Math.max(1, end - base))
  parts.push({ ...records, from: window.from })
}
