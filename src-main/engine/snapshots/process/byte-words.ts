/** Sizes for people: "1.2 GB", binary multiples as in penstock.yaml. Pure. */

const units = ['bytes', 'KB', 'MB', 'GB', 'TB'] as const

export function compactBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log(bytes) / Math.log(1024)))
  const amount = bytes / 1024 ** power
  const digits = power === 0 || amount >= 100 ? 0 : 1
  return `${amount.toFixed(digits)} ${units[power] ?? ''}`
}
