/** Values with a form of their own in penstock.yaml: amounts with units, paths, timestamp formats. Used by schema.ts. */
import { z } from 'zod'
import { parseJsonPath } from '../columns/json-path.ts'
import { checkTimestampFormat } from '../columns/timestamp.ts'
import { parseCount, parseDurationMs, parseSizeBytes } from './units.ts'

/** What a check says through zod, for issues.ts to put into the problem. */
export interface IssueParams {
  hint: string
  /** Characters into the text where the fault is. */
  offset?: number
  /** The key inside the value that is at fault. */
  key?: string
  /** Keys inside the value of which one is missing; a misspelt one is told instead. */
  missing?: readonly string[]
}

/** The slice of zod's context that a form needs. */
interface IssueSink {
  issues: { push(issue: { code: 'custom'; message: string; input: unknown; params: IssueParams }): unknown }
}

/** Reports one fault of a value that has the right type. */
export function reject(sink: IssueSink, input: unknown, message: string, params: IssueParams): never {
  sink.issues.push({ code: 'custom', message, input, params })
  return z.NEVER
}

/** A strict map. zod's message for unknown keys carries the known ones, from which issues.ts suggests the nearest. */
export function map<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? Object.keys(shape).join(' ') : undefined),
  })
}

/** Text with something in it. */
export const words = z.string().check((context) => {
  if (context.value.trim() === '') reject(context, context.value, 'is empty', { hint: '' })
})

/** A file path; relative ones are relative to the workspace file. */
export const filePath = words.check((context) => {
  if (context.value.includes('\0'))
    reject(context, context.value, 'holds a NUL character, which no path can', { hint: 'remove \\0' })
  if (!/^~(?:[/\\]|$)/.test(context.value)) return
  reject(context, context.value, '~ is not expanded', {
    hint: 'write the whole path, or one relative to this file',
  })
})

/** A path into a JSON value, as segments. */
export const jsonPath = z.string().transform((text, context) => {
  const parsed = parseJsonPath(text)
  if ('path' in parsed) return parsed.path
  return reject(context, text, `not a path: ${parsed.message}`, { hint: '', offset: parsed.offset })
})

/** A strptime-like format. */
export const timestampFormat = z.string().check((context) => {
  const problem = checkTimestampFormat(context.value)
  if (problem !== null) reject(context, context.value, `not a timestamp format: ${problem}`, { hint: '' })
})

/** A number of rows: `5000000`, `250k` or `5M`. */
export const rowCount = z
  .union([z.number().int().min(1).max(1e12), z.string()], { error: 'must be a number of rows' })
  .transform((value, context) => {
    const count = typeof value === 'number' ? value : parseCount(value)
    if (count !== null && count >= 1 && count <= 1e12) return count
    return reject(context, value, `${JSON.stringify(value)} is no number of rows`, {
      hint: 'for example 5000000 or 5M',
    })
  })

/** A span of time with its unit: `90s`, `24h`, `7d`. In milliseconds. */
export const duration = z
  .union([z.string(), z.number()], { error: 'must be a time with its unit' })
  .transform((value, context) => {
    const ms = typeof value === 'string' ? parseDurationMs(value) : null
    if (ms !== null && ms >= 1) return ms
    const hint =
      typeof value === 'number'
        ? `add the unit: ${String(value)}s, ${String(value)}m, ${String(value)}h or ${String(value)}d`
        : 'for example 90s, 15m, 24h or 7d'
    return reject(context, value, `${JSON.stringify(value)} is no time with its unit`, { hint })
  })

/** A size with its unit, powers of 1000: `512MB`, `4GB`, or of 1024: `4GiB`. In bytes, at least one megabyte. */
export const size = z
  .union([z.string(), z.number()], { error: 'must be a size with its unit' })
  .transform((value, context) => {
    const bytes = typeof value === 'string' ? parseSizeBytes(value) : null
    if (bytes === null) {
      return reject(context, value, `${JSON.stringify(value)} is no size with its unit`, {
        hint: 'for example 512MB or 4GB',
      })
    }
    if (bytes >= 1_000_000) return bytes
    return reject(context, value, 'the store needs at least 1MB', { hint: 'for example 512MB or 4GB' })
  })
