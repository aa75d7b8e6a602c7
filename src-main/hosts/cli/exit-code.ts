/** What the CLI ends with and says when a command fails. Pure; called by main.ts and the commands. */
import { nextStepOf, toErrorShape } from '#contract/errors.ts'
import { OutputClosed } from './output.ts'

/** Exit codes of every command; signals add 128. */
export const exitCodes = { ok: 0, failure: 1, usage: 2 } as const

/** Exit code for a thrown value. A reader that has gone is no failure. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof OutputClosed) return exitCodes.ok
  return toErrorShape(error).code === 'USAGE' ? exitCodes.usage : exitCodes.failure
}

/** What to tell the person about a thrown value: what failed, and what to do; empty where there is nothing to say. */
export function faultText(error: unknown): string {
  if (error instanceof OutputClosed) return ''
  const shape = toErrorShape(error)
  const next = shape.code === 'USAGE' ? 'See --help.' : nextStepOf(shape)
  return `penstock: ${shape.message}${next === '' ? '' : `\n${next}`}`
}
