/**
 * Where commands write: results to stdout, with its pace; words to stderr. The only place of the CLI that touches the
 * process's streams. Main thread; made by main.ts, handed to every command.
 */
import { AppError } from '#contract/errors.ts'

/** A pipe's reader has gone (`| head`): nothing that is written can be read any more. */
export class OutputClosed extends Error {
  constructor() {
    super('nobody reads the output any more')
    this.name = 'OutputClosed'
  }
}

/** What a command writes with. */
export interface Output {
  /**
   * Writes to stdout and waits until there is room for more.
   * @throws OutputClosed when the reader has gone; AppError OUTPUT_FAILED where it cannot be written
   */
  write(text: string): Promise<void>
  /** Writes a line of words to stderr. */
  note(line: string): void
  /** Writes to stderr without a line end, for a question. */
  prompt(text: string): void
  /** Resolves when every note has been written. */
  flush(): Promise<void>
  /** Whether stdout is a terminal. */
  readonly isTerminal: boolean
}

/** The part of a stream that is used. */
export interface OutputStream {
  write(text: string, done: (error?: Error | null) => void): boolean
  on(event: 'error', listener: (error: Error) => void): unknown
  readonly isTTY?: boolean
}

/** Output to a process's streams. A reader that has gone ends the command, not the process. */
export function createOutput(stdout: OutputStream, stderr: OutputStream): Output {
  // Errors reach the callback of each write; without a listener the stream would throw them as well.
  stdout.on('error', () => undefined)
  stderr.on('error', () => undefined)
  let notes: Promise<void> = Promise.resolve()
  const say = (text: string): void => {
    const written = new Promise<void>((resolve) => {
      stderr.write(text, () => {
        resolve()
      })
    })
    notes = Promise.all([notes, written]).then(() => undefined)
  }
  return {
    isTerminal: stdout.isTTY === true,
    write: (text) =>
      new Promise((resolve, reject) => {
        stdout.write(text, (error) => {
          if (error === null || error === undefined) resolve()
          else reject(isClosed(error) ? new OutputClosed() : failed(error))
        })
      }),
    note(line) {
      say(`${line}\n`)
    },
    prompt: say,
    flush: () => notes,
  }
}

function failed(error: Error): AppError {
  return new AppError('OUTPUT_FAILED', `the output cannot be written: ${error.message}`, { cause: error })
}

function isClosed(error: Error): boolean {
  const code = 'code' in error ? error.code : undefined
  return code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED' || code === 'EOF' || code === 'ECONNRESET'
}
