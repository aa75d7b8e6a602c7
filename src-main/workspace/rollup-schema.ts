/** The form of `rollups:` in penstock.yaml. What measures mean is planned by the engine, which knows the tables' columns. */
import { z } from 'zod'
import { duration, map, reject, words } from './forms.ts'

const dayMs = 86_400_000
/** Sliding windows that one record may be in. */
const mostOverlaps = 1000

const zone = z.string().check((context) => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: context.value })
  } catch {
    // The one way to ask whether a zone is known is to use it.
    reject(context, context.value, `${JSON.stringify(context.value)} is no time zone`, {
      hint: 'for example Europe/Zurich or UTC',
    })
  }
})

const window = map({
  every: duration.describe('Width of a window, for example 1m, 1h or 1d; with over, how often one begins.'),
  over: duration
    .optional()
    .describe('Makes windows slide: each one covers so much time. A multiple of every. Default: every.'),
  on: z.string().describe('Timestamp column that says in which window a row is.'),
  zone: zone.optional().describe('Time zone in which days and hours begin. Default UTC.'),
}).check((context) => {
  const { every, over } = context.value
  if (every < 1000 || every % 1000 !== 0) {
    reject(context, context.value, 'a window has whole seconds', { hint: 'for example 10s', key: 'every' })
  }
  if (every < dayMs ? dayMs % every !== 0 : every % dayMs !== 0) {
    const hint = 'for example 10s, 1m, 5m, 15m, 1h, 6h, 1d or 7d'
    reject(context, context.value, 'windows must fill a day evenly, or last whole days', {
      hint,
      key: 'every',
    })
  }
  if (over === undefined) return
  if (over % every !== 0) {
    reject(context, context.value, 'over is no multiple of every', {
      hint: 'for example every: 5m, over: 1h',
      key: 'over',
    })
  }
  if (over / every > mostOverlaps) {
    const message = `a record would be in ${String(over / every)} windows; the most is ${String(mostOverlaps)}`
    reject(context, context.value, message, { hint: 'make every longer, or over shorter', key: 'over' })
  }
})

const by = z.union([words.transform((name) => [name]), z.array(words).max(32)], {
  error: 'must be a column, or a list of columns',
})

/** One entry of `rollups:`. */
export const rollup = map({
  from: words.describe('Table, or other rollup, whose rows are aggregated.'),
  window: window.optional().describe('Span of event time that makes a row. Default: all time.'),
  by: by.optional().describe('Columns to group by.'),
  measures: z
    .record(z.string(), words)
    .check((context) => {
      if (Object.keys(context.value).length > 0) return
      reject(context, context.value, 'there are no measures', { hint: 'for example flights: count(*)' })
    })
    .describe(
      'Aggregates by name, for example avg(delay) filter (where delay > 0). From a rollup: names of its measures.',
    ),
  retain: map({ age: duration.describe('How long to keep windows after their end, for example 90d.') })
    .optional()
    .describe('What to keep; older windows are removed and counted. Default: everything.'),
}).check((context) => {
  if (context.value.retain === undefined || context.value.window !== undefined) return
  reject(context, context.value, 'without windows nothing grows old', {
    hint: 'remove retain, or add window',
    key: 'retain',
  })
})

export type RollupFile = z.output<typeof rollup>
