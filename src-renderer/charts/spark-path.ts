/** Small lines as SVG paths. Pure. */

interface Box {
  width: number
  height: number
  /** Space kept free above and below, so that the stroke is not cut. */
  padding: number
}

/** Values left to right as a path; a gap lifts the pen, a value alone between gaps becomes a short dash. */
export function sparkPath(values: readonly (number | null)[], { width, height, padding }: Box): string {
  const top = Math.max(1e-9, ...values.map((value) => value ?? 0))
  const step = values.length > 1 ? width / (values.length - 1) : 0
  const y = (value: number): string => (height - padding - (value / top) * (height - 2 * padding)).toFixed(1)
  let path = ''
  let isDown = false
  for (const [index, value] of values.entries()) {
    if (value === null) {
      isDown = false
      continue
    }
    const x = (index * step).toFixed(1)
    path += `${isDown ? 'L' : 'M'}${x} ${y(value)}`
    const isAlone = !isDown && (values[index + 1] ?? null) === null
    if (isAlone) path += 'h1'
    isDown = true
  }
  return path
}
