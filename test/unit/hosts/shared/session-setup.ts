/** A session in a folder of its own, over fake engines that log how they start and stop. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { ConnectionDraft } from '../../../../src-main/contract/connections.ts'
import type { SessionView } from '../../../../src-main/contract/session.ts'
import type { Engine } from '../../../../src-main/engine/engine-api.ts'
import { EncryptedFileStore } from '../../../../src-main/hosts/shared/secrets/encrypted-file.ts'
import { WorkspaceSession } from '../../../../src-main/hosts/shared/workspace-session.ts'
import type { Workspace } from '../../../../src-main/workspace/model.ts'
import { createFakeEngine } from '../fake-engine.ts'
import { createFakeLogger } from '../fake-logger.ts'
import { temporaryFolders } from '../temporary-folder.ts'

/** How the engine of a workspace starts, by the workspace's name; at once and well where nothing is said. */
type Starts = Map<string, () => Promise<void>>

/** To be called once in a test file: what it gives makes a session, in a folder that goes after the test. */
export function sessionSetUps() {
  const folder = temporaryFolders()
  /**
   * @param lookMs between two looks at the file of the workspace
   * @param retryMs before a change that could not be made is tried again
   */
  return (lookMs = 3_600_000, retryMs = 3_600_000) => setUp(folder(), lookMs, retryMs)
}

function setUp(base: string, lookMs: number, retryMs: number) {
  const log: string[] = []
  const starts: Starts = new Map()
  const running: Partial<Pick<Engine, 'check' | 'change'>> = {}
  const secrets = new EncryptedFileStore({ stateFolder: path.join(base, 'state'), environment: {} })
  const createEngine = ({ name }: Workspace): Engine => ({
    ...createFakeEngine(),
    check: (workspace) => running.check?.(workspace) ?? Promise.resolve([]),
    change: (workspace) => running.change?.(workspace) ?? Promise.resolve(false),
    start: ({ goesOn = false } = {}) => {
      log.push(`start ${name}${goesOn ? ' with its store' : ''}`)
      return starts.get(name)?.() ?? Promise.resolve()
    },
    stop: ({ keepsStore = false } = {}) => {
      log.push(`stop ${name}${keepsStore ? ', store kept' : ''}`)
      return Promise.resolve()
    },
  })
  const make = (): WorkspaceSession =>
    new WorkspaceSession({
      host: 'cli',
      logger: createFakeLogger(),
      stateFolder: path.join(base, 'state'),
      secrets,
      folder: base,
      createEngine,
      lookMs,
      retryMs,
    })
  return { base, log, starts, running, secrets, make, session: make() }
}

/** A draft without secrets. */
export const plain: ConnectionDraft = {
  name: 'local',
  brokers: ['127.0.0.1:9092'],
  tls: null,
  sasl: null,
  registry: null,
  writes: false,
  production: false,
  color: null,
}

/** @returns the file */
export function workspaceIn(base: string, name: string, text = `penstock: 1\nname: ${name}\n`): string {
  mkdirSync(path.join(base, name), { recursive: true })
  const file = path.join(base, name, 'penstock.yaml')
  writeFileSync(file, text)
  return file
}

/** The first view that fits. */
export async function until(
  session: WorkspaceSession,
  fits: (view: SessionView) => boolean,
): Promise<SessionView> {
  let view = await session.watch(null)
  while (!fits(view)) view = await session.watch(view.version)
  return view
}
