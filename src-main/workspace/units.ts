/** Amounts as people write them in penstock.yaml: `5M` rows, `24h`, `4GB`. Pure functions, used by the schema. */

const durations: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const sizes: Readonly<Record<string, number>> = {
  ...{ b: 1, kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12 },
  ...{ kib: 1024, mib: 1024 ** 2, gib: 1024 ** 3, tib: 1024 ** 4 },
}
const sizeUnits = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const
const counts: Readonly<Record<string, number>> = { '': 1, k: 1000, K: 1000, M: 1_000_000 }
const amountForm = /^([0-9]+(?:\.[0-9]+)?) ?([A-Za-z]*)$/

/** Milliseconds of `90s`, `1.5h` or `7d`; null where it is no duration. A number without a unit is none. */
export function parseDurationMs(text: string): number | null {
  return parseAmount(text, (unit) => durations[unit])
}

/** Bytes of `512MB` or `4GB`, powers of 1000, or of `512MiB`, powers of 1024; null where it is no size. */
export function parseSizeBytes(text: string): number | null {
  return parseAmount(text, (unit) => sizes[unit.toLowerCase()])
}

/** Number of `5000000`, `250k` or `5M`; null where it is no count. */
export function parseCount(text: string): number | null {
  return parseAmount(text, (unit) => counts[unit])
}

/** Bytes as people read them, powers of 1000 as everywhere in the console: "4 GB", "77.5 MB", "162 bytes". */
export function sizeWords(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(sizeUnits.length - 1, Math.floor(Math.log10(bytes) / 3))
  const amount = bytes / 1000 ** power
  const digits = power === 0 || amount >= 99.95 ? 0 : 1
  return `${amount.toFixed(digits).replace(/\.0$/, '')} ${sizeUnits[power] ?? ''}`
}

function parseAmount(text: string, factorOf: (unit: string) => number | undefined): number | null {
  const [, number, unit] = amountForm.exec(text) ?? []
  if (number === undefined || unit === undefined) return null
  const factor = factorOf(unit)
  if (factor === undefined) return null
  const amount = Math.round(Number(number) * factor)
  return Number.isSafeInteger(amount) ? amount : null
}
