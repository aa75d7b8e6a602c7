/** What of a workspace the live feed shows. Pure. */
import type { Workspace } from '../../workspace/model.ts'
import type { FeedSettings } from './feed-input.ts'

export function feedSettings({ sources, connections, store }: Workspace): FeedSettings {
  return {
    sources: sources.map(({ name, topic, input, latenessMs }) => ({
      ...{ name, topic, latenessMs },
      kind: input.kind,
    })),
    connections: connections.map(({ name }) => name),
    storeMode: store.mode,
    limitBytes: store.limitBytes,
    budgetBytes: store.budgetBytes,
  }
}
