/** Connection tests that run or have run a short while ago, for the contract's long polls. Main thread; one per session. */
import { randomUUID } from 'node:crypto'
import { AppError, nextSteps, toErrorShape } from '#contract/errors.ts'
import type { ConnectionTest } from '#contract/connections.ts'
import type { Logger } from '../../engine/engine-api.ts'
import type { SecretSources } from '../../engine/connections/resolve-settings.ts'
import { testConnection } from '../../engine/connections/test-connection.ts'
import { TestSteps } from '../../engine/connections/test-steps.ts'
import type { Connection } from '../../workspace/model.ts'
import { Changes } from '../../engine/signals/changes.ts'

interface KeptTest {
  view: ConnectionTest
  changes: Changes
  controller: AbortController
}

/** Tests kept; the oldest one makes room, and is stopped where it still runs. */
const mostKept = 16

export class ConnectionTests {
  readonly #logger: Logger
  readonly #tests = new Map<string, KeptTest>()

  constructor(logger: Logger) {
    this.#logger = logger
  }

  /** Begins a test; returns at once. */
  start(connection: Connection, sources: SecretSources): ConnectionTest {
    const id = randomUUID()
    const test: KeptTest = {
      view: { id, version: 1, done: false, steps: [] },
      changes: new Changes(),
      controller: new AbortController(),
    }
    const show = (change: Partial<ConnectionTest>): void => {
      test.view = { ...test.view, ...change, version: test.view.version + 1 }
      test.changes.announce()
    }
    this.#makeRoom()
    this.#tests.set(id, test)
    const steps = new TestSteps((view) => {
      show({ steps: view })
    })
    testConnection(connection, sources, steps, test.controller.signal)
      .catch((error: unknown) => {
        this.#logger.error({ err: error }, 'a connection test could not be run')
        const { message } = toErrorShape(error)
        steps.fail('secrets', { error: message, advice: nextSteps.INTERNAL })
      })
      .finally(() => {
        show({ done: true })
      })
    return test.view
  }

  /** @throws AppError NOT_FOUND */
  async watch(id: string, after: number | null, signal?: AbortSignal): Promise<ConnectionTest> {
    const test = this.#tests.get(id)
    if (test === undefined) throw new AppError('NOT_FOUND', 'this connection test is not kept any more')
    if (after !== null && after >= test.view.version && !test.view.done) await test.changes.next(signal)
    return test.view
  }

  /** @returns false where it does not run any more */
  stop(id: string): boolean {
    const test = this.#tests.get(id)
    if (test === undefined || test.view.done) return false
    test.controller.abort(new Error('the connection test was stopped'))
    return true
  }

  /** Stops all. */
  close(): void {
    for (const id of this.#tests.keys()) this.stop(id)
  }

  #makeRoom(): void {
    for (const id of [...this.#tests.keys()].slice(0, Math.max(0, this.#tests.size - mostKept + 1))) {
      this.stop(id)
      this.#tests.delete(id)
    }
  }
}
