/**
 * Makes live snapshots from what the store thread publishes and the ingest thread reports. Main process; pull only: a client
 * asks for something newer than what it has, so one that does not read holds nothing up.
 */
import { limits } from '#contract/limits.ts'
import type { ConnectionState } from '#contract/connections.ts'
import type { EngineState, LiveSnapshot } from '#contract/live.ts'
import type { LiveFeed } from '../engine-api.ts'
import type { FeedConnectionState, FeedFigures, FeedSettings, FeedSourceState } from './feed-input.ts'
import { lagOf, positionsOf } from './source-lag.ts'
import { RateWindow } from './rate-window.ts'

/** Without figures for so long the store thread is busy with something, and the snapshot says so. */
const quietMs = 5000
const watchdogMs = 1000

/** Positions of a source in a snapshot, at most. */
const shownPositions = 1000
const unknownState: FeedSourceState = { state: 'starting', reason: '', progress: null, ends: [] }

export class EngineFeed implements LiveFeed {
  #settings: FeedSettings
  readonly #epoch: string
  readonly #rates = new RateWindow()
  readonly #states = new Map<string, FeedSourceState>()
  readonly #connections = new Map<string, FeedConnectionState>()
  readonly #waiting = new Set<() => void>()
  readonly #watchdog: NodeJS.Timeout
  #figures: FeedFigures | null = null
  #state: EngineState = 'starting'
  #reason = ''
  #snapshot: LiveSnapshot
  readonly #startedAt = Date.now()
  #publishTimer: NodeJS.Timeout | null = null

  constructor(settings: FeedSettings, epoch: string) {
    this.#settings = settings
    this.#epoch = epoch
    this.#snapshot = this.#build(0)
    this.#watchdog = setInterval(() => {
      this.#watchQuiet()
    }, watchdogMs)
    this.#watchdog.unref()
  }

  /** Shows another version of the workspace from now on. */
  configure(settings: FeedSettings): void {
    this.#settings = settings
    for (const name of this.#states.keys()) {
      if (!settings.sources.some((source) => source.name === name)) this.#states.delete(name)
    }
    this.#publishSoon()
  }

  async next(epoch: string | null, after: number | null, signal?: AbortSignal): Promise<LiveSnapshot> {
    signal?.throwIfAborted()
    const isNewer = epoch !== this.#epoch || after === null || this.#snapshot.version > after
    if (!isNewer) await this.#whenPublished(signal)
    return this.#snapshot
  }

  get snapshot(): LiveSnapshot {
    return this.#snapshot
  }

  /** Takes what the store thread published; comes at most each `limits.liveIntervalMs`. */
  figures(figures: FeedFigures): void {
    this.#figures = figures
    this.#rates.add(figures)
    this.#publish()
  }

  sourceState(source: string, change: Partial<FeedSourceState>): void {
    const before = this.#states.get(source) ?? unknownState
    this.#states.set(source, { ...before, ...change })
    if (change.state !== undefined) this.#publishSoon()
  }

  /** A connection that waits does so until it stands: another try does not end it, and its reason stays. */
  connectionState(name: string, state: ConnectionState, reason: string): void {
    const before = this.#connections.get(name)
    if (before?.state === 'waiting' && state === 'connecting') return
    const since = before?.state === state ? before.since : Date.now()
    this.#connections.set(name, { state, reason, since })
    this.#publishSoon()
  }

  /** State of the engine as a whole, where it is not simply what its sources do. */
  engineState(state: EngineState, reason: string): void {
    this.#state = state
    this.#reason = reason
    this.#publishSoon()
  }

  close(): void {
    clearInterval(this.#watchdog)
    if (this.#publishTimer !== null) clearTimeout(this.#publishTimer)
    this.#publishTimer = null
    this.#publish()
  }

  async #whenPublished(signal: AbortSignal | undefined): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const done = (): void => {
        clearTimeout(timer)
        this.#waiting.delete(done)
        signal?.removeEventListener('abort', aborted)
        resolve()
      }
      const aborted = (): void => {
        done()
        reject(signal?.reason instanceof Error ? signal.reason : new Error('aborted'))
      }
      const timer = setTimeout(done, limits.longPollMs)
      signal?.addEventListener('abort', aborted)
      this.#waiting.add(done)
    })
  }

  #publish(): void {
    this.#snapshot = this.#build(this.#snapshot.version + 1)
    for (const done of [...this.#waiting]) done()
  }

  #publishSoon(): void {
    this.#publishTimer ??= setTimeout(() => {
      this.#publishTimer = null
      this.#publish()
    }, limits.liveIntervalMs)
  }

  #watchQuiet(): void {
    const figures = this.#figures
    if (this.#state !== 'running' || figures === null) return
    if (Date.now() - figures.at > quietMs) this.#publish()
  }

  #build(version: number): LiveSnapshot {
    const figures = this.#figures
    const settings = this.#settings
    const { state, reason } = this.#overall()
    const rows = figures?.tables.reduce((sum, table) => sum + table.rows, 0) ?? 0
    return {
      version,
      epoch: this.#epoch,
      at: Date.now(),
      state,
      reason,
      sources: settings.sources.map((source) => this.#source(source)),
      steps: this.#steps(),
      tables: (figures?.tables ?? []).map((table) => ({
        ...table,
        rowsPerSecond: this.#rates.perSecond(`table ${table.name}`),
        spark: this.#rates.spark(`table ${table.name}`),
      })),
      rollups: (figures?.rollups ?? []).map((rollup) => ({
        ...rollup,
        rowsPerSecond: this.#rates.perSecond(`rollup ${rollup.name}`),
        spark: this.#rates.spark(`rollup ${rollup.name}`),
      })),
      backfills: figures?.backfills ?? [],
      lookups: figures?.lookups ?? [],
      connections: settings.connections.map((name) => ({
        name,
        ...(this.#connections.get(name) ?? { state: 'idle' as const, reason: '', since: this.#startedAt }),
      })),
      latency: figures?.latency ?? { p50: null, p99: null, max: null },
      deadLetters: {
        total: figures?.dead.total ?? 0,
        kept: figures?.dead.kept ?? 0,
        lastMinute: this.#rates.lastMinute('dead letters'),
      },
      store: {
        mode: settings.storeMode,
        bytes: figures?.bytes ?? 0,
        walBytes: figures?.walBytes ?? 0,
        limitBytes: settings.limitBytes,
        usedBytes: figures?.usedBytes ?? 0,
        budgetBytes: settings.budgetBytes,
        rows,
        batches: figures?.batches ?? 0,
      },
      events: figures?.events ?? [],
    }
  }

  #overall(): { state: EngineState; reason: string } {
    const figures = this.#figures
    if (this.#state !== 'running' || figures === null) return { state: this.#state, reason: this.#reason }
    if (figures.state === 'full') return { state: 'waiting', reason: figures.reason }
    const quietForMs = Date.now() - figures.at
    if (quietForMs > quietMs) {
      const seconds = String(Math.round(quietForMs / 1000))
      return { state: 'waiting', reason: `the store thread has been busy with one batch for ${seconds} s` }
    }
    return { state: 'running', reason: '' }
  }

  #source({
    name,
    topic,
    kind,
    latenessMs,
  }: FeedSettings['sources'][number]): LiveSnapshot['sources'][number] {
    const totals = this.#figures?.topics.filter((entry) => entry.source === name) ?? []
    const { state, reason, progress, ends } = this.#states.get(name) ?? unknownState
    const lastRecordAt = Math.max(0, ...totals.map((entry) => entry.lastRecordAt ?? 0)) || null
    const positions = positionsOf(name, this.#figures?.positions ?? [], ends)
    return {
      name,
      topic,
      state,
      reason,
      progress,
      records: total(totals, 'records'),
      bytes: total(totals, 'bytes'),
      dead: total(totals, 'dead'),
      decodeMs: total(totals, 'decodeMs'),
      recordsPerSecond: this.#rates.perSecond(`source ${name} records`),
      bytesPerSecond: this.#rates.perSecond(`source ${name} bytes`),
      deadPerSecond: this.#rates.perSecond(`source ${name} dead`),
      lastRecordAt,
      lag: kind === 'kafka' ? lagOf(positions, lastRecordAt, Date.now()) : null,
      positions: positions.slice(0, shownPositions),
      gapRecords: this.#figures?.gaps.find((gap) => gap.source === name)?.records ?? 0,
      eventTime: this.#eventTime(name, latenessMs),
      spark: this.#rates.spark(`source ${name} records`),
    }
  }

  #eventTime(name: string, latenessMs: number | null): LiveSnapshot['sources'][number]['eventTime'] {
    const found = this.#figures?.eventTimes.find(({ source }) => source === name)
    if (found === undefined) return null
    const { newestAt, late, tooLate, ahead } = found
    const watermarkAt = newestAt === null || latenessMs === null ? null : newestAt - latenessMs
    return { newestAt, watermarkAt, late, tooLate, ahead }
  }

  #steps(): LiveSnapshot['steps'] {
    return (this.#figures?.steps ?? []).map((step) => {
      const key = `step ${step.table} ${step.step}`
      return {
        ...step,
        rowsInPerSecond: this.#rates.perSecond(`${key} in`),
        rowsOutPerSecond: this.#rates.perSecond(`${key} out`),
        failedPerSecond: this.#rates.perSecond(`${key} failed`),
      }
    })
  }
}

function total<Key extends string>(entries: readonly Record<Key, number>[], key: Key): number {
  return entries.reduce((sum, entry) => sum + entry[key], 0)
}
