/**
 * SQL functions that rollups need beyond SQLite's own: sums of squares, sketches, windows of time zones. Known to the store's
 * connection and to the scratch database only; what is stored can be read without them. Store thread.
 */
import { DistinctSketch } from './sketches/distinct-sketch.ts'
import { QuantileSketch } from './sketches/quantile-sketch.ts'
import { Squares } from './squares.ts'
import { ZoneTime } from './zone-time.ts'

/** The slice of an SQLite connection that takes functions. */
export interface FunctionHost {
  function(
    name: string,
    options: { deterministic: boolean },
    call: (...values: unknown[]) => unknown,
  ): unknown
  aggregate<State>(
    name: string,
    options: {
      deterministic: boolean
      start: () => State
      step: (state: State, ...values: unknown[]) => void
      result: (state: State) => unknown
    },
  ): unknown
}

const deterministic = true

/** Makes the functions known; once per connection. */
export function defineRollupFunctions(database: FunctionHost): void {
  defineSquares(database)
  defineSketch(
    database,
    'distinct',
    () => new DistinctSketch(),
    (sketch, value, low) => {
      const isValue = typeof value === 'number' || typeof value === 'string' || value instanceof Uint8Array
      if (isValue) sketch.add(value, Number(low))
    },
  )
  defineSketch(
    database,
    'quantiles',
    () => new QuantileSketch(),
    (sketch, value) => {
      if (typeof value === 'number') sketch.add(value)
    },
  )
  database.function('penstock_distinct_count', { deterministic }, (bytes) =>
    bytes instanceof Uint8Array ? BigInt(DistinctSketch.read(bytes).count()) : 0n,
  )
  database.function('penstock_quantile', { deterministic }, (bytes, share) =>
    bytes instanceof Uint8Array ? QuantileSketch.read(bytes).quantile(Number(share)) : null,
  )
  defineWindows(database)
}

function defineSquares(database: FunctionHost): void {
  database.aggregate('penstock_squares', {
    deterministic,
    start: () => new Squares(),
    step: (squares, value) => {
      if (typeof value === 'number') squares.add(value)
    },
    result: ({ squares }) => squares,
  })
  database.aggregate('penstock_merged_squares', {
    deterministic,
    start: () => new Squares(),
    step: (all, count, sum, squares) => {
      all.merge(Number(count), Number(sum), Number(squares))
    },
    result: ({ squares }) => squares,
  })
}

interface Sketch {
  mergeBytes(bytes: Uint8Array): void
  toBytes(): Buffer
}

/** Takes one value of a row, where it counts. */
type AddValue<Kind> = (sketch: Kind, value: unknown, low: unknown) => void

/** Three functions of a sketch: over rows, over sketches, of two sketches. NULL without values. */
function defineSketch<Kind extends Sketch>(
  database: FunctionHost,
  kind: 'distinct' | 'quantiles',
  make: () => Kind,
  add: AddValue<Kind>,
): void {
  const start = (): { sketch: Kind | null } => ({ sketch: null })
  const result = ({ sketch }: { sketch: Kind | null }): Buffer | null => sketch?.toBytes() ?? null
  database.aggregate(`penstock_${kind}`, {
    deterministic,
    start,
    step: (state, value, low) => {
      if (value !== null) add((state.sketch ??= make()), value, low)
    },
    result,
  })
  database.aggregate(`penstock_${kind}_union`, {
    deterministic,
    start,
    step: (state, bytes) => {
      if (bytes instanceof Uint8Array) (state.sketch ??= make()).mergeBytes(bytes)
    },
    result,
  })
  database.function(`penstock_${kind}_merge`, { deterministic }, (one, other) => {
    if (!(one instanceof Uint8Array)) return other
    if (!(other instanceof Uint8Array)) return one
    const sketch = make()
    sketch.mergeBytes(one)
    sketch.mergeBytes(other)
    return sketch.toBytes()
  })
}

function defineWindows(database: FunctionHost): void {
  const zones = new Map<string, ZoneTime>()
  const zoneOf = (name: unknown): ZoneTime => {
    const key = String(name)
    const known = zones.get(key)
    if (known !== undefined) return known
    const zone = new ZoneTime(key)
    zones.set(key, zone)
    return zone
  }
  database.function('penstock_window_start', { deterministic }, (at, every, zone) =>
    at === null ? null : BigInt(zoneOf(zone).windowStart(Number(at), Number(every))),
  )
  database.function('penstock_window_earlier', { deterministic }, (at, steps, every, zone) => {
    const start = at === null ? null : zoneOf(zone).earlier(Number(at), Number(steps), Number(every))
    return start === null ? null : BigInt(start)
  })
  database.function('penstock_window_shift', { deterministic }, (start, steps, every, zone) =>
    start === null ? null : BigInt(zoneOf(zone).shift(Number(start), Number(steps), Number(every))),
  )
}
