/** Whole numbers that are written with a point or an exponent. A leaf: ingest and lookups read them by the same rule. */

const decimalForm = /^-?([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/

/**
 * The whole number that a JSON number stands for: `5.0`, `1e3`, `120e-1`. Judged by its digits, for a double would round
 * a fraction away.
 * @returns null where it has a fraction, or is beyond ±(2^53 - 1)
 */
export function wholeNumber(text: string): number | null {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) return null
  const [, whole = '', fraction = '', exponent = '0'] = decimalForm.exec(text) ?? []
  const digits = whole + fraction
  const point = whole.length + Number(exponent)
  const hasFraction = /[1-9]/.test(point < digits.length ? digits.slice(Math.max(0, point)) : '')
  return hasFraction ? null : value || 0
}
