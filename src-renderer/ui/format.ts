/** Numbers, sizes, durations and times as people read them; the same words in every view. Pure. */

/** Stands for a figure that is not known: never a zero that was not measured. */
export const unknownFigure = '–'

/** A figure in two parts, so that a card can set its unit smaller. */
export interface Figure {
  value: string
  unit: string
}

const grouping = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** Whole number with thousands separators: 12,345. */
export function formatNumber(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return unknownFigure
  return grouping.format(value)
}

/** Decimal digits of any length with thousands separators, for 64-bit offsets that no number holds. */
export function groupDigits(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+(?!\d))/g, ',')
}

/** Up to three digits: one decimal below 100 where there is one, none from there on. */
function short(value: number): string {
  const rounded = Math.abs(value) < 99.95 ? Math.round(value * 10) / 10 : Math.round(value)
  return String(rounded)
}

/** Divides by `base` until three digits are left in front, also after rounding; says how often. */
function scale(value: number, base: number, units: readonly string[]): { scaled: number; unit: string } {
  let scaled = value
  let index = 0
  while (Math.abs(scaled) >= base - 0.5 && index < units.length - 1) {
    scaled /= base
    index += 1
  }
  return { scaled, unit: units[index] ?? '' }
}

/** Short number: 812 · 24.1k · 1.2M · 3B. */
export function formatCompact(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return unknownFigure
  const { scaled, unit } = scale(value, 1000, ['', 'k', 'M', 'B', 'T'])
  return `${short(scaled)}${unit}`
}

/** Short rate: 0.7/s · 24.1k/s. */
export function formatRate(perSecond: number | null): string {
  return perSecond === null ? unknownFigure : `${formatCompact(perSecond)}/s`
}

/** Short rate of a change with its sign: +1.2k/s · −300/s · 0/s. */
export function formatChange(perSecond: number | null): string {
  if (perSecond === null || !Number.isFinite(perSecond)) return unknownFigure
  const size = formatRate(Math.abs(perSecond))
  if (size === '0/s') return size
  return `${perSecond > 0 ? '+' : '−'}${size}`
}

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

/** Size with its unit apart, powers of 1000: 162 B · 3.4 MB. */
export function bytesFigure(bytes: number | null): Figure {
  if (bytes === null || !Number.isFinite(bytes)) return { value: unknownFigure, unit: '' }
  const { scaled, unit } = scale(bytes, 1000, byteUnits)
  return { value: unit === 'B' ? String(Math.round(scaled)) : short(scaled), unit }
}

/** Size in bytes: 162 B · 3.4 MB · 1.2 GB. */
export function formatBytes(bytes: number | null): string {
  return join(bytesFigure(bytes))
}

/** Bytes per second: 3.4 MB/s. */
export function formatByteRate(bytesPerSecond: number | null): string {
  const figure = bytesFigure(bytesPerSecond)
  return figure.unit === '' ? figure.value : `${figure.value} ${figure.unit}/s`
}

/** Measured time with its unit apart: 0.42 ms · 8.2 ms · 84 ms · 1.3 s · 4.5 min · 3.2 h · 12 d. */
export function millisecondsFigure(ms: number | null): Figure {
  if (ms === null || !Number.isFinite(ms)) return { value: unknownFigure, unit: '' }
  const size = Math.abs(ms)
  if (size < 0.995) return { value: String(Math.round(ms * 100) / 100), unit: 'ms' }
  if (size < 9.95) return { value: short(ms), unit: 'ms' }
  if (size < 999.5) return { value: String(Math.round(ms)), unit: 'ms' }
  if (size < 99_950) return { value: short(ms / 1000), unit: 's' }
  if (size < 99.95 * 60_000) return { value: short(ms / 60_000), unit: 'min' }
  if (size < 99.95 * 3_600_000) return { value: short(ms / 3_600_000), unit: 'h' }
  return { value: short(ms / 86_400_000), unit: 'd' }
}

/** Measured time: 84 ms · 1.3 s. */
export function formatMilliseconds(ms: number | null): string {
  return join(millisecondsFigure(ms))
}

/** Span of time in whole units, at most two: 12 s · 9 min · 2 h 5 min · 3 d 4 h. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  if (seconds < 60) return `${String(seconds)} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${String(minutes)} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return two(hours, 'h', minutes % 60, 'min')
  return two(Math.floor(hours / 24), 'd', hours % 24, 'h')
}

const spanUnits = [
  { ms: 86_400_000, unit: 'd' },
  { ms: 3_600_000, unit: 'h' },
  { ms: 60_000, unit: 'min' },
  { ms: 1000, unit: 's' },
] as const

/** A span that was declared, exactly, in the largest unit that it is whole in: 90 s · 5 min · 1 h · 7 d. */
export function formatSpan(ms: number): string {
  const { ms: size, unit } = spanUnits.find((candidate) => ms !== 0 && ms % candidate.ms === 0) ?? {
    ms: 1,
    unit: 'ms',
  }
  return `${formatNumber(ms / size)} ${unit}`
}

function two(large: number, largeUnit: string, small: number, smallUnit: string): string {
  const head = `${String(large)} ${largeUnit}`
  return small === 0 ? head : `${head} ${String(small)} ${smallUnit}`
}

/** How long ago: "now" within two seconds, else "4 s ago"; "in 4 s" for what is ahead. */
export function formatAgo(at: number, now: number): string {
  const distance = now - at
  if (Math.abs(distance) < 2000) return 'now'
  return distance > 0 ? `${formatDuration(distance)} ago` : `in ${formatDuration(-distance)}`
}

/** Share 0..1 as percent: 24.8 % · 0.003 %; small shares keep one significant digit, so that few is not none. */
export function formatPercent(share: number | null): string {
  return join(percentFigure(share))
}

/** Share 0..1 as percent with the sign apart. */
export function percentFigure(share: number | null): Figure {
  if (share === null || !Number.isFinite(share)) return { value: unknownFigure, unit: '' }
  const percent = share * 100
  if (percent !== 0 && Math.abs(percent) < 0.05) {
    return { value: Math.abs(percent) < 0.001 ? '<0.001' : String(Number(percent.toPrecision(1))), unit: '%' }
  }
  return { value: short(percent), unit: '%' }
}

/** "1 row", "12,345 rows". */
export function formatCount(value: number, one: string, many = `${one}s`): string {
  return `${formatNumber(value)} ${value === 1 ? one : many}`
}

/** A short number of things with their word: "18.2k groups", "1 group". */
export function formatCompactCount(value: number, one: string, many = `${one}s`): string {
  return `${formatCompact(value)} ${value === 1 ? one : many}`
}

function join(figure: Figure): string {
  return figure.unit === '' ? figure.value : `${figure.value} ${figure.unit}`
}
