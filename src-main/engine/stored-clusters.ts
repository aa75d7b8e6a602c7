/** Clusters as a snapshot remembers them: names, rates and lag from its history; everything that needs a connection is refused. */
import { AppError } from '#contract/errors.ts'
import type { ConnectionView } from '#contract/connections.ts'
import type { LiveSnapshot } from '#contract/live.ts'
import type { Workspace } from '../workspace/model.ts'
import type { Clusters } from './engine-api.ts'
import { connectionViews } from './watch/connection-views.ts'
import { ClusterHistoryReader } from './watch/history/cluster-history.ts'
import { StoredGroups } from './watch/history/stored-groups.ts'
import { StoredTopics } from './watch/history/stored-topics.ts'
import type { RowSource } from './watch/history/store-values.ts'

export class StoredClusters implements Clusters {
  readonly topics: Clusters['topics']
  readonly groups: Clusters['groups']
  readonly messages: Clusters['messages']
  readonly #views: () => ConnectionView[]

  constructor(store: RowSource, workspace: Workspace, live: () => LiveSnapshot) {
    this.#views = () => connectionViews(workspace, live())
    const history = new ClusterHistoryReader(store)
    const topics = new StoredTopics(store, workspace)
    const groups = new StoredGroups(store)
    this.topics = {
      list: (request) => topics.list(request),
      get: (connection, topic) => topics.get(connection, topic),
      history: (connection, topic, range) => history.topic(connection, topic, range),
    }
    this.groups = {
      list: (request) => groups.list(request),
      get: (connection, group) => groups.get(connection, group),
      history: (connection, group, range) => history.group(connection, group, range),
    }
    const refused = (): Promise<never> => unconnected('messages are read from the cluster')
    this.messages = {
      ...{ start: refused, watch: refused, page: refused, pause: refused, resume: refused, stop: refused },
      ...{ close: () => Promise.resolve(false), record: refused, part: refused, produce: refused },
    }
  }

  connections(): Promise<ConnectionView[]> {
    return Promise.resolve(this.#views())
  }

  view(): ReturnType<Clusters['view']> {
    return unconnected('brokers are known only of a cluster that is connected')
  }

  brokerConfig(): ReturnType<Clusters['brokerConfig']> {
    return unconnected('configuration is known only of a cluster that is connected')
  }
}

function unconnected(words: string): Promise<never> {
  return Promise.reject(new AppError('SNAPSHOT_ONLY', `${words}, and this is a snapshot`))
}
