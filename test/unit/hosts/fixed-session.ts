/** A session over one workspace that stays open, for tests of the transports. */
import { AppError } from '#contract/errors.ts'
import type { SessionView } from '#contract/session.ts'
import type { Engine } from '../../../src-main/engine/engine-api.ts'
import type { Workspace } from '../../../src-main/workspace/model.ts'
import type { SessionPort } from '../../../src-main/hosts/shared/session-port.ts'

export function fixedSession(workspace: Workspace, engine: Engine): SessionPort {
  const view: SessionView = {
    version: 1,
    state: 'open',
    file: workspace.file,
    error: null,
    problems: [],
    pending: null,
    retry: null,
    recent: [],
    folder: workspace.folder,
  }
  const refused = (): Promise<never> =>
    Promise.reject(
      new AppError('USAGE', 'this host keeps its workspace; start another one with `penstock open`'),
    )
  return {
    current: () => ({ workspace, engine, snapshot: null }),
    watch: () => Promise.resolve(view),
    open: refused,
    openDemo: refused,
    apply: refused,
    create: refused,
    testConnection: refused,
    watchTest: refused,
    stopTest: () => false,
    connectionDraft: () => {
      throw new AppError('CONNECTION_UNKNOWN', 'there is no connection')
    },
    saveConnection: refused,
    removeConnection: refused,
  }
}
