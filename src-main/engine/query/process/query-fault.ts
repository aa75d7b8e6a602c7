/** The error class of a query process; it reaches the pool as a StatementFault and becomes an AppError there. */
import type { ErrorCode } from '#contract/errors.ts'
import type { StatementFault } from '../process-messages.ts'

/** A fault of a statement or of the store; `offset` counts characters from the start of the SQL, null where unknown. */
export class QueryFault extends Error {
  readonly code: ErrorCode
  readonly offset: number | null

  constructor(code: ErrorCode, message: string, offset: number | null = null) {
    super(message)
    this.name = 'QueryFault'
    this.code = code
    this.offset = offset
  }

  /** As it travels. */
  toShape(): StatementFault {
    return { code: this.code, message: this.message, offset: this.offset }
  }
}

/** SQLite's primary result code of an error that node:sqlite threw; null for any other error. */
export function sqliteCode(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return null
  return error.errcode & 0xff
}
