/**
 * The log: pino with a plain destination, to a file in the state folder or to stderr. Writes at once (few lines, and none
 * may be lost at exit). Main thread; made by a host, injected everywhere else.
 */
import { mkdirSync, renameSync, statSync } from 'node:fs'
import path from 'node:path'
import { pino } from 'pino'
import type { Logger } from '../../engine/engine-api.ts'

/** Size from which the log of the last start is put aside as penstock.log.1. */
const keptLogBytes = 8 * 1024 * 1024

/** Arguments of a program that could not be started may hold an address with a token. */
const redact = { paths: ['err.spawnargs'], remove: true }

/** Log that writes JSON lines to stderr. */
export function createStderrLogger(): Logger {
  return pino({ level: 'debug', base: null, redact }, pino.destination({ dest: 2, sync: true }))
}

/**
 * Log that appends JSON lines to penstock.log in `folder`, which is made when absent.
 * @returns the logger, and the absolute path of its file
 * @throws Error of the file system where the folder cannot be made or written
 */
export function createFileLogger(folder: string): { logger: Logger; file: string } {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = path.join(folder, 'penstock.log')
  putAside(file)
  const destination = pino.destination({ dest: file, sync: true, append: true })
  return { logger: pino({ level: 'info', base: { pid: process.pid }, redact }, destination), file }
}

function putAside(file: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  if (size > keptLogBytes) renameSync(file, `${file}.1`)
}
