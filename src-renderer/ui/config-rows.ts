/** Configuration of a topic or broker as people look through it. Pure. */
import type { ConfigEntry } from '#contract/topics.ts'
import { formatBytes, formatDuration } from './format.ts'

/** Entries whose name or value holds the text, those that are set first, each group by name. */
export function configRows(
  entries: readonly ConfigEntry[],
  wanted: { search: string; onlySet: boolean },
): ConfigEntry[] {
  const search = wanted.search.trim().toLowerCase()
  return entries
    .filter(
      ({ name, value, isDefault }) =>
        (!wanted.onlySet || !isDefault) &&
        (name.toLowerCase().includes(search) || (value ?? '').toLowerCase().includes(search)),
    )
    .toSorted(
      (left, right) =>
        Number(left.isDefault) - Number(right.isDefault) || left.name.localeCompare(right.name),
    )
}

const places: Record<string, string> = {
  topic: 'set on the topic',
  broker: 'set on this broker',
  cluster: 'set for all brokers',
  static: 'in the broker’s file',
  default: 'default',
}

/** Where a value comes from, in words. */
export function configSource({ source }: ConfigEntry): string {
  return places[source] ?? source
}

/** The value in a second form that is easier to read: milliseconds as days, bytes as GB. Empty where there is none. */
export function configMeaning({ name, value }: ConfigEntry): string {
  if (value === null || !/^-?\d+$/.test(value)) return ''
  const number = Number(value)
  if (number < 0) return /\.(ms|bytes|messages)$/.test(name) ? 'no limit' : ''
  if (number >= 9.2e18) return 'no limit'
  if (name.endsWith('.ms') && number >= 1000) return formatDuration(number)
  if (name.endsWith('.bytes') && number >= 1000) return formatBytes(number)
  return ''
}
