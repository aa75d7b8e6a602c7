/**
 * What a host has open: nothing yet, a workspace with its engine, or one that would not start. Switching stops the engine
 * before and starts the next; the contract's router asks here for each call. Main thread; one per host that has a console.
 */
import path from 'node:path'
import { AppError } from '#contract/errors.ts'
import type { ConnectionDraft, ConnectionTest } from '#contract/connections.ts'
import type { SessionView } from '#contract/session.ts'
import { ChangeRetry, mayPass } from './change-retry.ts'
import { FileChanges } from './file-changes.ts'
import type { Engine } from '../../engine/engine-api.ts'
import { changeBetween } from '../../workspace/changes.ts'
import { hasSameStore, lossesOf } from '../../workspace/losses.ts'
import type { Workspace } from '../../workspace/model.ts'
import { createHostEngine, createOfflineEngine } from './host-engine.ts'
import type { HostPorts } from './host-engine.ts'
import { OpenConnections } from './open-connections.ts'
import { type Openable, readOpenable } from './openable.ts'
import { demoFolder } from './package-root.ts'
import { RecentWorkspaces } from './recent-workspaces.ts'
import type { SecretStore } from './secrets/secret-store.ts'
import type { OpenWorkspace, SessionPort } from './session-port.ts'
import { SessionStatus } from './session-status.ts'
import { storedVersion } from './stored-losses.ts'
import { invalidFile, isInvalid, isRefusal, refusalOf } from './version-refusal.ts'

/** Options of {@link WorkspaceSession}. */
export interface WorkspaceSessionOptions extends HostPorts {
  secrets: SecretStore
  /** Absolute folder that relative paths are taken from; the current folder by default. */
  folder?: string
  /** Makes an engine; tests give their own. */
  createEngine?: (workspace: Workspace, ports: HostPorts) => Engine
  /** Milliseconds between two looks at the workspace's file; a second by default. */
  lookMs?: number
  /** Milliseconds before a change that could not be made is tried again for the first time; 5 seconds by default. */
  retryMs?: number
  /** Told after each change of what is open. */
  onChange?: (view: SessionView) => void
}

export class WorkspaceSession implements SessionPort {
  readonly #options: WorkspaceSessionOptions
  readonly #folder: string
  readonly #recent: RecentWorkspaces
  readonly #status = new SessionStatus()
  readonly #connections: OpenConnections
  #loaded: Openable | null = null
  #open: OpenWorkspace | null = null
  /** A changed file that would lose something, not applied yet. */
  #pending: { loaded: Openable; losses: string[] } | null = null
  #file: FileChanges | null = null
  /** Digest of the version that was tried last and did not start. */
  #refused = ''
  /** A version that is right and could not be taken over yet. */
  readonly #retry: ChangeRetry
  /** Changes that are being made in the engine that runs. */
  #changing = 0
  /** Grows with each switch; one that is not the newest any more has no say. */
  #switches = 0

  constructor(options: WorkspaceSessionOptions) {
    this.#options = options
    this.#folder = options.folder ?? process.cwd()
    this.#recent = new RecentWorkspaces(options.stateFolder, options.logger)
    this.#retry = new ChangeRetry((error) => {
      options.logger.error({ err: error }, 'the changed file could not be tried again')
    }, options.retryMs)
    this.#connections = new OpenConnections({
      ...{ secrets: options.secrets, logger: options.logger, folder: this.#folder },
      loaded: () => this.#loaded,
    })
  }

  current(): OpenWorkspace {
    if (this.#open !== null) return this.#open
    const words =
      this.#status.state === 'failed' ? 'the workspace could not be started' : 'no workspace is open'
    throw new AppError('ENGINE_NOT_RUNNING', words)
  }

  async watch(after: number | null, signal?: AbortSignal): Promise<SessionView> {
    await this.#status.newerThan(after, signal)
    return this.#view()
  }

  /**
   * Opens a workspace or a snapshot in place of what is open, or tries one again. Resolves when its engine runs or has failed.
   * Where its file was changed while nothing ran, and that would lose something of what its store holds, the version that
   * filled the store starts, and the changed file waits to be applied.
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
    return this.open(await this.#connections.create(request))
  }

  testConnection(input: { name: string } | { draft: ConnectionDraft }): Promise<ConnectionTest> {
    return Promise.resolve(this.#connections.test(input))
  }

  watchTest(id: string, after: number | null, signal?: AbortSignal): Promise<ConnectionTest> {
    return this.#connections.watchTest(id, after, signal)
  }

  stopTest(id: string): boolean {
    return this.#connections.stopTest(id)
  }

  connectionDraft(name: string): ConnectionDraft {
    return this.#connections.draft(name)
  }

  async saveConnection(draft: ConnectionDraft): Promise<void> {
    await this.#switchTo(await readOpenable(await this.#connections.save(draft)))
  }

  async removeConnection(name: string): Promise<void> {
    await this.#switchTo(await readOpenable(await this.#connections.remove(name)))
  }

  async apply(): Promise<SessionView> {
    const pending = this.#pending
    if (pending !== null) await this.#switchTo(pending.loaded, pending.losses)
    else if (!(await this.#retry.now())) throw new AppError('USAGE', 'no changed file waits to be applied')
    return this.#view()
  }

  /** Stops what is open, for good. Safe at any time. */
  async stop(): Promise<void> {
    this.#switches++
    this.#connections.close()
    this.#file?.stop()
    this.#retry.clear()
    await this.#stopEngine()
  }

  /** The file became another one: it is applied where nothing is lost by that, and else waits to be. */
  async #fileChanged(before: Openable): Promise<void> {
    const loaded = await readOpenable(before.file)
    const open = this.#open
    if (loaded.digest === this.#refused) return
    // Saved again after another one it is tried again.
    this.#refused = ''
    this.#retry.clear()
    if (open === null || this.#loaded !== before || loaded.digest === before.digest) {
      const isSaid = this.#pending !== null || this.#status.hasError
      this.#pending = null
      if (isSaid && this.#status.state === 'open') this.#show('open')
      return
    }
    const [waiting, switches] = [this.#pending, this.#switches]
    const isSame = waiting?.loaded.digest === loaded.digest
    if (!isSame) this.#pending = null
    if ('problems' in loaded.parsed) {
      this.#show('open', invalidFile(loaded.file, loaded.parsed.problems))
      return
    }
    // The file is looked at again once that has been made; what begins everything anew does not wait for it.
    const begins = changeBetween(open.workspace, loaded.parsed.workspace) === null
    if (this.#changing > 0 && !begins) return
    const refusal = await refusalOf(open.engine, loaded.parsed.workspace)
    if (this.#loaded !== before || this.#open !== open || this.#switches !== switches) return
    if (refusal !== null) {
      this.#pending = null
      this.#refuse(refusal, loaded, () => this.#fileChanged(before))
      return
    }
    const losses = isSame ? waiting.losses : lossesOf(open.workspace, loaded.parsed.workspace)
    if (losses.length === 0) await this.#switchTo(loaded)
    else {
      this.#pending = { loaded, losses }
      this.#show('open')
    }
  }

  /** What runs runs on; where what keeps the version back may pass it is tried again. */
  #refuse(error: Error, { digest, file }: Openable, again: () => Promise<void>): void {
    if (mayPass(error)) {
      this.#retry.wait({ digest, kind: 'automatic', attempt: again })
      this.#options.logger.warn({ file }, `the changed file is not in use yet: ${error.message}`)
    }
    this.#show('open', error)
  }

  #watchFile(loaded: Openable): void {
    this.#file?.stop()
    this.#file = null
    if (loaded.snapshot !== null) return
    this.#file = new FileChanges(loaded.file, () => {
      this.#fileChanged(loaded).catch((error: unknown) => {
        this.#options.logger.error({ err: error, file: loaded.file }, 'the changed file could not be applied')
      })
    })
    this.#file.start(this.#options.lookMs)
  }

  /**
   * Goes over to another workspace, or to another version of the same. Then its store goes on, and where the new version
   * does not start the one before does again.
   * @param accepted losses that a person agreed to
   */
  async #switchTo(wanted: Openable, accepted: readonly string[] = []): Promise<void> {
    const mine = ++this.#switches
    const isNewest = (): boolean => mine === this.#switches
    const before =
      this.#open === null || this.#loaded === null ? null : { ...this.#open, loaded: this.#loaded }
    const goesOn = before !== null && isSuccessor(before.workspace, wanted)
    const retry = (): Promise<void> => this.#switchTo(wanted, accepted)
    this.#pending = null
    this.#retry.clear()
    if (goesOn && 'workspace' in wanted.parsed) {
      const change = { loaded: wanted, workspace: wanted.parsed.workspace, again: retry }
      const isDone = await this.#changeRunning(before, change)
      if (isDone || !isNewest()) return
    }
    this.#loaded = wanted
    if (!goesOn) this.#file?.stop()
    this.#show('opening')
    await this.#stopEngine(goesOn)
    if (!isNewest()) return
    const loaded = goesOn ? wanted : this.#withoutLosses(wanted, accepted)
    this.#loaded = loaded
    if ('problems' in loaded.parsed) {
      this.#show('failed', invalidFile(loaded.file, loaded.parsed.problems))
      return
    }
    const failure = await this.#startEngine(loaded, loaded.parsed.workspace, { goesOn, isNewest })
    if (!isNewest()) return
    if (failure === null) return this.#opened(loaded, loaded.parsed.workspace)
    this.#options.logger.error({ err: failure, file: loaded.file }, 'the workspace could not be started')
    // Another Penstock has the store: what waits is for that one to apply.
    if (failure instanceof AppError && failure.code === 'STORE_IN_USE') this.#pending = null
    if (goesOn) {
      this.#loaded = before.loaded
      const again = await this.#startEngine(before.loaded, before.workspace, { goesOn, isNewest })
      if (!isNewest()) return
      if (again === null) {
        this.#refused = loaded.digest
        this.#watchFile(before.loaded)
        // All of it stops for a try, so that a person says when.
        if (!isInvalid(failure)) this.#retry.wait({ digest: loaded.digest, kind: 'manual', attempt: retry })
        this.#show('open', failure)
        return
      }
    }
    this.#show('failed', failure)
  }

  /**
   * The version to start: the one that filled the store where the wanted one would lose something that nobody agreed to; then
   * that one waits.
   */
  #withoutLosses(wanted: Openable, accepted: readonly string[]): Openable {
    if ('problems' in wanted.parsed || wanted.snapshot !== null) return wanted
    const stored = storedVersion(wanted.parsed.workspace, (err, file) => {
      this.#options.logger.warn({ err, file }, 'the version that filled the store could not be read')
    })
    if (stored === null || stored.losses.every((loss) => accepted.includes(loss))) return wanted
    this.#pending = { loaded: wanted, losses: stored.losses }
    return stored.loaded
  }

  /**
   * Goes over to another version while what did not change runs on.
   * @param again makes the same change once more
   * @returns whether that is settled: the version runs, or is refused and the one before runs on
   */
  async #changeRunning(
    open: OpenWorkspace & { loaded: Openable },
    { loaded, workspace, again }: { loaded: Openable; workspace: Workspace; again: () => Promise<void> },
  ): Promise<boolean> {
    const { engine, snapshot } = open
    const isOpen = (): boolean => this.#open?.engine === engine && this.#status.state !== 'opening'
    this.#changing++
    try {
      if (!(await engine.change(workspace))) return false
      if (!isOpen()) return true
      this.#open = { workspace, engine, snapshot }
      this.#loaded = loaded
      await this.#opened(loaded, workspace)
      return true
    } catch (error) {
      if (!isOpen()) return true
      if (!isRefusal(error)) {
        this.#options.logger.error(
          { err: error, file: loaded.file },
          'the change could not be made while it ran',
        )
        return false
      }
      this.#refused = loaded.digest
      this.#watchFile(this.#loaded ?? open.loaded)
      this.#refuse(error, loaded, again)
      return true
    } finally {
      this.#changing--
    }
  }

  /** @returns why the engine did not start, or null where it runs */
  async #startEngine(
    { snapshot }: Openable,
    workspace: Workspace,
    { goesOn, isNewest }: { goesOn: boolean; isNewest: () => boolean },
  ): Promise<Error | null> {
    const make = this.#options.createEngine ?? createHostEngine
    const engine =
      snapshot === null
        ? make(workspace, this.#options)
        : createOfflineEngine(snapshot, workspace, this.#options)
    this.#open = { workspace, engine, snapshot: snapshot?.facts ?? null }
    this.#show('opening')
    try {
      await engine.start({ goesOn })
      return null
    } catch (error) {
      if (isNewest()) this.#open = null
      return error instanceof Error ? error : new Error(String(error))
    }
  }

  async #opened(loaded: Openable, workspace: Workspace): Promise<void> {
    if (workspace.folder !== demoFolder() && loaded.snapshot === null) {
      await this.#recent.add({ file: workspace.file, name: workspace.name, openedAt: Date.now() })
    }
    this.#refused = ''
    this.#watchFile(loaded)
    this.#show('open')
  }

  async #stopEngine(keepsStore = false): Promise<void> {
    const open = this.#open
    await open?.engine.stop({ keepsStore })
    if (this.#open === open) this.#open = null
  }

  #show(state: SessionView['state'], error: unknown = null): void {
    this.#status.set(state, error)
    this.#options.onChange?.(this.#view())
  }

  #view(): SessionView {
    return {
      ...this.#status.view(),
      file: this.#loaded?.file ?? null,
      pending: this.#pending === null ? null : { losses: this.#pending.losses },
      retry: this.#retry.kind,
      recent: this.#recent.list(),
      folder: this.#folder,
    }
  }
}

/** Whether a workspace is another version of the one that is open, with the same store. */
function isSuccessor(before: Workspace, { parsed, snapshot }: Openable): boolean {
  return snapshot === null && 'workspace' in parsed && hasSameStore(before, parsed.workspace)
}
