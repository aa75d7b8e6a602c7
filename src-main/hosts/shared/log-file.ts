/**
 * The file of the log: lines are appended at once, and one that has grown large is put aside as FILE.1. Several processes may
 * write to the same one. Main thread; made by logger.ts, written by pino.
 */
import { closeSync, fstatSync, openSync, renameSync, statSync, writeSync } from 'node:fs'

/** Size from which the file is put aside. */
export const keptLogBytes = 8 * 1024 * 1024

/** What of the file system is used; tests give their own. */
export interface LogFiles {
  writeSync(descriptor: number, bytes: Uint8Array): number
}

/** See the head of the file. A log that cannot be written stops nothing: what is left out is counted, and told by the next line. */
export class LogFile {
  readonly #file: string
  readonly #files: LogFiles
  #descriptor: number
  #bytes: number
  #left = 0
  #reason = ''
  #isCut = false

  /** @throws Error of the file system where it cannot be opened */
  constructor(file: string, files: LogFiles = { writeSync }) {
    this.#file = file
    this.#files = files
    this.#descriptor = open(file)
    this.#bytes = fstatSync(this.#descriptor).size
    if (this.#bytes > keptLogBytes) this.#putAside()
  }

  /** Appends a line, which ends with a line end. */
  write(line: string): void {
    try {
      if (this.#left > 0) this.#append(this.#leftOut())
      this.#left = 0
      this.#append(line)
    } catch (error) {
      this.#left += 1
      this.#reason = reasonOf(error)
    }
    if (this.#bytes > keptLogBytes) this.#putAside()
  }

  #leftOut(): string {
    const told = { level: 40, time: Date.now(), pid: process.pid, lines: this.#left, reason: this.#reason }
    return `${JSON.stringify({ ...told, msg: 'lines were left out, as the log could not be written' })}\n`
  }

  #append(line: string): void {
    const bytes = Buffer.from(this.#isCut ? `\n${line}` : line)
    for (let done = 0; done < bytes.length;) {
      const written = this.#files.writeSync(this.#descriptor, bytes.subarray(done))
      done += written
      this.#bytes += written
      this.#isCut = done < bytes.length
    }
  }

  /** Another process may have done it already. Where it cannot be done, it is tried again when as much has been written again. */
  #putAside(): void {
    try {
      const named = statSync(this.#file, { throwIfNoEntry: false })
      if (named?.ino === fstatSync(this.#descriptor).ino) renameSync(this.#file, `${this.#file}.1`)
      const before = this.#descriptor
      this.#descriptor = open(this.#file)
      closeSync(before)
      this.#bytes = fstatSync(this.#descriptor).size
    } catch {
      this.#bytes = 0
    }
  }
}

function open(file: string): number {
  return openSync(file, 'a', 0o600)
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
