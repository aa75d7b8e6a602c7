/**
 * One workspace with its engine and router, from start to stop. Main thread; made by each host that runs a workspace,
 * which then serves `router` over its transports.
 */
import type { Problem } from '#contract/workspace.ts'
import { createEngine } from '../../engine/engine.ts'
import type { Engine, Logger } from '../../engine/engine-api.ts'
import { loadWorkspace } from '../../workspace/load.ts'
import type { Workspace } from '../../workspace/model.ts'
import { findEngineEntries } from './entries.ts'
import { packageVersion } from './package-root.ts'
import { createRouter } from './router.ts'
import type { ContractRouter } from './router.ts'
import { fixedSession } from './fixed-session.ts'
import type { HostFacts } from './workspace-view.ts'

/** A workspace that is loaded; its engine starts with {@link Engine.start}. */
export interface Session {
  workspace: Workspace
  engine: Engine
  router: ContractRouter
}

/** What a host gives to {@link openSession}. */
export interface SessionOptions {
  /** Folder of the workspace, or its penstock.yaml. */
  path: string
  host: HostFacts['host']
  logger: Logger
  stateFolder: string
}

/**
 * Loads the workspace and makes its engine, without starting it. Nothing runs yet, so there is nothing to stop.
 * @returns the session, or what is wrong with penstock.yaml
 * @throws AppError WORKSPACE_NOT_FOUND
 */
export async function openSession(
  options: SessionOptions,
): Promise<Session | { problems: readonly Problem[] }> {
  const loaded = await loadWorkspace(options.path)
  if ('problems' in loaded) return { problems: loaded.problems }
  const { workspace } = loaded
  const { host, logger, stateFolder } = options
  const engine = createEngine(workspace, {
    logger,
    stateFolder,
    host,
    entries: findEngineEntries(),
    secrets: { read: () => Promise.resolve(null) },
  })
  const session = fixedSession(workspace, engine)
  return { workspace, engine, router: createRouter(session, { host, version: packageVersion() }) }
}
