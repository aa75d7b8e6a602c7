/** Paths of the graph's special lines. Pure. */

interface Ends {
  sourceX: number
  sourceY: number
  targetX: number
  targetY: number
}

/** Where failed records leave a stage below its outlet, and how far right of it they turn down. */
const outletBelow = 20
const busAt = 16
const corner = 8

/**
 * Failed records run down between the columns and along the row of the dead letters, so that they cross no stage. Lines
 * of one column lie on each other like a bus.
 */
export function deadLetterPath({ sourceX, sourceY, targetX, targetY }: Ends): string {
  const y = sourceY + outletBelow
  const busX = sourceX + busAt
  return [
    `M${String(sourceX)} ${String(y)}`,
    `H${String(busX - corner)}`,
    `Q${String(busX)} ${String(y)} ${String(busX)} ${String(y + corner)}`,
    `V${String(targetY - corner)}`,
    `Q${String(busX)} ${String(targetY)} ${String(busX + corner)} ${String(targetY)}`,
    `H${String(targetX)}`,
  ].join('')
}
