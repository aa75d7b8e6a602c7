/**
 * `penstock connect`: tests a connection of a workspace step by step and says which step failed and what to try next.
 * Called by program.ts.
 */
import { AppError } from '#contract/errors.ts'
import type { ConnectionStep } from '#contract/connections.ts'
import { openSteps } from '../../../engine/connections/open-steps.ts'
import { testConnection } from '../../../engine/connections/test-connection.ts'
import { TestSteps } from '../../../engine/connections/test-steps.ts'
import { formatProblems } from '../../../workspace/format-problems.ts'
import { loadWorkspace } from '../../../workspace/load.ts'
import { EncryptedFileStore } from '../../shared/secrets/encrypted-file.ts'
import { startCommandHost } from '../command-host.ts'
import type { CommandContext } from '../command-host.ts'
import { exitCodeOf, exitCodes, faultText } from '../exit-code.ts'
import type { Output } from '../output.ts'

/** Options of {@link connectCommand}. */
export interface ConnectOptions {
  /** Name of the connection. */
  name: string
  /** Absolute path of the workspace. */
  workspace: string
}

/** @returns exit code: 1 where a step failed */
export async function connectCommand(options: ConnectOptions, context: CommandContext): Promise<number> {
  const { output } = context
  const loaded = await loadWorkspace(options.workspace)
  if ('problems' in loaded) {
    output.note(formatProblems(loaded.problems))
    return exitCodes.failure
  }
  const { connections } = loaded.workspace
  const connection = connections.find(({ name }) => name === options.name)
  if (connection === undefined) {
    const names = connections.map(({ name }) => name).join(', ')
    const others = names === '' ? 'it has none' : `it has ${names}`
    throw new AppError(
      'CONNECTION_UNKNOWN',
      `${loaded.workspace.file} has no connection ${options.name}; ${others}`,
    )
  }
  const host = startCommandHost(context)
  const printer = new StepPrinter(output)
  const steps = new TestSteps((view) => {
    printer.show(view)
  })
  const sources = {
    secrets: new EncryptedFileStore({ stateFolder: host.folder }),
    environment: process.env,
  }
  testConnection(connection, sources, steps, host.shutdown.signal)
    .then(() => printer.end())
    .then(
      (hasFailed) => host.shutdown.end(hasFailed ? exitCodes.failure : exitCodes.ok),
      (error: unknown) => {
        const words = faultText(error)
        if (words !== '') output.note(words)
        return host.shutdown.end(exitCodeOf(error))
      },
    )
    .catch((error: unknown) => {
      host.logger.error({ err: error }, 'the command could not end')
    })
  return host.ended
}

/** Writes each step once, in order, as soon as nothing can change it: while one address is tried another may follow. */
class StepPrinter {
  readonly #output: Output
  #steps: readonly ConnectionStep[] = []
  #printed = 0
  #written: Promise<void> = Promise.resolve()

  constructor(output: Output) {
    this.#output = output
  }

  show(steps: readonly ConnectionStep[]): void {
    this.#steps = steps
    const isOpened = steps.some(({ name, state }) => name === 'metadata' && state !== 'pending')
    for (let step = steps[this.#printed]; step !== undefined; step = steps[this.#printed]) {
      const isFinal = step.state !== 'pending' && step.state !== 'running'
      if (!isFinal || (isOpenStep(step) && !isOpened)) return
      const text = stepText(step)
      this.#printed += 1
      this.#written = this.#written.then(() => this.#output.write(text))
      // Whoever waits for the end is told.
      this.#written.catch(() => undefined)
    }
  }

  /** @returns whether a step failed */
  async end(): Promise<boolean> {
    await this.#written
    return this.#steps.some(({ state }) => state === 'failed')
  }
}

function isOpenStep({ name }: ConnectionStep): boolean {
  return openSteps.some((one) => one === name)
}

const words: Record<ConnectionStep['state'], string> = {
  pending: '',
  running: '',
  passed: 'ok',
  failed: 'FAILED',
  skipped: '-',
}

/** `ok       connect        127.0.0.1:9092 (3 ms)`; what failed is told below it. */
export function stepText({ name, state, detail, error, advice, ms }: ConnectionStep): string {
  const time = ms === null || state === 'skipped' ? '' : ` (${String(Math.round(ms))} ms)`
  const line = `${words[state].padEnd(8)} ${name.padEnd(14)} ${detail}${time}`.trimEnd()
  const below = [error, advice].filter((text) => text !== '').flatMap((text) => text.split('\n'))
  return [line, ...below.map((text) => `${' '.repeat(24)}${text}`)].map((text) => `${text}\n`).join('')
}
