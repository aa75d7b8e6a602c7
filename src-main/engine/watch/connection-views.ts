/** Connections of the workspace as the contract shows them: what is declared, and how they stand. Pure. */
import type { ConnectionView } from '#contract/connections.ts'
import type { LiveSnapshot } from '#contract/live.ts'
import type { Workspace } from '../../workspace/model.ts'

export function connectionViews(workspace: Workspace, snapshot: LiveSnapshot): ConnectionView[] {
  return workspace.connections.map((connection) => {
    const live = snapshot.connections.find(({ name }) => name === connection.name)
    return {
      name: connection.name,
      brokers: [...connection.brokers],
      tls: connection.tls !== null,
      sasl: connection.sasl?.mechanism ?? null,
      registry: connection.registry?.url ?? null,
      writes: connection.writes,
      production: connection.isProduction,
      color: connection.color,
      state: live?.state ?? 'idle',
      reason: live?.reason ?? '',
      since: live?.since ?? 0,
      clusterId: null,
      usedBy: [...workspace.sources, ...workspace.lookups]
        .filter(({ input }) => input.kind === 'kafka' && input.connection === connection.name)
        .map(({ name }) => name),
    }
  })
}
