/**
 * An engine made of arithmetic: plausible figures as a function of time, so that the harness shows every view alive,
 * empty, crowded or broken without a store. Deterministic for a given time.
 */
import type { DeadLetterDetail, DeadLetterGroup, DeadLetterSummary } from '#contract/dead-letters.ts'
import { AppError, assertNever } from '#contract/errors.ts'
import type { LiveEvent, LiveSnapshot, LiveSource, LiveStep, LiveTable } from '#contract/live.ts'
import type { BatchRow, BatchStepRow, PipelineStatistics, Range, Series } from '#contract/statistics.ts'
import type { WorkspaceView } from '#contract/workspace.ts'
import type { PenstockClient } from '../../../src-renderer/transport/client.ts'
import { createFakeClient } from './fake-client.ts'
import { fakeBackfills } from './fake-backfills.ts'
import { type ClusterKind, FakeClusters } from './fake-clusters.ts'
import { fakeEventTime, fakeLiveRollup, fakeRollups } from './fake-rollups.ts'

/** What the person finds. */
export type Scenario =
  | 'busy'
  | 'empty'
  | 'broken'
  | 'many'
  | 'paused'
  | 'rollups'
  | 'filling'
  | 'kafka'
  | 'kafka-large'
  | 'kafka-broken'
  | 'kafka-empty'

interface FakeEngineOptions {
  scenario: Scenario
  now?: () => number
  /** How long ago the engine started, milliseconds. */
  runningMs?: number
}

const batchEveryMs = 100

/** Repeatable noise in 0..1 for a whole number. */
function noise(seed: number): number {
  const x = Math.sin(seed * 12.9898) * 43_758.5453
  return x - Math.floor(x)
}

function hash(text: string): number {
  let value = 7
  for (const letter of text) value = (value * 31 + letter.charCodeAt(0)) % 9973
  return value
}

export class FakeEngine {
  readonly #options: FakeEngineOptions
  readonly #startedAt: number
  readonly workspace: WorkspaceView
  readonly clusters: FakeClusters
  #version = 0
  #paused: boolean

  constructor(options: FakeEngineOptions) {
    this.#options = options
    this.#startedAt = this.#now() - (options.runningMs ?? (options.scenario === 'empty' ? 1500 : 9 * 60_000))
    this.#paused = options.scenario === 'paused'
    this.workspace = makeWorkspace(options.scenario, this.#startedAt)
    this.clusters = new FakeClusters(clusterKind(options.scenario), () => this.#now())
  }

  #now(): number {
    return this.#options.now?.() ?? Date.now()
  }

  get #isEmpty(): boolean {
    return this.#options.scenario === 'empty' || this.#options.scenario === 'kafka-empty'
  }

  /** Records/s of a source at a moment; 0 where nothing flows. */
  #rate(source: string, at: number): number {
    if (this.#isEmpty || at < this.#startedAt) return 0
    if (this.#options.scenario === 'kafka-broken' && at > this.#startedAt + 400_000) return 0
    if (this.#options.scenario === 'broken' && at > this.#startedAt + 8 * 60_000 && source !== 'payments')
      return 0
    const seed = hash(source)
    const base = this.#options.scenario === 'busy' ? 24_000 : 400 + (seed % 9) * 900
    const wave = Math.sin(at / 23_000 + seed) * 0.13 + Math.sin(at / 6100 + seed * 2) * 0.06
    return base * (1 + wave + (noise(Math.floor(at / 1000) + seed) - 0.5) * 0.09)
  }

  #totals(source: string): { rate: number; records: number } {
    const now = this.#now()
    const elapsed = this.#isEmpty ? 0 : (now - this.#startedAt) / 1000
    const rate = this.#paused ? 0 : this.#rate(source, now)
    return { rate, records: Math.floor(elapsed * (this.#rate(source, this.#startedAt + 1000) || 1000)) }
  }

  #spark(source: string): (number | null)[] {
    const now = this.#now()
    return Array.from({ length: 60 }, (_, index) => {
      const at = Math.floor(now / 1000) * 1000 - (60 - index) * 1000
      return at < this.#startedAt ? null : this.#rate(source, at)
    })
  }

  /** What only a source that reads a cluster has. */
  #reading(name: string, records: number): Partial<LiveSource> {
    const isCut = this.#options.scenario === 'kafka-broken'
    const lag = isCut ? 412_300 : 1204
    const isBehind = name === 'payments'
    return {
      ...(isCut && !isBehind
        ? {
            state: 'waiting',
            reason: 'The connection orders-cluster waits: the password of user "penstock" was refused.',
            lastRecordAt: this.#startedAt + 400_000,
          }
        : {}),
      progress: null,
      lag: this.#isEmpty ? null : { records: lag, ms: isCut ? 140_000 : 52 },
      positions: this.#isEmpty
        ? []
        : [0, 1, 2, 3].map((partition) => ({
            topic: name,
            partition,
            next: String(1_802_441_000 + Math.floor(records / 4) - partition * 311),
            end: String(1_802_441_000 + Math.floor(records / 4) - partition * 311 + Math.floor(lag / 4)),
            lag: Math.floor(lag / 4),
          })),
      gapRecords: isCut ? 18_204 : 0,
    }
  }

  snapshot(): LiveSnapshot {
    const { scenario } = this.#options
    const now = this.#now()
    const isBroken = scenario === 'broken'
    const isEmpty = this.#isEmpty
    this.#version += 1
    const sources = this.workspace.sources.map((source): LiveSource => {
      const { rate, records } = this.#totals(source.name)
      const isOut = isBroken && source.name !== 'payments'
      return {
        name: source.name,
        topic: source.topic,
        state: isEmpty
          ? 'starting'
          : this.#paused
            ? 'paused'
            : isOut && source.name === 'flights'
              ? 'failed'
              : 'running',
        reason:
          isOut && source.name === 'flights'
            ? 'flights.ndjson.gz line 18,204: the gzip stream ends early'
            : '',
        records,
        bytes: records * 165,
        dead: isEmpty ? 0 : Math.floor(records * 0.0021),
        recordsPerSecond: rate,
        bytesPerSecond: rate * 165,
        deadPerSecond: isEmpty ? 0 : rate * 0.0021,
        lastRecordAt: isEmpty ? null : isOut ? this.#startedAt + 8 * 60_000 : now - 40,
        progress: isEmpty ? 0 : 0.62,
        lag: null,
        positions: [],
        gapRecords: 0,
        eventTime: source.eventTime === null ? null : fakeEventTime(now, records),
        decodeMs: records * 0.0014,
        spark: isEmpty ? [] : this.#spark(source.name),
        ...(source.kind === 'kafka' ? this.#reading(source.name, records) : {}),
      }
    })
    const steps: LiveStep[] = []
    const tables: LiveTable[] = []
    for (const table of this.workspace.tables) {
      const { rate, records } = this.#totals(table.source)
      let flowing = records
      let perSecond = rate
      for (const [index, step] of table.steps.entries()) {
        const keep = /WHERE/i.test(step.sql) ? 0.22 : 1
        const failing = isBroken && table.source === 'payments' && index === 0 ? 0.14 : 0
        const failed = Math.floor(flowing * failing)
        const out = Math.floor((flowing - failed) * keep)
        steps.push({
          table: table.name,
          step: step.name,
          rowsIn: flowing,
          rowsOut: out,
          filtered: flowing - failed - out,
          failed,
          ms: flowing * (0.0006 + 0.0004 * index),
          rowsInPerSecond: perSecond,
          rowsOutPerSecond: perSecond * (1 - failing) * keep,
          failedPerSecond: perSecond * failing,
        })
        flowing = out
        perSecond = perSecond * (1 - failing) * keep
      }
      const rows = Math.min(flowing, table.retainRows ?? flowing)
      const share = records === 0 ? 0 : flowing / records
      tables.push({
        name: table.name,
        source: table.source,
        rows,
        landed: flowing,
        ...{ updated: 0, deleted: 0, stale: 0, duplicates: 0 },
        evicted: flowing - rows,
        bytes: rows * 110,
        rowsPerSecond: perSecond,
        oldestAt:
          rows === 0 ? null : this.#startedAt + (1 - rows / Math.max(1, flowing)) * (now - this.#startedAt),
        newestAt: rows === 0 ? null : now - 60,
        spark: isEmpty
          ? []
          : this.#spark(table.source).map((value) => (value === null ? null : value * share)),
      })
    }
    const dead =
      sources.reduce((sum, source) => sum + source.dead, 0) +
      steps.reduce((sum, step) => sum + step.failed, 0)
    const wave = noise(Math.floor(now / 900))
    return {
      version: this.#version,
      epoch: 'fake',
      at: now,
      state: isEmpty ? 'starting' : this.#paused ? 'paused' : isBroken ? 'waiting' : 'running',
      reason: isBroken ? 'The store is full: 4 GB of 4 GB. Ingest waits until there is room.' : '',
      sources,
      steps,
      tables,
      backfills: scenario === 'filling' ? fakeBackfills((now - this.#startedAt) / 1000) : [],
      rollups: this.workspace.rollups.map((rollup) => {
        const base = tables.find(({ name }) => name === rollup.from) ?? tables.at(-1)
        const { landed = 0, rowsPerSecond = 0, spark = [] } = base ?? {}
        return fakeLiveRollup(rollup, { now, rows: landed, rowsPerSecond, spark })
      }),
      lookups: this.workspace.lookups.map((lookup) => ({
        name: lookup.name,
        rows: isEmpty ? 0 : lookup.name === 'airports' ? 3376 : 51_204,
        loadedAt: isEmpty ? null : this.#startedAt + 40,
        problem:
          isBroken && lookup.name === 'airports' ? 'airports.csv line 12: two rows with iata "ATL"' : '',
      })),
      connections: this.clusters
        .connections()
        .map(({ name, state, reason, since }) => ({ name, state, reason, since })),
      latency: isEmpty
        ? { p50: null, p99: null, max: null }
        : { p50: 31 + wave * 6, p99: 78 + wave * 22, max: 121 + wave * 90 },
      deadLetters: { total: dead, kept: Math.min(dead, 100_000), lastMinute: Math.floor(dead / 9) },
      store: {
        mode: 'memory',
        bytes: isEmpty ? 98_304 : isBroken ? 4_000_000_000 : 1_204_000_000,
        walBytes: 4_100_000,
        limitBytes: 4_000_000_000,
        usedBytes: isEmpty
          ? 98_304
          : isBroken
            ? 4_000_000_000
            : 1_100_000_000 + Math.floor((now - this.#startedAt) * 90),
        budgetBytes: null,
        rows: tables.reduce((sum, table) => sum + table.rows, 0),
        batches: isEmpty ? 0 : Math.floor((now - this.#startedAt) / batchEveryMs),
      },
      events: this.#events(20),
    }
  }

  #events(limit: number): LiveEvent[] {
    const start = this.#startedAt
    if (this.#isEmpty) return []
    const list: Omit<LiveEvent, 'id'>[] = [
      {
        at: start,
        level: 'info',
        kind: 'started',
        subject: 'engine',
        message: 'Started with 1 source and 2 tables.',
      },
      {
        at: start + 40,
        level: 'info',
        kind: 'lookup-loaded',
        subject: 'airports',
        message: '3,376 rows loaded from airports.csv.',
      },
      {
        at: start + 61_000,
        level: 'info',
        kind: 'source-loop',
        subject: 'flights',
        message: 'End of flights.ndjson.gz after 20,041 records; starts again.',
      },
      {
        at: start + 95_000,
        level: 'warn',
        kind: 'lookup-kept',
        subject: 'airports',
        message:
          'airports.csv could not be loaded (line 12: two rows with iata "ATL"); the version of 14:01 stays in use.',
      },
      {
        at: start + 160_000,
        level: 'info',
        kind: 'lookup-reloaded',
        subject: 'airports',
        message: '3,376 rows loaded from airports.csv.',
      },
      {
        at: start + 300_000,
        level: 'info',
        kind: 'evicted',
        subject: 'flights',
        message: '300,000 rows kept; older ones go from now on.',
      },
    ]
    if (this.#options.scenario === 'broken') {
      list.push(
        {
          at: start + 480_000,
          level: 'error',
          kind: 'source-failed',
          subject: 'flights',
          message: 'flights.ndjson.gz line 18,204: the gzip stream ends early.',
        },
        {
          at: start + 500_000,
          level: 'error',
          kind: 'store-full',
          subject: 'store',
          message: 'The store is full: 4 GB of 4 GB. Ingest waits until there is room.',
        },
      )
    }
    return list
      .map((event, index) => ({ id: index + 1, ...event }))
      .reverse()
      .slice(0, limit)
  }

  #axis(range: Range): number[] {
    const at: number[] = []
    const first = Math.floor(range.fromMs / range.bucketMs) * range.bucketMs
    for (let time = first; time < range.toMs; time += range.bucketMs) at.push(time)
    return at
  }

  /** Null where nothing was measured: before the start, and in a gap of the broken scenario. */
  #measured(at: number, value: number): number | null {
    if (at < this.#startedAt || this.#isEmpty) return null
    const gap = this.#startedAt + 6 * 60_000
    return this.#options.scenario === 'broken' && at > gap && at < gap + 45_000 ? null : value
  }

  throughput(range: Range): Series {
    const at = this.#axis(range)
    const lines = this.workspace.sources.map((source) => ({
      name: source.topic,
      unit: 'records/s',
      values: at.map((time) => this.#measured(time, this.#rate(source.name, time))),
    }))
    return { bucketMs: range.bucketMs, at, lines }
  }

  latency(range: Range): Series {
    const at = this.#axis(range)
    const line = (name: string, base: number, swing: number): Series['lines'][number] => ({
      name,
      unit: 'ms',
      values: at.map((time) =>
        this.#measured(
          time,
          base + Math.sin(time / 19_000) * swing * 0.4 + noise(Math.floor(time / 1000) + base) * swing,
        ),
      ),
    })
    return { bucketMs: range.bucketMs, at, lines: [line('p50', 31, 7), line('p99', 82, 40)] }
  }

  storeSize(range: Range): Series {
    const at = this.#axis(range)
    const line = (name: string, bytes: number): Series['lines'][number] => ({
      name,
      unit: 'bytes',
      values: at.map((time) => this.#measured(time, bytes + (time - this.#startedAt) * 90)),
    })
    const lines = [line('store file', 1_204_000_000), line('used', 1_100_000_000)]
    return { bucketMs: range.bucketMs, at, lines }
  }

  pipeline(range: Range & { table: string }): PipelineStatistics {
    const at = this.#axis(range)
    const seed = hash(range.table)
    const measure = (
      name: PipelineStatistics['measures'][number]['name'],
      unit: string,
      value: (time: number) => number,
    ): PipelineStatistics['measures'][number] => {
      const values = at.map((time) => this.#measured(time, value(time)))
      return { name, unit, values, histogram: makeHistogram(values.filter((entry) => entry !== null)) }
    }
    const source = this.workspace.tables.find((table) => table.name === range.table)?.source ?? ''
    const jitter = (time: number, step: number): number => noise(Math.floor(time / 1000) + seed * step)
    return {
      bucketMs: range.bucketMs,
      at,
      measures: [
        measure('inputRate', 'records/s', (time) => this.#rate(source, time)),
        measure('processRate', 'records/s', (time) => 300_000 + jitter(time, 3) * 60_000),
        measure('rowsPerBatch', 'rows', (time) => this.#rate(source, time) / 10),
        measure('batchDuration', 'ms', (time) => 7 + jitter(time, 5) ** 3 * 9),
        measure('latencyP99', 'ms', (time) => 70 + jitter(time, 7) * 60),
        measure('dead', 'records', (time) => Math.floor(jitter(time, 9) ** 4 * 6)),
      ],
    }
  }

  batches(options: { source?: string | undefined; before?: number | undefined; limit: number }): BatchRow[] {
    const now = this.#now()
    if (this.#isEmpty) return []
    const newest = Math.floor((now - this.#startedAt) / batchEveryMs)
    const first = Math.min(newest, (options.before ?? Infinity) - 1)
    const rows: BatchRow[] = []
    for (let id = first; id > Math.max(0, first - options.limit); id -= 1)
      rows.push(this.#batch(id, options.source))
    return rows
  }

  #batch(id: number, source: string | undefined): BatchRow {
    const name = source ?? this.workspace.sources[0]?.name ?? 'flights'
    const records = Math.floor(2300 + noise(id) * 200)
    const decodeMs = 3.6 + noise(id + 1)
    const stepsMs = 2.2 + noise(id + 2)
    const isFailed = this.#options.scenario === 'broken' && id % 9 === 0
    return {
      id,
      source: name,
      committedAt: this.#startedAt + id * batchEveryMs,
      records,
      bytes: records * 165,
      rowsLanded: isFailed ? 0 : Math.floor(records * 1.22),
      dead: noise(id + 5) > 0.8 ? Math.ceil(noise(id + 6) * 3) : 0,
      ...((this.workspace.sources[0]?.eventTime ?? null) === null
        ? { watermarkAt: null, late: null, tooLate: null }
        : {
            watermarkAt: this.#startedAt + id * batchEveryMs - 60_400,
            late: Math.floor(noise(id + 7) * 40),
            tooLate: noise(id + 8) > 0.9 ? 2 : 0,
          }),
      positions: [0, 1, 2, 3].map((partition) => {
        const from = 9_007_199_254_740_000n + BigInt(id * 600 + partition)
        const to = from + BigInt(Math.floor(records / 4) + Math.floor(noise(id * 4 + partition) * 20))
        return { topic: name, partition, from: String(from), to: String(to) }
      }),
      decodeMs,
      loadMs: 0.9,
      stepsMs,
      commitMs: 0.4,
      totalMs: decodeMs + stepsMs + 1.3,
      latencyP50Ms: 31,
      latencyP99Ms: 82,
      latencyMaxMs: 120,
      error: isFailed ? 'STORE_FULL: database or disk is full; the batch is tried again' : null,
    }
  }

  batchSteps(batchId: number): BatchStepRow[] {
    const records = Math.floor(2300 + noise(batchId) * 200)
    return this.workspace.tables.flatMap((table) => {
      let rowsIn = records
      return table.steps.map((step) => {
        const rowsOut = /WHERE/i.test(step.sql) ? Math.floor(rowsIn * 0.22) : rowsIn
        const row = {
          batchId,
          table: table.name,
          step: step.name,
          rowsIn,
          rowsOut,
          filtered: rowsIn - rowsOut,
          failed: 0,
          ms: rowsIn * 0.0006,
        }
        rowsIn = rowsOut
        return row
      })
    })
  }

  letters(filter: {
    source?: string | undefined
    table?: string | undefined
    step?: string | undefined
    before?: number | undefined
    limit: number
  }): DeadLetterSummary[] {
    if (this.#isEmpty) return []
    const now = this.#now()
    const first = Math.min(1136, (filter.before ?? Infinity) - 1)
    const rows: DeadLetterSummary[] = []
    for (let id = first; id > Math.max(0, first - filter.limit); id -= 1) {
      const letter = makeLetter(id, now - (1137 - id) * 4200, this.#options.scenario)
      const fits =
        (filter.source === undefined || letter.source === filter.source) &&
        (filter.step === undefined || letter.step === filter.step) &&
        (filter.table === undefined || letter.table === filter.table)
      if (fits) rows.push(letter)
    }
    return rows
  }

  letter(id: number): DeadLetterDetail {
    const summary = makeLetter(id, this.#now() - (1137 - id) * 4200, this.#options.scenario)
    const value =
      '{"date":"2001/01/10 18:20","delay":"three","distance":1055,"origin":"ATL","destination":"DEN"}'
    return { ...summary, sql: '', value: btoa(value), truncated: false, key: 'ATL', headers: null }
  }

  groups(): DeadLetterGroup[] {
    if (this.#isEmpty) return []
    const now = this.#now()
    const group = (column: string, reason: string, count: number): DeadLetterGroup => ({
      source: 'flights',
      table: '',
      step: 'decode',
      column,
      reason,
      count,
      firstAt: this.#startedAt,
      lastAt: now - 4000,
    })
    return [
      group('delay', 'delay: "three" is no integer', 1002),
      group('', 'the record is no JSON: unexpected end', 134),
    ]
  }

  /** The client over this engine. `isCut` lets a harness silence it. */
  client(isCut: () => boolean = () => false): PenstockClient {
    const answer = async <T>(make: () => T): Promise<T> => {
      await new Promise((resolve) => setTimeout(resolve, 4))
      if (isCut()) throw new AppError('CONNECTION_LOST', 'The connection to the engine is cut.')
      return make()
    }
    return createFakeClient({
      workspace: { get: () => answer(() => this.workspace) },
      live: {
        next: async () => {
          await new Promise((resolve) => setTimeout(resolve, 250))
          return answer(() => this.snapshot())
        },
      },
      engine: {
        pause: () =>
          answer(() => {
            this.#paused = true
            return { state: 'paused' }
          }),
        resume: () =>
          answer(() => {
            this.#paused = false
            return { state: 'running' }
          }),
      },
      statistics: {
        throughput: (range) => answer(() => this.throughput(range)),
        latency: (range) => answer(() => this.latency(range)),
        storeSize: (range) => answer(() => this.storeSize(range)),
        pipeline: (range) => answer(() => this.pipeline(range)),
        batches: (options) => answer(() => ({ batches: this.batches(options) })),
        batchSteps: ({ batchId }) => answer(() => ({ steps: this.batchSteps(batchId) })),
      },
      deadLetters: {
        list: (filter) => answer(() => ({ letters: this.letters(filter) })),
        groups: () => answer(() => ({ groups: this.groups() })),
        get: ({ id }) => answer(() => this.letter(id)),
      },
      connections: { list: () => answer(() => ({ connections: this.clusters.connections() })) },
      cluster: {
        get: () => answer(() => this.clusters.cluster()),
        brokerConfig: ({ broker }) => answer(() => this.clusters.brokerConfig(broker)),
      },
      topics: {
        list: (request) => answer(() => this.clusters.topics(request)),
        get: ({ topic }) => answer(() => this.clusters.topic(topic)),
        history: ({ topic, ...range }) => answer(() => this.clusters.topicHistory(topic, range)),
      },
      groups: {
        list: (request) => answer(() => this.clusters.groups(request)),
        get: ({ group }) => answer(() => this.clusters.group(group)),
        history: ({ group, ...range }) => answer(() => this.clusters.groupHistory(group, range)),
      },
      events: { list: ({ limit }) => answer(() => ({ events: this.#events(limit) })) },
    })
  }
}

function makeLetter(id: number, at: number, scenario: Scenario): DeadLetterSummary {
  const isStep = scenario === 'broken' && id % 2 === 0
  return {
    id,
    at,
    source: isStep ? 'payments' : 'flights',
    topic: isStep ? 'payments' : 'flights',
    partition: id % 4,
    offset: String(9_007_199_254_741_000n + BigInt(id)),
    timestamp: at - 40,
    step: isStep ? 'priced' : 'decode',
    table: isStep ? 'settled_payments' : '',
    column: isStep ? '' : 'delay',
    reason: isStep ? 'malformed JSON' : 'delay: "three" is no integer',
    sizeBytes: 96 + (id % 40),
  }
}

function makeHistogram(values: number[]): { edges: number[]; counts: number[] } {
  if (values.length === 0) return { edges: [], counts: [] }
  const low = Math.min(...values)
  const high = Math.max(...values)
  const count = 12
  const width = (high - low) / count || 1
  const edges = Array.from({ length: count + 1 }, (_, index) => low + index * width)
  const counts = edges.slice(1).map(() => 0)
  for (const value of values) {
    const bucket = Math.min(count - 1, Math.floor((value - low) / width))
    counts[bucket] = (counts[bucket] ?? 0) + 1
  }
  return { edges, counts }
}

type TableView = WorkspaceView['tables'][number]

const enrich = 'SELECT f.*, a.city, a.state FROM input f LEFT JOIN airports a ON a.iata = f.origin'
const late = `SELECT at, origin, city, state, destination, distance, delay,
       CASE WHEN delay > 120 THEN 'severe' WHEN delay > 45 THEN 'long' ELSE 'short' END AS severity
FROM enriched
WHERE delay > 15`

function clusterKind(scenario: Scenario): ClusterKind {
  switch (scenario) {
    case 'kafka':
      return 'small'
    case 'kafka-large':
      return 'large'
    case 'kafka-broken':
      return 'broken'
    case 'kafka-empty':
      return 'unknown'
    case 'busy':
    case 'empty':
    case 'broken':
    case 'many':
    case 'paused':
    case 'rollups':
    case 'filling':
      return 'none'
    default:
      return assertNever(scenario)
  }
}

/** A table that only appends. */
const appended = { key: [], newestBy: null, deleteWhen: null, deduplicate: null, retainBytes: null }

function makeWorkspace(scenario: Scenario, startedAt: number): WorkspaceView {
  if (scenario.startsWith('kafka')) return kafkaWorkspace(scenario, startedAt)
  const isRolledUp = scenario === 'rollups'
  const eventTime = { column: 'at', latenessMs: 60_000, tooLate: 'land' } as const
  const sources: WorkspaceView['sources'] = [
    { ...makeSource('flights'), ...(isRolledUp ? { eventTime } : {}) },
  ]
  const lookups: WorkspaceView['lookups'] = [
    { name: 'airports', origin: '/home/ada/flights-demo/airports.csv', connection: null, key: 'iata' },
  ]
  const tables: TableView[] = [
    {
      name: 'flights',
      source: 'flights',
      steps: [{ name: 'enriched', sql: enrich, line: 40 }],
      lookups: ['airports'],
      ...appended,
      retainRows: 300_000,
      retainAgeMs: null,
    },
    {
      name: 'late_flights',
      source: 'flights',
      steps: [
        { name: 'enriched', sql: enrich, line: 52 },
        { name: 'late', sql: late, line: 55 },
      ],
      lookups: ['airports'],
      ...appended,
      retainRows: 5_000_000,
      retainAgeMs: 86_400_000,
    },
  ]
  if (scenario === 'broken') {
    sources.push(makeSource('payments'), makeSource('shipments'))
    tables.push(
      {
        name: 'settled_payments',
        source: 'payments',
        steps: [
          { name: 'priced', sql: "SELECT *, json_extract(detail, '$.price') AS price FROM input", line: 70 },
        ],
        lookups: [],
        ...appended,
        retainRows: null,
        retainAgeMs: null,
      },
      {
        name: 'shipments',
        source: 'shipments',
        steps: [],
        lookups: [],
        ...appended,
        retainRows: null,
        retainAgeMs: null,
      },
    )
  }
  if (scenario === 'many') addMany(sources, lookups, tables)
  return {
    name: scenario === 'many' ? 'logistics-control-tower-europe-west' : 'flights-demo',
    file: '/home/ada/flights-demo/penstock.yaml',
    storeMode: 'memory',
    storeFile: '/dev/shm/penstock-1000/flights-demo-3f9a/store.sqlite',
    sources,
    lookups,
    connections: [],
    tables,
    rollups: isRolledUp ? [...fakeRollups] : [],
    version: '0.1.0',
    host: 'serve',
    startedAt,
    snapshot: null,
  }
}

/** Two sources that read a cluster, and one table of each. */
function kafkaWorkspace(scenario: Scenario, startedAt: number): WorkspaceView {
  const connection = scenario === 'kafka-large' ? 'prod-eu' : 'orders-cluster'
  const source = (name: string): WorkspaceView['sources'][number] => ({
    ...makeSource(name),
    kind: 'kafka',
    origin: name,
    connection,
  })
  const table = (name: string, from: string): TableView => ({
    name,
    source: from,
    steps: [{ name: 'paid', sql: "SELECT * FROM input WHERE status = 'paid'", line: 31 }],
    lookups: [],
    ...appended,
    retainRows: 5_000_000,
    retainAgeMs: null,
  })
  return {
    ...makeWorkspace('empty', startedAt),
    name: 'orders',
    file: '/home/ada/orders/penstock.yaml',
    sources: [source('orders'), source('payments')],
    lookups: [{ name: 'customers', origin: 'topic customers', connection, key: 'id' }],
    connections: [connection],
    tables: [table('paid_orders', 'orders'), table('settled', 'payments')],
    startedAt,
  }
}

function makeSource(name: string): WorkspaceView['sources'][number] {
  const column = (
    column: string,
    type: 'text' | 'integer' | 'timestamp',
  ): WorkspaceView['sources'][number]['columns'][number] => ({
    name: column,
    type,
    from: 'value',
    path: `$.${column}`,
    nullable: true,
  })
  return {
    name,
    kind: 'replay',
    origin: `${name}.ndjson.gz`,
    connection: null,
    topic: name,
    format: 'json',
    columns: [
      column('at', 'timestamp'),
      column('delay', 'integer'),
      column('distance', 'integer'),
      column('origin', 'text'),
      column('destination', 'text'),
    ],
    masks: [],
    eventTime: null,
    inferred: false,
  }
}

function addMany(
  sources: WorkspaceView['sources'],
  lookups: WorkspaceView['lookups'],
  tables: TableView[],
): void {
  const names = ['orders', 'payments', 'shipments', 'clickstream-web-and-mobile-europe', 'inventory']
  for (const name of names) sources.push(makeSource(name))
  for (const name of ['customers', 'warehouses', 'exchange_rates'])
    lookups.push({ name, origin: `/srv/${name}.csv`, connection: null, key: 'id' })
  for (let index = 0; index < 18; index += 1) {
    const source = names[index % names.length] ?? 'orders'
    const lookup = ['customers', 'warehouses', 'exchange_rates'][index % 3] ?? 'customers'
    tables.push({
      name: `${source.replaceAll('-', '_')}_${['by_customer', 'late', 'enriched', 'returned_or_cancelled'][index % 4] ?? ''}_${String(index)}`,
      source,
      steps: [
        {
          name: 'enriched',
          sql: `SELECT i.*, l.name FROM input i LEFT JOIN ${lookup} l ON l.id = i.ref`,
          line: 100 + index,
        },
        ...(index % 2 === 0
          ? [{ name: 'relevant', sql: "SELECT * FROM enriched WHERE status <> 'new'", line: 101 + index }]
          : []),
      ],
      lookups: [lookup],
      ...appended,
      retainRows: 1_000_000,
      retainAgeMs: null,
    })
  }
}
