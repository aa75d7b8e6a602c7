/**
 * Values of SQL results on the wire. JSON knows neither 64-bit integers, nor bytes, nor the difference between 5 and
 * 5.0, so those carry a tag; everything else is the plain JSON value. NULL is null and never the empty text.
 */
import { z } from 'zod'

/**
 * - `null`: NULL; `string`: TEXT; `number`: INTEGER within ±2^53, or a REAL with a fraction
 * - `{ i }`: INTEGER beyond ±2^53, as decimal digits
 * - `{ r }`: REAL without a fraction or not finite, as text ("5.0", "Infinity")
 * - `{ b, n }`: BLOB; base64 of its first bytes, and its size in bytes
 * - `{ t, n }`: TEXT cut for the screen; its first characters, and its size in bytes
 */
export const cell = z.union([
  z.null(),
  z.string(),
  z.number(),
  z.object({ i: z.string() }),
  z.object({ r: z.string() }),
  z.object({ b: z.string(), n: z.number() }),
  z.object({ t: z.string(), n: z.number() }),
])
export type Cell = z.infer<typeof cell>

/** Most bytes of one TEXT or BLOB cell that travel; the cell says its full size. */
export const cellBytes = 256 * 1024

/** A cell as a person reads it; NULL gives "NULL". `Blob` gives its size. */
export function cellText(value: Cell): string {
  if (value === null) return 'NULL'
  if (typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  if ('i' in value) return value.i
  if ('r' in value) return value.r
  if ('t' in value) return value.t
  return `blob of ${String(value.n)} bytes`
}

/** A cell as a number for charts, or null where it is none. 64-bit integers lose precision here, and only here. */
export function cellNumber(value: Cell): number | null {
  if (typeof value === 'number') return value
  if (value === null || typeof value === 'string') return null
  if ('i' in value) return Number(value.i)
  if ('r' in value) {
    const real = Number(value.r)
    return Number.isFinite(real) ? real : null
  }
  return null
}
