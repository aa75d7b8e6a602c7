/**
 * The connections of the workspace that is open: tested, and changed in its file with their secrets. Whoever asked opens the
 * file again. Main thread.
 */
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { ConnectionDraft, ConnectionTest } from '#contract/connections.ts'
import { AppError } from '#contract/errors.ts'
import type { Logger } from '../../engine/engine-api.ts'
import { draftOfConnection, fileOfDraft } from '../../workspace/connection-draft.ts'
import { newWorkspaceText } from '../../workspace/edit.ts'
import { workspaceFileName } from '../../workspace/load.ts'
import type { Connection, Workspace } from '../../workspace/model.ts'
import { ConnectionTests } from './connection-tests.ts'
import type { Openable } from './openable.ts'
import { createFile } from './replace-file.ts'
import type { SecretStore } from './secrets/secret-store.ts'
import { connectionOfDraft, eraseConnection, keepSecrets, writeConnection } from './session-connections.ts'

/** What the session lends them. */
export interface OpenConnectionsPorts {
  secrets: SecretStore
  logger: Logger
  /** Absolute folder that relative paths are taken from where nothing is open. */
  folder: string
  /** What is open, also where it would not start. */
  loaded: () => Openable | null
}

export class OpenConnections {
  readonly #ports: OpenConnectionsPorts
  readonly #tests: ConnectionTests

  constructor(ports: OpenConnectionsPorts) {
    this.#ports = ports
    this.#tests = new ConnectionTests(ports.logger)
  }

  test(input: { name: string } | { draft: ConnectionDraft }): ConnectionTest {
    const environment = process.env
    const { secrets: store } = this.#ports
    if ('name' in input)
      return this.#tests.start(this.#connection(input.name), { secrets: store, environment })
    const { connection, secrets } = connectionOfDraft(input.draft, this.#workspaceFolder(), store)
    return this.#tests.start(connection, { secrets, environment })
  }

  watchTest(id: string, after: number | null, signal?: AbortSignal): Promise<ConnectionTest> {
    return this.#tests.watch(id, after, signal)
  }

  stopTest(id: string): boolean {
    return this.#tests.stop(id)
  }

  draft(name: string): ConnectionDraft {
    return draftOfConnection(this.#connection(name), this.#workspaceFolder())
  }

  /** Makes a workspace with this connection. @returns its folder. @throws AppError USAGE */
  async create(request: { folder: string; connection: ConnectionDraft }): Promise<string> {
    const { connection } = request
    const { secrets } = this.#ports
    const folder = path.resolve(this.#ports.folder, request.folder)
    const file = path.join(folder, workspaceFileName)
    connectionOfDraft(connection, folder, secrets)
    const kept = await keepSecrets(connection, null, secrets)
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
    return folder
  }

  /** @returns the file that was written. @throws AppError ENGINE_NOT_RUNNING, SNAPSHOT_ONLY, and as writeConnection */
  async save(draft: ConnectionDraft): Promise<string> {
    const { file, digest } = this.#writable()
    const { secrets } = this.#ports
    const before = this.#workspace()?.connections.find(({ name }) => name === draft.name) ?? null
    connectionOfDraft(draft, path.dirname(file), secrets)
    const kept = await keepSecrets(draft, before, secrets)
    try {
      await writeConnection(file, digest, kept.draft)
    } catch (error) {
      await kept.undo()
      throw error
    }
    return file
  }

  /** @returns the file that was written. @throws AppError as {@link save}, CONNECTION_UNKNOWN, CONNECTION_IN_USE */
  async remove(name: string): Promise<string> {
    const { file, digest } = this.#writable()
    this.#connection(name)
    const workspace = this.#workspace()
    if (workspace !== null) await eraseConnection(file, digest, { workspace, name })
    return file
  }

  close(): void {
    this.#tests.close()
  }

  #writable(): Openable {
    const loaded = this.#ports.loaded()
    if (loaded === null) throw new AppError('ENGINE_NOT_RUNNING', 'no workspace is open')
    if (loaded.snapshot !== null)
      throw new AppError('SNAPSHOT_ONLY', 'a snapshot is open, and nothing is written into it')
    return loaded
  }

  #workspace(): Workspace | null {
    const parsed = this.#ports.loaded()?.parsed
    return parsed !== undefined && 'workspace' in parsed ? parsed.workspace : null
  }

  #workspaceFolder(): string {
    const loaded = this.#ports.loaded()
    return loaded === null ? this.#ports.folder : path.dirname(loaded.file)
  }

  /** Also of a workspace that was read but would not start. */
  #connection(name: string): Connection {
    const found = this.#workspace()?.connections.find((connection) => connection.name === name)
    if (found === undefined) throw new AppError('CONNECTION_UNKNOWN', `there is no connection "${name}"`)
    return found
  }
}
