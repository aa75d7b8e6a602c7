/** Points in time as people read them, in local time or UTC. Pure; times are milliseconds since 1970 UTC. */

/** Which clock the person reads: that of the machine, or UTC. */
export type TimeZone = 'local' | 'utc'

/** Smallest part shown. */
export type TimePrecision = 'minute' | 'second' | 'millisecond'

interface Parts {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  second: number
  millisecond: number
}

function partsOf(at: number, zone: TimeZone): Parts {
  const date = new Date(at)
  if (zone === 'utc') {
    return {
      year: date.getUTCFullYear(),
      month: date.getUTCMonth() + 1,
      day: date.getUTCDate(),
      hour: date.getUTCHours(),
      minute: date.getUTCMinutes(),
      second: date.getUTCSeconds(),
      millisecond: date.getUTCMilliseconds(),
    }
  }
  return {
    year: date.getFullYear(),
    month: date.getMonth() + 1,
    day: date.getDate(),
    hour: date.getHours(),
    minute: date.getMinutes(),
    second: date.getSeconds(),
    millisecond: date.getMilliseconds(),
  }
}

const pad = (value: number, width = 2): string => String(value).padStart(width, '0')

/** 14:07:31, or to the minute or millisecond. */
export function formatTime(at: number, zone: TimeZone, precision: TimePrecision = 'second'): string {
  if (!isTime(at)) return String(at)
  const { hour, minute, second, millisecond } = partsOf(at, zone)
  const head = `${pad(hour)}:${pad(minute)}`
  if (precision === 'minute') return head
  if (precision === 'second') return `${head}:${pad(second)}`
  return `${head}:${pad(second)}.${pad(millisecond, 3)}`
}

/** 2026-11-23. */
export function formatDate(at: number, zone: TimeZone): string {
  if (!isTime(at)) return String(at)
  const { year, month, day } = partsOf(at, zone)
  return `${pad(year, 4)}-${pad(month)}-${pad(day)}`
}

/** 2026-11-23 14:07:31. */
export function formatDateTime(at: number, zone: TimeZone, precision: TimePrecision = 'second'): string {
  if (!isTime(at)) return String(at)
  return `${formatDate(at, zone)} ${formatTime(at, zone, precision)}`
}

/** The time alone where it is of the same day as `now`, else with its date. */
export function formatMoment(
  at: number,
  now: number,
  zone: TimeZone,
  precision: TimePrecision = 'second',
): string {
  const isSameDay = isTime(at) && formatDate(at, zone) === formatDate(now, zone)
  return isSameDay ? formatTime(at, zone, precision) : formatDateTime(at, zone, precision)
}

/** Name of the zone beside a time: "UTC", or the machine's own, for example "UTC+1". */
export function zoneName(at: number, zone: TimeZone): string {
  if (zone === 'utc') return 'UTC'
  const minutes = -new Date(at).getTimezoneOffset()
  if (minutes === 0) return 'UTC+0'
  const sign = minutes < 0 ? '−' : '+'
  const hours = Math.floor(Math.abs(minutes) / 60)
  const rest = Math.abs(minutes) % 60
  return `UTC${sign}${String(hours)}${rest === 0 ? '' : `:${pad(rest)}`}`
}

/** Numbers beyond what a Date holds (±8.64e15 ms) are no times and are shown as they are. */
function isTime(at: number): boolean {
  return Number.isFinite(at) && Math.abs(at) <= 8.64e15
}
