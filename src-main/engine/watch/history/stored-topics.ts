/** Topics of a cluster as far as a store remembers them, for a snapshot: rates and lag as measured last. Main process. */
import { AppError } from '#contract/errors.ts'
import type { TopicDetail, TopicList, TopicListRequest, TopicRow } from '#contract/topics.ts'
import type { Workspace } from '../../../workspace/model.ts'
import { pageOf } from './sorted-page.ts'
import { numberOf, numberOrNull, type RowSource, textOf } from './store-values.ts'

const rateMs = 60_000

/** Rates are of the last minute that was measured. */
const topicsSql = `
WITH newest AS (SELECT max(at) AS at FROM sys_topics WHERE connection = ?1),
known AS (SELECT DISTINCT topic FROM sys_topics WHERE connection = ?1 AND topic <> ''),
recent AS (
  SELECT topic, sum(records) AS records FROM sys_topics, newest
  WHERE connection = ?1 AND sys_topics.at > newest.at - ${String(rateMs)} GROUP BY topic
),
behind AS (
  SELECT topic, sum(lag) AS lag FROM sys_lag
  WHERE connection = ?1 AND source <> '' AND at = (SELECT max(at) FROM sys_lag WHERE connection = ?1 AND source <> '')
  GROUP BY topic
)
SELECT known.topic, recent.records * 1000.0 / ${String(rateMs)}, behind.lag, newest.at
FROM known, newest LEFT JOIN recent USING (topic) LEFT JOIN behind USING (topic)`

const groupsSql = `
SELECT group_id, sum(lag) FROM sys_lag WHERE connection = ?1 AND topic = ?2 AND source = ''
  AND at = (SELECT max(at) FROM sys_lag WHERE connection = ?1 AND source = '')
GROUP BY group_id ORDER BY group_id`

const notSeen = [
  'This is a snapshot: it holds rates and lag as they were measured; partitions, sizes and configuration are known only of a cluster that is connected.',
]

export class StoredTopics {
  readonly #store: RowSource
  readonly #workspace: Workspace

  constructor(store: RowSource, workspace: Workspace) {
    this.#store = store
    this.#workspace = workspace
  }

  async list(request: TopicListRequest): Promise<TopicList> {
    const { topics, at } = await this.#read(request.connection)
    const word = request.search.toLowerCase()
    const found = topics.filter(
      ({ name, internal }) => (request.internal || !internal) && name.toLowerCase().includes(word),
    )
    const page = pageOf(found, (topic) => topic[request.sort], request)
    return { total: found.length, topics: page, at, intervalMs: 1000 }
  }

  /** @throws AppError NOT_FOUND */
  async get(connection: string, name: string): Promise<TopicDetail> {
    const { topics, at } = await this.#read(connection)
    const topic = topics.find((one) => one.name === name)
    if (topic === undefined) throw new AppError('NOT_FOUND', `the snapshot remembers no topic ${name}`)
    const rows = await this.#store.run(groupsSql, [connection, name])
    const groups = rows.map(([id, lag]) => ({ id: textOf(id), state: '', lag: numberOrNull(lag) }))
    return { topic, at: at ?? 0, partitions: [], config: [], groups, schemas: [], notSeen }
  }

  async #read(connection: string): Promise<{ topics: TopicRow[]; at: number | null }> {
    const rows = await this.#store.run(topicsSql, [connection])
    const topics = rows.map(([name, rate, lag]): TopicRow => ({
      name: textOf(name),
      ...{ partitions: null, replication: null, records: null, internal: textOf(name).startsWith('__') },
      ...{ recordsPerSecond: numberOrNull(rate) ?? 0, bytesPerSecond: null, sizeBytes: null },
      ...{ retentionMs: null, retentionBytes: null, cleanupPolicy: null, lastRecordAt: null },
      ...{ underReplicated: 0, offline: 0, lag: numberOrNull(lag), spark: [] },
      consumers: this.#consumers(connection, textOf(name)),
    }))
    const at = rows[0]?.[3]
    return { topics, at: at === undefined ? null : numberOf(at) }
  }

  #consumers(connection: string, topic: string): string[] {
    const { sources, lookups } = this.#workspace
    const ofSources = sources.flatMap(({ name, input }) =>
      input.kind === 'kafka' && input.connection === connection && input.topics.includes(topic) ? [name] : [],
    )
    const ofLookups = lookups.flatMap(({ name, input }) =>
      input.kind === 'kafka' && input.connection === connection && input.topic === topic ? [name] : [],
    )
    return [...ofSources, ...ofLookups]
  }
}
