/** Consumer groups as far as a store remembers them, for a snapshot: their lag as measured last. Main process. */
import { AppError } from '#contract/errors.ts'
import type { GroupDetail, GroupList, GroupListRequest, GroupPartition, GroupRow } from '#contract/groups.ts'
import { pageOf } from './sorted-page.ts'
import { numberOf, numberOrNull, type RowSource, textOf, textOrNull } from './store-values.ts'

/** Newest slice of each partition of each group. */
const lagSql = `
SELECT group_id, topic, partition, committed, latest, lag, lag_ms, max(at) FROM sys_lag
WHERE connection = ?1 AND source = '' AND (?2 IS NULL OR group_id = ?2)
  AND at > (SELECT max(at) FROM sys_lag WHERE connection = ?1 AND source = '') - 60000
GROUP BY group_id, topic, partition`

const notSeen = [
  'This is a snapshot: it holds the lag as it was measured; members are known only of a cluster that is connected.',
]

interface Measured {
  id: string
  at: number
  partition: GroupPartition
}

export class StoredGroups {
  readonly #store: RowSource

  constructor(store: RowSource) {
    this.#store = store
  }

  async list(request: GroupListRequest): Promise<GroupList> {
    const measured = await this.#read(request.connection, null)
    const word = request.search.toLowerCase()
    const groups = [...Map.groupBy(measured, ({ id }) => id)]
      .map(([id, own]) => rowOf(id, own))
      .filter(({ id }) => id.toLowerCase().includes(word))
    const page = pageOf(groups, (group) => group[request.sort], request)
    return { total: groups.length, groups: page, at: newestOf(measured), intervalMs: 1000, notSeen }
  }

  /** @throws AppError NOT_FOUND */
  async get(connection: string, id: string): Promise<GroupDetail> {
    const measured = await this.#read(connection, id)
    if (measured.length === 0) throw new AppError('NOT_FOUND', `the snapshot remembers no group ${id}`)
    return {
      group: rowOf(id, measured),
      at: newestOf(measured) ?? 0,
      ...{ coordinator: null, assignor: '', memberList: [], notSeen },
      partitions: measured.map(({ partition }) => partition),
    }
  }

  async #read(connection: string, group: string | null): Promise<Measured[]> {
    const rows = await this.#store.run(lagSql, [connection, group])
    return rows.map(([id, topic, partition, committed, latest, lag, lagMs, at]) => ({
      id: textOf(id),
      at: numberOf(at),
      partition: {
        ...{ topic: textOf(topic), partition: numberOf(partition), earliest: null, member: '', note: '' },
        ...{ committed: textOrNull(committed), latest: textOrNull(latest) },
        ...{ lag: numberOrNull(lag), lagMs: numberOrNull(lagMs) },
      },
    }))
  }
}

function rowOf(id: string, measured: readonly Measured[]): GroupRow {
  const lags = measured.flatMap(({ partition }) => partition.lag ?? [])
  const times = measured.flatMap(({ partition }) => partition.lagMs ?? [])
  return {
    ...{ id, state: '', kind: '', members: null, trend: null, timeToClearMs: null, spark: [] },
    topics: [...new Set(measured.map(({ partition }) => partition.topic))],
    lag: lags.length === 0 ? null : lags.reduce((sum, lag) => sum + lag, 0),
    lagMs: times.length === 0 ? null : Math.max(...times),
  }
}

function newestOf(measured: readonly Measured[]): number | null {
  return measured.length === 0 ? null : Math.max(...measured.map(({ at }) => at))
}
