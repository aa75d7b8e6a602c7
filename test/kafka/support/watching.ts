/** The area that watches clusters, in this process, as the cluster thread runs it. */
import { onTestFinished } from 'vitest'
import type { MeasuredRows } from '../../../src-main/engine/batch/measured-rows.ts'
import { ClusterWatch } from '../../../src-main/engine/cluster/cluster-watch.ts'
import { ClusterClients } from '../../../src-main/engine/kafka/client/cluster-clients.ts'
import type { ConnectionSettings } from '../../../src-main/engine/kafka/client/connection-settings.ts'
import type { Workspace } from '../../../src-main/workspace/model.ts'
import type { GroupDetail, GroupPartition, GroupRow } from '../../../src-main/contract/groups.ts'
import type { TopicDetail, TopicListRequest, TopicRow } from '../../../src-main/contract/topics.ts'
import { workspace as emptyWorkspace } from '../../support/workspaces.ts'

export interface Watching {
  handlers: ClusterWatch['handlers']
  watch: ClusterWatch
  rows: MeasuredRows[]
  /** How connections stood, in order. */
  states: string[]
  topics: (request?: Partial<TopicListRequest>) => Promise<TopicRow[]>
  topic: (name: string) => Promise<TopicDetail>
  groups: (search?: string) => Promise<GroupRow[]>
  group: (id: string) => Promise<GroupDetail>
  partition: (group: string, partition?: number) => Promise<GroupPartition | undefined>
}

const never = new AbortController().signal

/** Ends with the test. */
export function watching(
  settings: ConnectionSettings,
  workspace: Workspace = emptyWorkspace('/nowhere', {}),
): Watching {
  const states: string[] = []
  const rows: MeasuredRows[] = []
  const clients = new ClusterClients({ settings: [settings], faults: new Map() }, ({ state }) =>
    states.push(state),
  )
  const watch = new ClusterWatch({ clients, workspace, tell: (measured) => rows.push(measured) })
  onTestFinished(() => {
    watch.close()
    clients.close()
  })
  const { handlers } = watch
  const connection = settings.name
  const all = { search: '', descending: false, start: 0, count: 500 }
  const group = (id: string) => handlers['groups.get']({ connection, group: id }, never)
  return {
    ...{ handlers, watch, rows, states, group },
    topics: async (request = {}) => {
      const asked = { ...all, connection, sort: 'name' as const, internal: false, ...request }
      return (await handlers['topics.list'](asked, never)).topics
    },
    topic: (name) => handlers['topics.get']({ connection, topic: name }, never),
    groups: async (search = '') => {
      const asked = { ...all, connection, sort: 'id' as const, search }
      return (await handlers['groups.list'](asked, never)).groups
    },
    partition: async (id, partition = 0) =>
      (await group(id)).partitions.find((one) => one.partition === partition),
  }
}

/** Asks again, as the console does, until the answer fits. */
export async function untilAnswer<Answer>(
  ask: () => Promise<Answer>,
  fits: (answer: Answer) => boolean,
): Promise<Answer> {
  for (;;) {
    const answer = await ask()
    if (fits(answer)) return answer
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
