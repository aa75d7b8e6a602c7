/** Turns whatever a call through the link throws into an AppError of the contract. Used by the reconnecting link only. */
import { ORPCError } from '@orpc/client'
import { AppError, errorShape, fromErrorShape } from '#contract/errors.ts'

/** True for the reason of an aborted AbortSignal, which must reach the caller as it is. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError'
}

/** The one error that means "no connection": thrown for calls that could not be sent or lost their answer. */
export function connectionLost(cause?: unknown): AppError {
  return new AppError('CONNECTION_LOST', 'The connection to the engine is cut.', { cause })
}

/** Thrown for every call once the host has refused this page. */
export function accessRefused(): AppError {
  return new AppError(
    'ACCESS_REFUSED',
    'Penstock does not accept this page: its access has ended or was never given.',
  )
}

/** An error of the server as an AppError: PENSTOCK carries the shape, a failed validation names the call. */
export function toAppError(error: unknown, path: readonly string[]): AppError {
  if (error instanceof AppError) return error
  if (error instanceof ORPCError) {
    const shape = errorShape.safeParse(error.data)
    if (shape.success) return fromErrorShape(shape.data)
    return new AppError('INTERNAL', `${path.join('.')}: ${error.message}`, { cause: error })
  }
  const message = error instanceof Error ? error.message : String(error)
  return new AppError('INTERNAL', `${path.join('.')}: ${message}`, { cause: error })
}
