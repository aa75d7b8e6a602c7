/**
 * The first look at a message from a client, before oRPC reads it: size, text, JSON, shape. oRPC's adapters answer
 * nonsense with an unhandled rejection or a console line, so nonsense is stopped here. Pure; called by both transports.
 */
import { z } from 'zod'
import { limits } from '#contract/limits.ts'

/** A call (no `t`), or the abort of one (`t` 4). The contract has neither streams nor files, so nothing else passes. */
const clientMessage = z.union([
  z.strictObject({ i: z.string().min(1).max(64), t: z.literal(4), p: z.unknown().optional() }),
  z.strictObject({
    i: z.string().min(1).max(64),
    t: z.literal(1).optional(),
    p: z.strictObject({
      u: z
        .string()
        .regex(/^\/[\w/]*$/u)
        .max(256),
      b: z.unknown().optional(),
      h: z.strictObject({}).optional(),
      m: z.literal('POST').optional(),
    }),
  }),
])

/** Why a message is refused; null where it may pass. */
export type WireFault = 'too-large' | 'not-text' | 'malformed'

/** Checks one message of a client. `data` is what the transport delivered. */
export function findWireFault(data: unknown): WireFault | null {
  if (typeof data !== 'string') return 'not-text'
  if (data.length > limits.messageBytes || Buffer.byteLength(data) > limits.messageBytes) return 'too-large'
  return clientMessage.safeParse(parseJson(data)).success ? null : 'malformed'
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
