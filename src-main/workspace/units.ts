/** Amounts as people write them in penstock.yaml: `5M` rows, `24h`, `4GB`. Pure functions, used by the schema. */

const durations: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const sizes: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1024,
  mb: 1024 ** 2,
  gb: 1024 ** 3,
  tb: 1024 ** 4,
}
const counts: Readonly<Record<string, number>> = { '': 1, k: 1000, K: 1000, M: 1_000_000 }
const amountForm = /^([0-9]+(?:\.[0-9]+)?) ?([A-Za-z]*)$/

/** Milliseconds of `90s`, `1.5h` or `7d`; null where it is no duration. A number without a unit is none. */
export function parseDurationMs(text: string): number | null {
  return parseAmount(text, (unit) => durations[unit])
}

/** Bytes of `512MB` or `4GB`, binary multiples; null where it is no size. */
export function parseSizeBytes(text: string): number | null {
  return parseAmount(text, (unit) => sizes[unit.toLowerCase()])
}

/** Number of `5000000`, `250k` or `5M`; null where it is no count. */
export function parseCount(text: string): number | null {
  return parseAmount(text, (unit) => counts[unit])
}

function parseAmount(text: string, factorOf: (unit: string) => number | undefined): number | null {
  const [, number, unit] = amountForm.exec(text) ?? []
  if (number === undefined || unit === undefined) return null
  const factor = factorOf(unit)
  if (factor === undefined) return null
  const amount = Math.round(Number(number) * factor)
  return Number.isSafeInteger(amount) ? amount : null
}
