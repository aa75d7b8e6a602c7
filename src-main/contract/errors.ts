/**
 * Every fault that reaches a person, as a closed set of codes with the next thing to do.
 * Engine, hosts and renderer share it; an error crosses the contract as `{ code, message, details }`.
 */
import { z } from 'zod'

export const errorCodes = [
  'WORKSPACE_NOT_FOUND',
  'WORKSPACE_INVALID',
  'SOURCE_UNREADABLE',
  'LOOKUP_UNREADABLE',
  'CONNECTION_UNKNOWN',
  'CONNECTION_FAILED',
  'CONNECTION_REFUSES_WRITES',
  'CONNECTION_IN_USE',
  'SECRET_MISSING',
  'SECRET_STORE_UNUSABLE',
  'KAFKA_FAILED',
  'SCHEMA_UNAVAILABLE',
  'SEARCH_INVALID',
  'STORE_IN_USE',
  'STORE_UNUSABLE',
  'STORE_FULL',
  'STORE_MISSING',
  'STORE_DAMAGED',
  'SNAPSHOT_FAILED',
  'SNAPSHOT_RUNNING',
  'SNAPSHOT_UNUSABLE',
  'SNAPSHOT_ONLY',
  'ENGINE_NOT_RUNNING',
  'ENGINE_FAILED',
  'THREAD_CRASHED',
  'QUERY_INVALID',
  'QUERY_REFUSED',
  'QUERY_CANCELLED',
  'QUERY_TIME_LIMIT',
  'QUERY_SIZE_LIMIT',
  'QUERY_MEMORY_LIMIT',
  'QUERY_PROCESS_LOST',
  'QUERY_QUEUE_FULL',
  'RESULT_GONE',
  'NOT_FOUND',
  'TOO_MANY_CALLS',
  'CONNECTION_LOST',
  'ACCESS_REFUSED',
  'STATE_UNUSABLE',
  'OUTPUT_FAILED',
  'USAGE',
  'INTERNAL',
] as const

export type ErrorCode = (typeof errorCodes)[number]

/** What to do next, by code, in general; {@link nextStepOf} says it of one error. Empty where the message already says it. */
export const nextSteps: Record<ErrorCode, string> = {
  WORKSPACE_NOT_FOUND: 'Give the path of a folder that holds penstock.yaml, or of the file itself.',
  WORKSPACE_INVALID: 'Correct the lines named and run `penstock check`.',
  SOURCE_UNREADABLE: 'Check that the file exists and can be read; reading goes on when it can.',
  LOOKUP_UNREADABLE: 'Correct the file; it is loaded again as soon as it changes.',
  CONNECTION_UNKNOWN: 'Use a name from `connections:` of the workspace.',
  CONNECTION_FAILED: 'Test the connection: the test says which step fails.',
  CONNECTION_REFUSES_WRITES: 'Write `writes: allowed` into the connection if this cluster may be written to.',
  CONNECTION_IN_USE: 'Remove what reads from it from penstock.yaml first.',
  SECRET_MISSING: 'Set the environment variable, or keep the secret with `penstock secret set`.',
  SECRET_STORE_UNUSABLE: 'Set PENSTOCK_SECRET_KEY, or use environment variables for secrets.',
  KAFKA_FAILED: '',
  SCHEMA_UNAVAILABLE: 'Check the registry address and its credentials; ingest goes on when it answers.',
  SEARCH_INVALID: 'Correct the filter.',
  STORE_IN_USE: 'Stop the other Penstock, or query its store with `penstock query`.',
  STORE_UNUSABLE: 'Move the store file away to start afresh, or restore it from a copy.',
  STORE_FULL: 'Free space or raise the limit; ingest goes on by itself.',
  STORE_MISSING: 'Start the workspace with `penstock serve` or `penstock run` first.',
  STORE_DAMAGED:
    'A workspace that runs sets the file aside and begins a new store. Otherwise move the file away before you start it.',
  SNAPSHOT_FAILED: 'One that was there before is still whole. Correct the cause and take it again.',
  SNAPSHOT_RUNNING: 'Wait for it, or cancel it.',
  SNAPSHOT_UNUSABLE: 'Give a file that `penstock snapshot` or the console has written.',
  SNAPSHOT_ONLY: 'Open the workspace itself for that.',
  ENGINE_NOT_RUNNING: 'Start the workspace again.',
  ENGINE_FAILED: 'See the last events; restart Penstock if it does not recover.',
  THREAD_CRASHED: 'It is restarted by itself and goes on from the last committed position.',
  QUERY_INVALID: 'Correct the statement.',
  QUERY_REFUSED: 'Queries only read. Use SELECT, WITH, VALUES or EXPLAIN.',
  QUERY_CANCELLED: '',
  QUERY_TIME_LIMIT: 'Narrow the statement, or raise the time limit for this run.',
  QUERY_SIZE_LIMIT: 'The rows so far can be read. Narrow the statement or add LIMIT.',
  QUERY_MEMORY_LIMIT: 'Group or sort fewer rows, or narrow the statement with WHERE.',
  QUERY_PROCESS_LOST: 'Run it again.',
  QUERY_QUEUE_FULL: 'Wait for running statements or cancel some.',
  RESULT_GONE: 'Run the statement again.',
  NOT_FOUND: '',
  TOO_MANY_CALLS: 'Wait for running calls to end.',
  CONNECTION_LOST: 'It is restored by itself as soon as Penstock answers again.',
  ACCESS_REFUSED: 'Open the address that Penstock printed when it started.',
  STATE_UNUSABLE: 'Name a folder that can be written with PENSTOCK_STATE.',
  OUTPUT_FAILED: 'Free space, or write to another place.',
  USAGE: '',
  INTERNAL: 'See the log; this is a fault of Penstock.',
}

export interface AppErrorOptions {
  details?: Record<string, unknown>
  cause?: unknown
}

/** The one error class that crosses module boundaries. `details` is plain JSON, never a secret. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly details: Record<string, unknown>

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.details = options.details ?? {}
  }
}

/** Shape of an error once it has crossed a boundary (contract, thread, process). */
export const errorShape = z.object({
  code: z.enum(errorCodes),
  message: z.string(),
  details: z.record(z.string(), z.unknown()),
})
export type ErrorShape = z.infer<typeof errorShape>

/** Any thrown value as an error shape; unknown faults become INTERNAL with their own words. */
export function toErrorShape(error: unknown): ErrorShape {
  if (error instanceof AppError) return { code: error.code, message: error.message, details: error.details }
  const message = error instanceof Error ? error.message : String(error)
  return { code: 'INTERNAL', message, details: {} }
}

/** What to do next about one error, with the names that its details hold; empty where its message already says it. */
export function nextStepOf({ code, details }: Pick<ErrorShape, 'code' | 'details'>): string {
  const { connection, secret } = details
  if (code === 'CONNECTION_FAILED' && typeof connection === 'string')
    return `Test it with \`penstock connect ${connection}\` or in Connections: the test says which step fails.`
  if (code === 'SECRET_MISSING' && typeof secret === 'string')
    return `Keep it with \`penstock secret set ${secret}\`, or type it into the connection's form.`
  return nextSteps[code]
}

/** The inverse of {@link toErrorShape} on the receiving side. */
export function fromErrorShape(shape: ErrorShape): AppError {
  return new AppError(shape.code, shape.message, { details: shape.details })
}

/** Compile-time exhaustiveness for switches; throws if reached at run time. */
export function assertNever(value: never): never {
  throw new AppError('INTERNAL', `unexpected value ${JSON.stringify(value)}`)
}
