/**
 * The log: pino with a plain destination, to a file in the state folder or to stderr. Writes at once (few lines, and none
 * may be lost at exit). Main thread; made by a host, injected everywhere else.
 */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { pino } from 'pino'
import { AppError } from '#contract/errors.ts'
import type { Logger } from '../../engine/engine-api.ts'
import { LogFile } from './log-file.ts'

/** What stderr could not take is kept for its next line, up to this. */
const waitingLogBytes = 1024 * 1024

/** Arguments of a program that could not be started may hold an address with a token. */
const redact = { paths: ['err.spawnargs'], remove: true }

/** Log that writes JSON lines to stderr. Where that cannot be written (a full disk) there is nobody to tell, and work goes on. */
export function createStderrLogger(): Logger {
  const destination = pino.destination({ dest: 2, sync: true, maxLength: waitingLogBytes })
  destination.on('error', () => undefined)
  return pino({ level: 'debug', base: null, redact }, destination)
}

/**
 * Log that appends JSON lines to penstock.log in `folder`, which is made when absent.
 * @returns the logger, and the absolute path of its file
 * @throws AppError STATE_UNUSABLE
 */
export function createFileLogger(folder: string): { logger: Logger; file: string } {
  const file = path.join(folder, 'penstock.log')
  const destination = openLog(folder, file)
  return { logger: pino({ level: 'info', base: { pid: process.pid }, redact }, destination), file }
}

function openLog(folder: string, file: string): LogFile {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    return new LogFile(file)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new AppError('STATE_UNUSABLE', `the state folder ${folder} cannot be used: ${reason}`, {
      cause: error,
    })
  }
}
