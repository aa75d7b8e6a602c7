/**
 * A statement met a damaged page: the store is read through in a process of its own before it is given up. One check at a time.
 * Main process.
 */
import type { EnginePorts } from './engine-api.ts'
import { type StartedProcess, startSnapshotProcess } from './snapshots/snapshot-process.ts'

export class DamageCheck {
  readonly #storeFile: string
  readonly #ports: Pick<EnginePorts, 'entries' | 'logger'>
  #running: StartedProcess | null = null

  constructor(storeFile: string, ports: Pick<EnginePorts, 'entries' | 'logger'>) {
    this.#storeFile = storeFile
    this.#ports = ports
  }

  /** Does nothing while a check is under way. @param found told what is wrong with the store, where something is */
  start(found: (fault: string) => Promise<void>): void {
    if (this.#running !== null) return
    const { entries, logger } = this.#ports
    const order = { kind: 'check' as const, storeFile: this.#storeFile }
    this.#running = startSnapshotProcess(entries.snapshotProcess, order, () => undefined)
    this.#running.result
      .then(async (result) => {
        const fault = result.kind === 'checked' ? result.faults[0] : undefined
        if (fault !== undefined) await found(fault)
      })
      .catch((error: unknown) => {
        logger.error({ err: error }, 'the store could not be read through')
      })
      .finally(() => {
        this.#running = null
      })
  }

  async stop(): Promise<void> {
    await this.#running?.kill()
  }
}
