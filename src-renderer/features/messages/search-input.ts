/** What a person types into the search, read: partitions, offsets, spans and points of time. Pure. */
import { formatDateTime, type TimeZone } from '../../ui/format-time.ts'

/** The value that was meant, or what is wrong with the text. */
export type Reading<T> = { value: T } | { problem: string }

const mostPartition = 2_147_483_647
const mostListed = 100_000

/** Partitions such as "0, 2, 5-9"; null for all of them: nothing typed, or "all". */
export function readPartitions(text: string): Reading<number[] | null> {
  const trimmed = text.trim().toLowerCase()
  if (trimmed === '' || trimmed === 'all') return { value: null }
  const found = new Set<number>()
  for (const part of trimmed.split(/[\s,;]+/).filter((piece) => piece !== '')) {
    const [, from = '', to = from] = /^(\d{1,10})(?:-(\d{1,10}))?$/.exec(part) ?? []
    const first = Number(from)
    const last = Number(to)
    if (from === '' || last < first || last > mostPartition)
      return { problem: `“${part}” is no partition: write numbers such as 0, 2, 5-9` }
    if (found.size + last - first >= mostListed)
      return { problem: `More than ${String(mostListed)} partitions` }
    for (let partition = first; partition <= last; partition += 1) found.add(partition)
  }
  return { value: [...found].sort((left, right) => left - right) }
}

/** An offset; thousands separators may be left in. */
export function readOffset(text: string): Reading<string> {
  const digits = text.replaceAll(/[\s,_]/g, '')
  if (/^\d{1,19}$/.test(digits)) return { value: digits.replace(/^0+(?=\d)/, '') }
  return { problem: digits === '' ? 'An offset is needed' : `“${text.trim()}” is no offset` }
}

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  sec: 1000,
  second: 1000,
  seconds: 1000,
  m: 60_000,
  min: 60_000,
  minute: 60_000,
  minutes: 60_000,
  h: 3_600_000,
  hour: 3_600_000,
  hours: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
  days: 86_400_000,
}

/** A span such as "5 min", "2h 30m", "1 d", in milliseconds. */
export function readSpan(text: string): Reading<number> {
  const trimmed = text
    .trim()
    .toLowerCase()
    .replace(/\s*ago$/, '')
  const problem = trimmed === '' ? 'A span is needed, such as 5 min' : `“${text.trim()}” is no span: write 30 s, 5 min, 2 h or 1 d` // prettier-ignore
  if (!/^(\d+(\.\d+)?\s*[a-z]+\s*)+$/.test(trimmed)) return { problem }
  let total = 0
  for (const [, amount, unit] of trimmed.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/g)) {
    const ms = unitMs[unit ?? '']
    if (ms === undefined) return { problem }
    total += Number(amount) * ms
  }
  return { value: Math.round(total) }
}

interface TimeContext {
  /** Milliseconds since 1970 UTC. */
  now: number
  /** The clock that a time without a zone is read from. */
  zone: TimeZone
}

const datePattern = /^(\d{4})-(\d{2})-(\d{2})/
const timePattern = /(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,3}))?)?\s*(z|utc|[+-]\d{2}:?\d{2})?$/i

/**
 * A point in time: "2026-11-23 14:07:31", "14:07" of today, with "Z" or "+02:00" where another zone than the person's is
 * meant, or milliseconds since 1970.
 */
export function readTime(text: string, { now, zone }: TimeContext): Reading<number> {
  const trimmed = text.trim()
  if (/^\d{11,14}$/.test(trimmed)) return { value: Number(trimmed) }
  const date = datePattern.exec(trimmed)
  const rest = date === null ? trimmed : trimmed.slice(10).replace(/^[T\s]+/i, '')
  const time = rest === '' && date !== null ? ['', '0', '00'] : timePattern.exec(rest)
  const isWhole = time !== null && (rest === '' || rest.length === (time[0] ?? '').length)
  if (!isWhole)
    return {
      problem: trimmed === '' ? 'A time is needed, such as 14:07 or 2026-11-23 14:07:31' : `“${trimmed}” is no time`,
    } // prettier-ignore
  const day = date === null ? formatDateTime(now, zone).slice(0, 10) : date[0]
  const [, hour = '', minute = '', second = '00', fraction = '0', offset = ''] = time
  const clock = `${hour.padStart(2, '0')}:${minute}:${second}.${fraction.padEnd(3, '0')}`
  const at = Date.parse(`${day}T${clock}${suffixOf(offset, zone)}`)
  return Number.isNaN(at) ? { problem: `“${trimmed}” is no time` } : { value: at }
}

/** What ISO 8601 wants at the end of a time: nothing stands for the machine's own zone. */
function suffixOf(offset: string, zone: TimeZone): string {
  if (/^(z|utc)$/i.test(offset)) return 'Z'
  if (offset !== '') return offset.includes(':') ? offset : `${offset.slice(0, 3)}:${offset.slice(3)}`
  return zone === 'utc' ? 'Z' : ''
}
