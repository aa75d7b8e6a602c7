/**
 * Reads forwards: one loop for each leader, the next fetch under way while the one before is looked at. A live search goes
 * on with what arrives, also in partitions that are added. Cluster thread.
 */
import { BatchReader } from '../kafka/records/batch-reader.ts'
import { limits } from '#contract/limits.ts'
import type { MessageRow } from '#contract/messages.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FetchedRecords } from './partition-fetcher.ts'
import type { FoundRow, ScanEnd, ScanParts } from './scan-parts.ts'
import { isOpen, type ScannedPartition } from './scanned-partition.ts'

const fetchWaitMs = 500
/** A live search looks for new partitions so often. */
const addedEveryMs = 3000

export class ForwardScan {
  readonly #parts: ScanParts
  readonly #isLive: boolean
  #end: ScanEnd = 'all'
  #turn = 0

  constructor(parts: ScanParts, options: { isLive: boolean }) {
    this.#parts = parts
    this.#isLive = options.isLive
  }

  /** Ends when all is looked at or enough is found; a live one only by its signal, whose reason it throws. */
  async run(): Promise<ScanEnd> {
    const lanes = new Map<number, Promise<number>>()
    const ending = new AbortController()
    const signal = AbortSignal.any([this.#parts.signal, ending.signal])
    try {
      let added = this.#takeAdded(signal)
      for (;;) {
        this.#startLanes(lanes)
        if (lanes.size === 0 || this.#end !== 'all') break
        const ended = await Promise.race([...lanes.values(), added])
        if (ended === null) added = this.#takeAdded(signal)
        else lanes.delete(ended)
      }
    } finally {
      ending.abort()
    }
    await Promise.all(lanes.values())
    for (const one of this.#parts.partitions) if (one.state === 'reading') this.#settle(one)
    return this.#end
  }

  #startLanes(lanes: Map<number, Promise<number>>): void {
    for (const one of this.#parts.partitions) {
      if (!this.#isWanted(one) || lanes.has(one.leader)) continue
      const lane = this.#lane(one.leader)
      // When several fail at once only the first is awaited.
      lane.catch(() => undefined)
      lanes.set(one.leader, lane)
    }
  }

  /** Ends with null each time that a live search has got new partitions; otherwise never but by its signal. */
  #takeAdded(signal: AbortSignal): Promise<null> {
    if (!this.#isLive) return new Promise(() => undefined)
    const { partitions, findAdded } = this.#parts
    const taken = (async () => {
      for (;;) {
        await sleep(addedEveryMs, undefined, { signal })
        const added = await findAdded(signal)
        partitions.push(...added)
        if (added.length > 0) return null
      }
    })()
    // Nobody awaits it any more once the lanes have ended.
    taken.catch(() => undefined)
    return taken
  }

  #isWanted(one: ScannedPartition): boolean {
    return this.#end === 'all' && isOpen(one) && (this.#isLive || one.fetchFrom < one.goalTo)
  }

  /** @returns the leader, when nothing is left to be fetched from it */
  async #lane(leader: number): Promise<number> {
    const reader = new BatchReader()
    let ahead: Promise<FetchedRecords[] | null> | null = null
    for (;;) {
      await this.#parts.gate()
      const fetched: FetchedRecords[] | null = await (ahead ?? this.#fetch(leader))
      if (fetched === null) return leader
      ahead = this.#fetch(leader)
      // Whoever awaits it gets the fault; where nobody does any more it must not count as unhandled.
      ahead.catch(() => undefined)
      await this.#consume(reader, fetched)
      this.#parts.progress()
      if (this.#end !== 'all') return leader
    }
  }

  async #fetch(leader: number): Promise<FetchedRecords[] | null> {
    const open = this.#parts.partitions.filter((one) => one.leader === leader && this.#isWanted(one))
    if (open.length === 0) return null
    // The broker fills the answer in the order asked: begin elsewhere each time, but first with what comes only alone.
    const from = this.#turn++ % open.length
    const turned = [...open.slice(from), ...open.slice(0, from)]
    const wanted = turned
      .toSorted((left, right) => Number(isLarge(right)) - Number(isLarge(left)))
      .map((one) => ({ one, from: one.fetchFrom, maxBytes: one.fetchBytes }))
    for (const { one } of wanted) one.state = 'reading'
    const fetched = await this.#parts.fetcher.fetch(leader, wanted, fetchWaitMs)
    for (const { one, end, latest } of fetched) {
      one.fetchFrom = Math.max(one.fetchFrom, end)
      if (this.#isLive) one.goalTo = Math.max(one.goalTo, latest)
    }
    return fetched
  }

  async #consume(reader: BatchReader, fetched: readonly FetchedRecords[]): Promise<void> {
    const found: FoundRow[] = []
    try {
      for (const records of fetched) await this.#consumePart(reader, records, found)
    } finally {
      this.#add(found)
    }
  }

  async #consumePart(reader: BatchReader, records: FetchedRecords, found: FoundRow[]): Promise<void> {
    const { matches, scan } = this.#parts
    const { one, set } = records
    if (set.length === 0) return
    let time = Number.NEGATIVE_INFINITY
    let left = matches.room
    const take = (row: MessageRow): boolean => {
      time = Math.max(time, row.timestamp ?? time)
      const looked = { records: one.records - 1, bytes: one.bytes - row.sizeBytes }
      found.push({ one, row, offset: Number(row.offset), time, ...looked })
      return this.#isLive || --left > 0
    }
    const lookedTo = (offset: number): void => {
      one.to = Math.max(one.to, offset)
    }
    lookedTo(await scan.scan(reader, records, { until: one.goalTo, tally: one, take, lookedTo }))
    this.#settle(one)
  }

  /** Adds what a round has found in the order of time; what is too much counts as not looked at. */
  #add(found: FoundRow[]): void {
    found.sort((left, right) => left.time - right.time || left.offset - right.offset)
    const { matches } = this.#parts
    if (this.#isLive) {
      for (const { row } of found) matches.addNewest(row)
      return
    }
    for (const { one, row, offset, records, bytes } of found) {
      if (this.#end === 'all' && matches.isFull) this.#end = 'limit'
      if (this.#end === 'all' && !matches.addNewer(row)) this.#end = 'room'
      if (this.#end === 'all') continue
      one.to = Math.min(one.to, offset)
      one.records = Math.min(one.records, records)
      one.bytes = Math.min(one.bytes, bytes)
      one.state = 'reading'
    }
    if (this.#end === 'all' && matches.isFull) this.#end = 'limit'
  }

  #settle(one: ScannedPartition): void {
    if (this.#isLive || one.state === 'failed') return
    if (one.to >= one.goalTo) one.state = 'done'
  }
}

function isLarge({ fetchBytes }: ScannedPartition): boolean {
  return fetchBytes > limits.fetchPartitionBytes
}
