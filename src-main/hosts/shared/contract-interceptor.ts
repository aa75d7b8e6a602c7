/**
 * What surrounds every handler of the contract: the client's call limit, and the translation of every fault into the
 * contract's one typed error. Main thread; used by each transport when it makes its oRPC handler.
 */
import { ORPCError, ValidationError } from '@orpc/server'
import { AppError, toErrorShape } from '#contract/errors.ts'
import type { ErrorShape } from '#contract/errors.ts'
import type { Logger } from '../../engine/engine-api.ts'
import type { CallLimit } from './call-limit.ts'

/** What a transport knows of the client of a call. */
export interface ClientContext {
  calls: CallLimit
}

interface Call {
  context: ClientContext
  path: readonly string[]
  signal?: AbortSignal | undefined
  next(): Promise<unknown>
}

/**
 * Options for oRPC's handlers on any transport.
 * - AppError and unknown faults become `PENSTOCK` with an ErrorShape; unknown ones are logged with their stack
 * - input that the contract refuses stays `BAD_REQUEST`, with a message that names the call, the field and the fault
 */
export function contractHandlerOptions(logger: Logger): {
  clientInterceptors: ((call: Call) => Promise<unknown>)[]
} {
  return { clientInterceptors: [(call) => answer(call, logger)] }
}

async function answer(call: Call, logger: Logger): Promise<unknown> {
  try {
    call.signal?.throwIfAborted()
    return await call.context.calls.run(() => call.next())
  } catch (error) {
    if (call.signal?.aborted === true) throw error
    throw asContractError(error, call.path.join('.'), logger)
  }
}

function asContractError(error: unknown, name: string, logger: Logger): ORPCError<string, unknown> {
  if (isContractError(error)) {
    if (error.code === 'BAD_REQUEST') return badRequest(error, name)
    if (error.code === 'PENSTOCK') return error
  }
  if (!(error instanceof AppError)) logger.error({ err: error, call: name }, 'call failed')
  return penstockError(toShape(error, name))
}

function isContractError(error: unknown): error is ORPCError<string, unknown> {
  return error instanceof ORPCError
}

function toShape(error: unknown, name: string): ErrorShape {
  if (!isContractError(error)) return toErrorShape(error)
  const words = validationWords(error.cause)
  return {
    code: 'INTERNAL',
    message: `${name}: ${error.message}${words === '' ? '' : `: ${words}`}`,
    details: {},
  }
}

function penstockError(shape: ErrorShape): ORPCError<string, ErrorShape> {
  return new ORPCError('PENSTOCK', { defined: true, status: 422, message: shape.message, data: shape })
}

function badRequest(error: ORPCError<string, unknown>, name: string): ORPCError<string, unknown> {
  const words = validationWords(error.cause)
  const message = `${name}: ${words === '' ? error.message : words}`
  return new ORPCError('BAD_REQUEST', { message, data: error.data, cause: error.cause })
}

function validationWords(cause: unknown): string {
  if (!(cause instanceof ValidationError)) return ''
  return cause.issues
    .map((issue) => {
      const path = (issue.path ?? [])
        .map((part) => String(typeof part === 'object' ? part.key : part))
        .join('.')
      return path === '' ? issue.message : `${path}: ${issue.message}`
    })
    .join('; ')
}
