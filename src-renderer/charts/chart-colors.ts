/** Colours of the charts, read from the tokens of the theme in force: a canvas knows no CSS variables. */
import type { Theme } from '../state/theme.svelte.ts'

export interface ChartColors {
  text: string
  quiet: string
  grid: string
  pointer: string
  raised: string
  surface: string
  font: string
  series: readonly string[]
}

const seriesCount = 8

const known = new Map<Theme, ChartColors>()

/** The tokens of a theme, which must be the one in force when it is first asked for. */
export function readChartColors(element: Element, theme: Theme): ChartColors {
  const before = known.get(theme)
  if (before !== undefined) return before
  const colors = readTokens(element)
  known.set(theme, colors)
  return colors
}

function readTokens(element: Element): ChartColors {
  const style = getComputedStyle(element)
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim()
  return {
    text: token('text'),
    quiet: token('text-3'),
    grid: token('border'),
    pointer: token('text-3'),
    raised: token('raised'),
    surface: token('surface'),
    font: token('font'),
    series: Array.from({ length: seriesCount }, (_, index) => token(`series-${String(index + 1)}`)),
  }
}

/** Colour of the n-th series; they repeat. */
export function seriesColor(colors: ChartColors, index: number): string {
  return colors.series[index % colors.series.length] ?? colors.text
}

/** The same as a CSS value, for legends and dots. */
export function seriesVariable(index: number): string {
  return `var(--series-${String((index % seriesCount) + 1)})`
}
