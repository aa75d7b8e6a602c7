/** From pixels of a chart over time to the span that they mark. Pure. */

/** Where the plot of a whole (not compact) time chart begins and ends, pixels from its edges. */
export const plotInset = { left: 52, right: 28 }

/** The span between two places of a chart, earlier end first. */
export function spanAt(
  places: readonly [number, number],
  width: number,
  { fromMs, toMs }: { fromMs: number; toMs: number },
): [number, number] {
  const plot = Math.max(1, width - plotInset.left - plotInset.right)
  const [first, second] = places.map((x) => fromMs + ((x - plotInset.left) / plot) * (toMs - fromMs))
  const from = first ?? fromMs
  const to = second ?? toMs
  return from <= to ? [from, to] : [to, from]
}
