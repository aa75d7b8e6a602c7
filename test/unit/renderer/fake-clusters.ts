/**
 * Clusters made of arithmetic for the harness and tests: a small one, one with 2,000 topics, one in trouble, one of which
 * nothing is known yet. Deterministic for a given time.
 */
import type { BrokerConfig, ClusterView } from '#contract/cluster.ts'
import type { ConnectionView } from '#contract/connections.ts'
import { AppError } from '#contract/errors.ts'
import type { GroupDetail, GroupList, GroupListRequest, GroupPartition, GroupRow } from '#contract/groups.ts'
import type { Range, Series } from '#contract/statistics.ts'
import type {
  ConfigEntry,
  TopicDetail,
  TopicList,
  TopicListRequest,
  TopicPartition,
  TopicRow,
} from '#contract/topics.ts'

/** `small`: 3 topics. `large`: 2,000 topics, 20,000 partitions. */
export type ClusterKind = 'small' | 'large' | 'broken' | 'unknown' | 'none'

interface Topic {
  name: string
  partitions: number
  /** Records/s on average. */
  rate: number
  recordBytes: number
  internal: boolean
  compacted: boolean
}

function noise(seed: number): number {
  const x = Math.sin(seed * 12.9898) * 43_758.5453
  return x - Math.floor(x)
}

function hash(text: string): number {
  let value = 7
  for (const letter of text) value = (value * 31 + letter.charCodeAt(0)) % 9973
  return value
}

const demo: readonly Topic[] = [
  { name: 'orders', partitions: 4, rate: 24_000, recordBytes: 165, internal: false, compacted: false },
  { name: 'payments', partitions: 12, rate: 3200, recordBytes: 412, internal: false, compacted: false },
  { name: 'customers', partitions: 6, rate: 0.4, recordBytes: 240, internal: false, compacted: true },
]
const offsetsTopic: Topic = {
  name: '__consumer_offsets',
  partitions: 50,
  rate: 12,
  recordBytes: 180,
  internal: true,
  compacted: true,
}

const areas = ['logistics', 'billing', 'identity', 'search', 'warehouse', 'clickstream', 'risk', 'pricing']
const things = [
  'order-events',
  'shipments',
  'invoice.created',
  'sessions',
  'stock_levels',
  'audit',
  'quotes',
  'labels',
]

function largeTopics(): Topic[] {
  return Array.from({ length: 2000 }, (_, index) => {
    const area = areas[index % areas.length] ?? ''
    const thing = things[Math.floor(index / areas.length) % things.length] ?? ''
    return {
      name: `${area}.${thing}.${index % 7 === 0 ? 'europe-west-production-internal-' : ''}v${String(Math.floor(index / 64))}`,
      partitions: 4 + (index % 13),
      rate: index % 3 === 0 ? 0 : 5 * noise(index) ** 6 * 4000,
      recordBytes: 120 + (index % 40) * 20,
      internal: false,
      compacted: index % 11 === 0,
    }
  })
}

const groupNames = [
  'order-fulfilment',
  'fraud-scoring',
  'warehouse-sync',
  'connect-s3-sink-orders',
  'nightly-report',
]

export class FakeClusters {
  readonly #kind: ClusterKind
  readonly #now: () => number
  readonly #startedAt: number
  readonly #topics: readonly Topic[]

  constructor(kind: ClusterKind, now: () => number) {
    this.#kind = kind
    this.#now = now
    this.#startedAt = now() - 9 * 60_000
    this.#topics =
      kind === 'unknown' || kind === 'none'
        ? []
        : [...(kind === 'large' ? largeTopics() : demo), offsetsTopic]
  }

  connections(): ConnectionView[] {
    if (this.#kind === 'none') return []
    const main: ConnectionView = {
      name: this.#kind === 'large' ? 'prod-eu' : 'orders-cluster',
      brokers: ['kafka-1.internal:9093', 'kafka-2.internal:9093', 'kafka-3.internal:9093'],
      tls: true,
      sasl: 'scram-sha-512',
      registry: 'https://registry.internal',
      writes: false,
      production: this.#kind === 'large',
      color: this.#kind === 'large' ? '#e0a13c' : '#3fb6d3',
      state: this.#kind === 'unknown' ? 'connecting' : this.#kind === 'broken' ? 'waiting' : 'connected',
      reason:
        this.#kind === 'broken'
          ? 'kafka-1.internal:9093 refused the password of user "penstock": Authentication failed during authentication due to invalid credentials with SASL mechanism SCRAM-SHA-512'
          : '',
      since: this.#startedAt + (this.#kind === 'broken' ? 400_000 : 0),
      clusterId: this.#kind === 'unknown' ? null : 'q3dFk2VbR5mXv0nT8yLzPw',
      usedBy: ['orders'],
    }
    if (this.#kind !== 'large') return [main]
    return [
      main,
      { ...main, name: 'staging', production: false, color: '#4fbf8b', writes: true, usedBy: [] },
      {
        ...main,
        name: 'partner-feed-us-east',
        production: true,
        color: '#e0708f',
        state: 'waiting',
        reason: 'partner-kafka.example.net:9093 does not answer within 10 s',
        usedBy: [],
      },
    ]
  }

  /** Moment of the newest measurement; null before there is one. A broken connection measures no more. */
  #at(): number | null {
    if (this.#kind === 'unknown') return null
    return this.#kind === 'broken' ? this.#startedAt + 400_000 : Math.floor(this.#now() / 1000) * 1000
  }

  #rate(topic: Topic, at: number): number {
    const seed = hash(topic.name)
    const wave = Math.sin(at / 23_000 + seed) * 0.13 + Math.sin(at / 6100 + seed * 2) * 0.06
    return topic.rate * (1 + wave + (noise(Math.floor(at / 1000) + seed) - 0.5) * 0.09)
  }

  #share(topic: Topic, partition: number): number {
    const weights = Array.from({ length: topic.partitions }, (_, index) =>
      topic.name === 'payments' && index === 3 ? 4 : 0.8 + noise(index + hash(topic.name)) * 0.4,
    )
    return (weights[partition] ?? 0) / weights.reduce((sum, weight) => sum + weight, 0)
  }

  #row(topic: Topic, at: number): TopicRow {
    const rate = this.#rate(topic, at)
    const records = Math.floor(topic.rate * 86_400 * (topic.compacted ? 30 : 2)) + (hash(topic.name) % 900)
    const isTrouble = this.#kind === 'broken' && topic.name === 'payments'
    const own = topic.name === 'orders'
    return {
      name: topic.name,
      partitions: topic.partitions,
      replication: 3,
      internal: topic.internal,
      recordsPerSecond: rate,
      bytesPerSecond: topic.internal ? null : rate * topic.recordBytes * 0.6,
      sizeBytes: records * topic.recordBytes * 0.6,
      records,
      retentionMs: topic.compacted ? null : hash(topic.name) % 5 === 0 ? -1 : 7 * 86_400_000,
      retentionBytes: hash(topic.name) % 4 === 0 ? 50_000_000_000 : null,
      cleanupPolicy: topic.compacted ? 'compact' : 'delete',
      lastRecordAt: topic.rate === 0 ? null : at - Math.min(3_600_000, 1000 / topic.rate),
      underReplicated: isTrouble ? 5 : 0,
      offline: isTrouble ? 1 : 0,
      consumers: own ? ['orders'] : [],
      lag: own ? 1204 : null,
      spark: Array.from({ length: 60 }, (_, index) => this.#rate(topic, at - (60 - index) * 1000)),
    }
  }

  topics(request: TopicListRequest): TopicList {
    const at = this.#at()
    const wanted = request.search.toLowerCase()
    const found = this.#topics.filter(
      ({ name, internal }) => (request.internal || !internal) && name.toLowerCase().includes(wanted),
    )
    const rows = found.map((topic) => ({ ...this.#row(topic, at ?? 0), spark: [] }))
    rows.sort(
      (left, right) => compare(left[request.sort], right[request.sort]) * (request.descending ? -1 : 1),
    )
    const page = rows.slice(request.start, request.start + request.count)
    return {
      total: rows.length,
      topics: page
        .flatMap(({ name }) => found.filter((topic) => topic.name === name))
        .map((topic) => this.#row(topic, at ?? 0)),
      at,
      intervalMs: this.#kind === 'large' ? 5000 : 1000,
    }
  }

  #find(name: string): Topic {
    const topic = this.#topics.find((candidate) => candidate.name === name)
    if (topic === undefined) throw new AppError('NOT_FOUND', `The cluster has no topic "${name}".`)
    return topic
  }

  topic(name: string): TopicDetail {
    const topic = this.#find(name)
    const at = this.#at() ?? 0
    const row = this.#row(topic, at)
    const partitions = Array.from({ length: topic.partitions }, (_, index): TopicPartition => {
      const share = this.#share(topic, index)
      const isOffline = row.offline > 0 && index === 3
      const first = (index + hash(name)) % 3
      const replicas = [0, 1, 2].map((step) => ((first + step) % 3) + 1)
      const earliest = BigInt(Math.floor(topic.rate * 9000 * share))
      return {
        partition: index,
        leader: isOffline ? -1 : (replicas[0] ?? 1),
        replicas,
        inSync: isOffline ? [] : row.underReplicated > 0 && index < 6 ? replicas.slice(0, 2) : replicas,
        earliest: isOffline ? null : String(earliest),
        latest: isOffline
          ? null
          : String(
              earliest + BigInt(Math.floor(((row.records ?? 0) + (at - this.#startedAt) * 0.02) * share)),
            ),
        recordsPerSecond: isOffline ? null : (row.recordsPerSecond ?? 0) * share,
        bytesPerSecond: row.bytesPerSecond === null ? null : row.bytesPerSecond * share,
        sizeBytes: isOffline ? null : (row.sizeBytes ?? 0) * share,
        lastRecordAt: row.lastRecordAt,
        skew: isOffline || topic.rate === 0 ? null : share * topic.partitions,
      }
    })
    return {
      topic: row,
      at,
      partitions,
      config: topicConfig(row),
      groups: topic.internal
        ? []
        : groupNames.slice(0, 3).map((id, index) => ({
            id,
            state: index === 2 ? 'Empty' : 'Stable',
            lag: index === 1 ? 0 : 1204 * (index + 1),
          })),
      schemas:
        name === 'payments'
          ? [
              { subject: 'payments-value', id: 41, version: 3, type: 'AVRO' },
              { subject: 'payments-key', id: 12, version: 1, type: 'JSON' },
            ]
          : [],
      notSeen: topic.internal ? ['Bytes: the cluster does not allow DescribeLogDirs to this user.'] : [],
    }
  }

  topicHistory(name: string, range: Range): Series {
    const topic = this.#find(name)
    const at = axis(range)
    return {
      bucketMs: range.bucketMs,
      at,
      lines: Array.from({ length: Math.min(64, topic.partitions) }, (_, partition) => ({
        name: String(partition),
        unit: 'records/s',
        values: at.map((time) =>
          this.#isMeasured(time)
            ? this.#rate(topic, time + partition * 700) * this.#share(topic, partition)
            : null,
        ),
      })),
    }
  }

  #isMeasured(time: number): boolean {
    const last = this.#at()
    return last !== null && time >= this.#startedAt && time <= last
  }

  #groups(): GroupRow[] {
    const at = this.#at()
    if (at === null) return []
    const count = this.#kind === 'large' ? 300 : groupNames.length
    return Array.from({ length: count }, (_, index) => this.#group(index, at))
  }

  #group(index: number, at: number): GroupRow {
    const base = groupNames[index % groupNames.length] ?? ''
    const lagAt = (time: number): number =>
      index % 5 === 1
        ? 0
        : Math.max(
            0,
            Math.round(
              4000 +
                3000 * Math.sin(time / 40_000 + index) +
                (index % 5 === 3 ? (time - this.#startedAt) * 0.9 : 0),
            ),
          )
    const lag = lagAt(at)
    const trend = (lag - lagAt(at - 10_000)) / 10
    const isEmpty = index % 5 === 4
    return {
      id: index < groupNames.length ? base : `${base}-${areas[index % areas.length] ?? ''}-${String(index)}`,
      state: isEmpty
        ? 'Empty'
        : index % 5 === 2
          ? 'PreparingRebalance'
          : index % 5 === 0 && this.#kind === 'broken'
            ? 'Dead'
            : 'Stable',
      kind: index % 5 === 1 ? 'consumer' : 'classic',
      members: isEmpty ? 0 : 2 + (index % 5),
      topics: index % 5 === 3 ? ['orders', 'payments', 'customers'] : ['orders'],
      lag,
      lagMs: lag === 0 ? 0 : index % 5 === 2 ? null : lag / 24,
      trend,
      timeToClearMs: lag > 0 && trend < 0 ? (lag / -trend) * 1000 : null,
      spark: Array.from({ length: 60 }, (_, step) => lagAt(at - (60 - step) * 1000)),
    }
  }

  groups(request: GroupListRequest): GroupList {
    const rows = this.#groups().filter(({ id }) => id.toLowerCase().includes(request.search.toLowerCase()))
    rows.sort(
      (left, right) => compare(left[request.sort], right[request.sort]) * (request.descending ? -1 : 1),
    )
    return {
      total: rows.length,
      groups: rows.slice(request.start, request.start + request.count),
      at: this.#at(),
      intervalMs: this.#kind === 'large' ? 5000 : 1000,
      notSeen:
        this.#kind === 'large' ? ['12 groups: the cluster does not allow this user to describe them.'] : [],
    }
  }

  group(id: string): GroupDetail {
    const group = this.#groups().find((candidate) => candidate.id === id)
    const at = this.#at()
    if (group === undefined || at === null)
      throw new AppError('NOT_FOUND', `The cluster has no group "${id}".`)
    const partitions = group.topics.flatMap((name) => {
      const topic = this.#topics.find((candidate) => candidate.name === name) ?? offsetsTopic
      return Array.from({ length: topic.partitions }, (_, partition): GroupPartition => {
        const latest = 1_802_441_000n + BigInt(partition * 977)
        const lag = Math.floor(
          ((group.lag ?? 0) / topic.partitions / group.topics.length) * (partition === 1 ? 1.8 : 0.8),
        )
        const isNew = partition === topic.partitions - 1 && name === 'payments'
        return {
          topic: name,
          partition,
          committed: isNew ? null : String(latest - BigInt(lag)),
          earliest: '901220500',
          latest: String(latest),
          lag: isNew ? null : lag,
          lagMs: isNew || group.lagMs === null ? null : lag / 12,
          member: group.members === 0 ? '' : `${id}-${String(partition % (group.members ?? 1))}`,
          note: isNew
            ? 'nothing is committed here yet'
            : partition === 2
              ? 'committed offset is no longer in the log; lag counts from the earliest one'
              : '',
        }
      })
    })
    return {
      group,
      at,
      coordinator: 2,
      assignor: group.kind === 'consumer' ? 'uniform' : 'range',
      memberList: Array.from({ length: group.members ?? 0 }, (_, index) => ({
        id: `${id}-${String(index)}-7f2b6c1e-40aa-4d3c-9d1f-6f0a3a9c2f11`,
        clientId: `${id}-${String(index)}`,
        host: `/10.2.14.${String(20 + index)}`,
        assignments: group.topics.map((topic) => ({
          topic,
          partitions: partitions
            .filter((row) => row.topic === topic && row.partition % (group.members ?? 1) === index)
            .map(({ partition }) => partition),
        })),
      })),
      partitions,
      notSeen:
        group.lagMs === null
          ? ['Time behind: the records at the committed offsets could not be read (not authorised).']
          : [],
    }
  }

  groupHistory(id: string, range: Range): Series {
    const index = Math.max(
      0,
      this.#groups().findIndex((candidate) => candidate.id === id),
    )
    const at = axis(range)
    const values = at.map((time) => (this.#isMeasured(time) ? (this.#group(index, time).lag ?? 0) : null))
    return {
      bucketMs: range.bucketMs,
      at,
      lines: [
        { name: 'lag', unit: 'records', values },
        { name: 'behind', unit: 'ms', values: values.map((value) => (value === null ? null : value / 24)) },
      ],
    }
  }

  cluster(): ClusterView {
    const at = this.#at()
    const brokers = at === null ? [] : [1, 2, 3].filter((id) => this.#kind !== 'broken' || id !== 3)
    const partitions = this.#topics.reduce((sum, topic) => sum + topic.partitions, 0)
    const payments = this.#kind === 'broken' ? this.topic('payments').partitions : []
    const trouble = payments
      .filter(({ inSync, replicas }) => inSync.length < replicas.length)
      .map(({ partition, leader, replicas, inSync }) => ({
        topic: 'payments',
        partition,
        leader,
        replicas,
        inSync,
      }))
    return {
      at,
      clusterId: at === null ? null : 'q3dFk2VbR5mXv0nT8yLzPw',
      controller: at === null ? null : 2,
      brokers: brokers.map((id) => ({
        id,
        address: `kafka-${String(id)}.internal:9093`,
        rack: `eu-west-1${'abc'[id - 1] ?? ''}`,
        isController: id === 2,
        leads: Math.floor(partitions / brokers.length),
        replicas: partitions,
        sizeBytes: 412_000_000_000 + id * 9_000_000_000,
      })),
      topics: this.#topics.length,
      partitions,
      underReplicatedCount: trouble.length,
      underReplicated: trouble,
      offlineCount: trouble.filter(({ leader }) => leader < 0).length,
      offline: trouble.filter(({ leader }) => leader < 0),
      notSeen: [],
    }
  }

  brokerConfig(broker: number): BrokerConfig {
    return { broker, config: brokerEntries }
  }
}

function axis(range: Range): number[] {
  const at: number[] = []
  for (let time = range.fromMs; time < range.toMs; time += range.bucketMs) at.push(time)
  return at
}

/** Nothing known comes last. */
function compare(left: string | number | null, right: string | number | null): number {
  if (left === null || right === null) return Number(left === null) - Number(right === null)
  return left < right ? -1 : left > right ? 1 : 0
}

function entry(name: string, value: string | null, source = 'default', isReadOnly = false): ConfigEntry {
  return { name, value, isDefault: source === 'default', source, isReadOnly }
}

function topicConfig(row: TopicRow): ConfigEntry[] {
  return [
    entry('cleanup.policy', row.cleanupPolicy, row.cleanupPolicy === 'delete' ? 'default' : 'topic'),
    entry('compression.type', 'producer'),
    entry('delete.retention.ms', '86400000'),
    entry('max.message.bytes', '1048588'),
    entry('message.timestamp.type', 'CreateTime'),
    entry('min.insync.replicas', '2', 'cluster'),
    entry(
      'retention.bytes',
      String(row.retentionBytes ?? -1),
      row.retentionBytes === null ? 'default' : 'topic',
    ),
    entry('retention.ms', String(row.retentionMs ?? 604_800_000), 'topic'),
    entry('segment.bytes', '1073741824'),
    entry('segment.ms', '604800000'),
    entry('unclean.leader.election.enable', 'false'),
  ]
}

const brokerEntries: ConfigEntry[] = [
  entry('advertised.listeners', 'SASL_SSL://kafka-1.internal:9093', 'static', true),
  entry('auto.create.topics.enable', 'false', 'static', true),
  entry('background.threads', '10'),
  entry('broker.rack', 'eu-west-1a', 'static', true),
  entry('compression.type', 'producer'),
  entry('default.replication.factor', '3', 'static', true),
  entry('listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config', null, 'broker'),
  entry('log.retention.hours', '168'),
  entry('log.segment.bytes', '1073741824'),
  entry('max.connections', '2147483647'),
  entry('message.max.bytes', '1048588'),
  entry('min.insync.replicas', '2', 'cluster'),
  entry('num.io.threads', '16', 'broker'),
  entry('num.network.threads', '3'),
  entry('offsets.retention.minutes', '10080'),
  entry('ssl.keystore.password', null, 'static', true),
  entry('unclean.leader.election.enable', 'false'),
  entry('zookeeper.connect', ''),
]
