/** An engine with what every host gives it. Main thread; called by the session, and by commands that need no console. */
import { createEngine } from '../../engine/engine.ts'
import { createSnapshotEngine } from '../../engine/snapshot-engine.ts'
import type { FoundSnapshot } from '../../engine/snapshots/open-snapshot.ts'
import type { Engine, Logger, SecretReader } from '../../engine/engine-api.ts'
import type { Workspace } from '../../workspace/model.ts'
import { findEngineEntries } from './entries.ts'
import { packageVersion } from './package-root.ts'
import type { HostFacts } from './workspace-view.ts'

/** What a host gives to its engines. */
export interface HostPorts {
  host: HostFacts['host']
  logger: Logger
  stateFolder: string
  secrets: SecretReader
}

/** Nothing runs before `start`. */
export function createHostEngine(workspace: Workspace, ports: HostPorts): Engine {
  return createEngine(workspace, { ...ports, entries: findEngineEntries(), version: packageVersion() })
}

/** An engine over a snapshot, in which nothing ever runs. */
export function createOfflineEngine(snapshot: FoundSnapshot, workspace: Workspace, ports: HostPorts): Engine {
  return createSnapshotEngine(snapshot, workspace, {
    ...{ ...ports, entries: findEngineEntries(), version: packageVersion() },
  })
}
