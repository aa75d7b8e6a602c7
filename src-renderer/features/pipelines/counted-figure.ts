import { formatCompact, formatNumber } from '../../ui/format.ts'
import type { StripFigure } from '../../ui/strip-figure.ts'

/**
 * A count with its meaning on hover; a dash before it is known.
 * @param tone how it looks once it is more than none
 */
export function countedFigure(
  name: string,
  count: number | undefined,
  what: string,
  tone?: 'warn',
): StripFigure {
  const isMarked = tone !== undefined && (count ?? 0) > 0
  return {
    name,
    value: formatCompact(count ?? null),
    title: `${formatNumber(count ?? null)} ${what}`,
    ...(isMarked ? { tone } : {}),
  }
}
