/** A logger that keeps what it is told, for tests of the hosts. */
import type { Logger } from '../../../src-main/engine/engine-api.ts'

/** The logger, and its lines as "level message". */
export interface FakeLogger extends Logger {
  readonly lines: string[]
}

/** Makes a logger with no lines. */
export function createFakeLogger(): FakeLogger {
  const lines: string[] = []
  const keep =
    (level: string) =>
    (_fields: object, message: string): void => {
      lines.push(`${level} ${message}`)
    }
  return { lines, debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error') }
}
