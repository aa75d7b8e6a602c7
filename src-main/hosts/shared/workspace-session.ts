/**
 * What a host has open: nothing yet, a workspace with its engine, or one that would not start. Switching stops the engine
 * before and starts the next; the contract's router asks here for each call. Main thread; one per host that has a console.
 */
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { AppError, toErrorShape } from '#contract/errors.ts'
import type { ErrorShape } from '#contract/errors.ts'
import type { ConnectionDraft, ConnectionTest } from '#contract/connections.ts'
import type { SessionView } from '#contract/session.ts'
import { problem } from '#contract/workspace.ts'
import type { Problem } from '#contract/workspace.ts'
import { Changes } from '../../engine/changes.ts'
import { ConnectionTests } from './connection-tests.ts'
import type { Engine } from '../../engine/engine-api.ts'
import { draftOfConnection, fileOfDraft } from '../../workspace/connection-draft.ts'
import { newWorkspaceText } from '../../workspace/edit.ts'
import { workspaceFileName } from '../../workspace/load.ts'
import type { Connection, Workspace } from '../../workspace/model.ts'
import { createHostEngine, createOfflineEngine } from './host-engine.ts'
import type { HostPorts } from './host-engine.ts'
import { type Openable, readOpenable } from './openable.ts'
import { demoFolder } from './package-root.ts'
import { RecentWorkspaces } from './recent-workspaces.ts'
import { createFile } from './replace-file.ts'
import type { SecretStore } from './secrets/secret-store.ts'
import { connectionOfDraft, eraseConnection, keepSecrets, writeConnection } from './session-connections.ts'
import type { OpenWorkspace, SessionPort } from './session-port.ts'

/** Options of {@link WorkspaceSession}. */
export interface WorkspaceSessionOptions extends HostPorts {
  secrets: SecretStore
  /** Absolute folder that relative paths are taken from; the current folder by default. */
  folder?: string
  /** Makes an engine; tests give their own. */
  createEngine?: (workspace: Workspace, ports: HostPorts) => Engine
  /** Told after each change of what is open. */
  onChange?: (view: SessionView) => void
}

export class WorkspaceSession implements SessionPort {
  readonly #options: WorkspaceSessionOptions
  readonly #folder: string
  readonly #recent: RecentWorkspaces
  readonly #changes = new Changes()
  readonly #tests: ConnectionTests
  #version = 1
  #state: SessionView['state'] = 'none'
  #error: ErrorShape | null = null
  #problems: readonly Problem[] = []
  #loaded: Openable | null = null
  #open: OpenWorkspace | null = null
  /** Grows with each switch; one that is not the newest any more has no say. */
  #switches = 0

  constructor(options: WorkspaceSessionOptions) {
    this.#options = options
    this.#folder = options.folder ?? process.cwd()
    this.#recent = new RecentWorkspaces(options.stateFolder, options.logger)
    this.#tests = new ConnectionTests(options.logger)
  }

  current(): OpenWorkspace {
    if (this.#open !== null) return this.#open
    const words = this.#state === 'failed' ? 'the workspace could not be started' : 'no workspace is open'
    throw new AppError('ENGINE_NOT_RUNNING', words)
  }

  async watch(after: number | null, signal?: AbortSignal): Promise<SessionView> {
    if (after !== null && after >= this.#version) await this.#changes.next(signal)
    return this.#view()
  }

  /**
   * Opens a workspace or a snapshot in place of what is open, or tries one again. Resolves when its engine runs or has failed.
   * @throws AppError WORKSPACE_NOT_FOUND, SNAPSHOT_UNUSABLE; then what was open stays open
   */
  async open(given: string): Promise<SessionView> {
    const loaded = await readOpenable(path.resolve(this.#folder, given))
    await this.#switchTo(loaded)
    return this.#view()
  }

  openDemo(): Promise<SessionView> {
    return this.open(demoFolder())
  }

  async create(request: { folder: string; connection: ConnectionDraft }): Promise<SessionView> {
    const { connection } = request
    const folder = path.resolve(this.#folder, request.folder)
    const file = path.join(folder, workspaceFileName)
    connectionOfDraft(connection, folder, this.#options.secrets)
    const kept = await keepSecrets(connection, null, this.#options.secrets)
    try {
      await mkdir(folder, { recursive: true })
      const text = newWorkspaceText(connection.name, fileOfDraft(kept.draft))
      if (!(await createFile(file, text, 0o644))) {
        throw new AppError('USAGE', `${file} is there already; open it, or choose another folder`)
      }
    } catch (error) {
      await kept.undo()
      if (error instanceof AppError) throw error
      const why = error instanceof Error ? error.message : String(error)
      throw new AppError('USAGE', `${file} cannot be made: ${why}`, { cause: error })
    }
    return this.open(folder)
  }

  testConnection(input: { name: string } | { draft: ConnectionDraft }): Promise<ConnectionTest> {
    const environment = process.env
    const { secrets: store } = this.#options
    if ('name' in input) {
      const connection = this.#connection(input.name)
      return Promise.resolve(this.#tests.start(connection, { secrets: store, environment }))
    }
    const { connection, secrets } = connectionOfDraft(input.draft, this.#workspaceFolder(), store)
    return Promise.resolve(this.#tests.start(connection, { secrets, environment }))
  }

  watchTest(id: string, after: number | null, signal?: AbortSignal): Promise<ConnectionTest> {
    return this.#tests.watch(id, after, signal)
  }

  stopTest(id: string): boolean {
    return this.#tests.stop(id)
  }

  connectionDraft(name: string): ConnectionDraft {
    return draftOfConnection(this.#connection(name), this.#workspaceFolder())
  }

  async saveConnection(draft: ConnectionDraft): Promise<void> {
    const loaded = this.#loaded
    refuseUnlessWritable(loaded)
    const before = this.#workspace()?.connections.find(({ name }) => name === draft.name) ?? null
    connectionOfDraft(draft, path.dirname(loaded.file), this.#options.secrets)
    const kept = await keepSecrets(draft, before, this.#options.secrets)
    try {
      await writeConnection(loaded.file, loaded.digest, kept.draft)
    } catch (error) {
      await kept.undo()
      throw error
    }
    await this.#switchTo(await readOpenable(loaded.file))
  }

  async removeConnection(name: string): Promise<void> {
    const [loaded, workspace] = [this.#loaded, this.#workspace()]
    refuseUnlessWritable(loaded)
    this.#connection(name)
    if (workspace !== null) await eraseConnection(loaded.file, loaded.digest, { workspace, name })
    await this.#switchTo(await readOpenable(loaded.file))
  }

  /** Stops what is open, for good. Safe at any time. */
  async stop(): Promise<void> {
    this.#switches++
    this.#tests.close()
    await this.#stopEngine()
  }

  async #switchTo(loaded: Openable): Promise<void> {
    const mine = ++this.#switches
    const isNewest = (): boolean => mine === this.#switches
    this.#loaded = loaded
    this.#show('opening')
    await this.#stopEngine()
    if (!isNewest()) return
    if ('problems' in loaded.parsed) {
      const words = `${loaded.file} has ${countOf(loaded.parsed.problems.length)}`
      this.#show('failed', new AppError('WORKSPACE_INVALID', words), loaded.parsed.problems)
      return
    }
    const { workspace } = loaded.parsed
    const { snapshot } = loaded
    const make = this.#options.createEngine ?? createHostEngine
    const engine =
      snapshot === null
        ? make(workspace, this.#options)
        : createOfflineEngine(snapshot, workspace, this.#options)
    this.#open = { workspace, engine, snapshot: snapshot?.facts ?? null }
    this.#show('opening')
    try {
      await engine.start()
    } catch (error) {
      if (!isNewest()) return
      this.#options.logger.error({ err: error, file: loaded.file }, 'the workspace could not be started')
      this.#open = null
      this.#show('failed', error, problemsOf(error))
      return
    }
    if (!isNewest()) return
    if (workspace.folder !== demoFolder() && snapshot === null) {
      await this.#recent.add({ file: workspace.file, name: workspace.name, openedAt: Date.now() })
    }
    this.#show('open')
  }

  async #stopEngine(): Promise<void> {
    const open = this.#open
    await open?.engine.stop()
    if (this.#open === open) this.#open = null
  }

  #show(state: SessionView['state'], error: unknown = null, problems: readonly Problem[] = []): void {
    this.#state = state
    this.#error = error === null ? null : toErrorShape(error)
    this.#problems = problems
    this.#version++
    this.#changes.announce()
    this.#options.onChange?.(this.#view())
  }

  #view(): SessionView {
    return {
      version: this.#version,
      state: this.#state,
      file: this.#loaded?.file ?? null,
      error: this.#error,
      problems: [...this.#problems],
      recent: this.#recent.list(),
      folder: this.#folder,
    }
  }

  #workspace(): Workspace | null {
    const parsed = this.#loaded?.parsed
    return parsed !== undefined && 'workspace' in parsed ? parsed.workspace : null
  }

  #workspaceFolder(): string {
    return this.#loaded === null ? this.#folder : path.dirname(this.#loaded.file)
  }

  /** Also of a workspace that was read but would not start. */
  #connection(name: string): Connection {
    const found = this.#workspace()?.connections.find((connection) => connection.name === name)
    if (found === undefined) throw new AppError('CONNECTION_UNKNOWN', `there is no connection "${name}"`)
    return found
  }
}

/** @throws AppError ENGINE_NOT_RUNNING, SNAPSHOT_ONLY */
function refuseUnlessWritable(loaded: Openable | null): asserts loaded is Openable {
  if (loaded === null) throw new AppError('ENGINE_NOT_RUNNING', 'no workspace is open')
  if (loaded.snapshot !== null)
    throw new AppError('SNAPSHOT_ONLY', 'a snapshot is open, and nothing is written into it')
}

function countOf(problems: number): string {
  return problems === 1 ? 'a problem' : `${String(problems)} problems`
}

/** Problems that the start of an engine found, such as SQL that is wrong. */
function problemsOf(error: unknown): Problem[] {
  if (!(error instanceof AppError)) return []
  return problem.array().safeParse(error.details['problems']).data ?? []
}
