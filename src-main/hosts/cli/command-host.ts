/**
 * What a command that runs an engine needs around it: log, state folder, ordered end. Main thread; made first by the
 * commands serve, run and open.
 */
import type { Logger } from '../../engine/engine-api.ts'
import { createFileLogger, createStderrLogger } from '../shared/logger.ts'
import { createShutdown, thisProcess } from '../shared/shutdown.ts'
import type { HostProcess, Shutdown } from '../shared/shutdown.ts'
import { stateFolder } from '../shared/state-folder.ts'
import { faultText } from './exit-code.ts'
import type { Output } from './output.ts'

/** What every command is given. */
export interface CommandContext {
  output: Output
  /** Log to stderr instead of the file. */
  isVerbose: boolean
}

/** See {@link startCommandHost}. */
export interface CommandHost {
  logger: Logger
  folder: string
  shutdown: Shutdown
  /** Resolves with the exit code when everything has stopped. */
  ended: Promise<number>
}

/** Listens for signals from now on. `process` is this process, but for its exit, which resolves `ended`. */
export function startCommandHost(
  context: CommandContext,
  makeProcess: (exit: (code: number) => void) => HostProcess = thisProcess,
): CommandHost {
  const folder = stateFolder()
  const logger = context.isVerbose ? createStderrLogger() : createFileLogger(folder).logger
  const { promise: ended, resolve } = Promise.withResolvers<number>()
  const shutdown = createShutdown({
    host: makeProcess(resolve),
    logger,
    report: (error) => {
      context.output.note(faultText(error))
    },
  })
  return { logger, folder, shutdown, ended }
}
