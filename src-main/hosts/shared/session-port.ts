/** What the router needs of a host's session: which workspace is open, and what can be done without one. */
import type { ConnectionDraft, ConnectionTest } from '#contract/connections.ts'
import type { SessionView } from '#contract/session.ts'
import type { OpenSnapshot } from '#contract/snapshots.ts'
import type { Engine } from '../../engine/engine-api.ts'
import type { Workspace } from '../../workspace/model.ts'

export interface OpenWorkspace {
  workspace: Workspace
  engine: Engine
  /** Where a snapshot is open; its workspace is the one that it holds. */
  snapshot: OpenSnapshot | null
}

export interface SessionPort {
  /** @throws AppError ENGINE_NOT_RUNNING where no workspace is open */
  current(): OpenWorkspace
  watch(after: number | null, signal?: AbortSignal): Promise<SessionView>
  open(path: string): Promise<SessionView>
  openDemo(): Promise<SessionView>
  /** Applies a changed file that would lose something. @throws AppError USAGE where none waits */
  apply(): Promise<SessionView>
  create(request: { folder: string; connection: ConnectionDraft }): Promise<SessionView>
  testConnection(input: { name: string } | { draft: ConnectionDraft }): Promise<ConnectionTest>
  watchTest(id: string, after: number | null, signal?: AbortSignal): Promise<ConnectionTest>
  stopTest(id: string): boolean
  /** @throws AppError CONNECTION_UNKNOWN */
  connectionDraft(name: string): ConnectionDraft
  saveConnection(draft: ConnectionDraft): Promise<void>
  /** @throws AppError CONNECTION_UNKNOWN, CONNECTION_IN_USE, WORKSPACE_INVALID */
  removeConnection(name: string): Promise<void>
}
