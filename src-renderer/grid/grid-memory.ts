/** Where the person was in a result; owned by whoever owns the result, filled by the grid when it goes. */

export interface GridMemory {
  firstRow: number
  /** Widths that columns have, by column id. */
  widths: Map<string, number>
}

/** Nothing looked at yet. */
export function emptyGridMemory(): GridMemory {
  return { firstRow: 0, widths: new Map() }
}
