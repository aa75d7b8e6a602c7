/** Content of a chart's tooltip as elements, so that names from data are never read as markup. */

export interface TooltipRow {
  color: string
  name: string
  value: string
}

/** A heading and one row per series. */
export function tooltipContent(heading: string, rows: readonly TooltipRow[]): HTMLElement {
  const box = document.createElement('div')
  box.className = 'min-w-[120px] text-[12px] tabular-nums'
  const head = document.createElement('div')
  head.className = 'mb-1 text-text-2'
  head.textContent = heading
  box.append(head, ...rows.map(tooltipRow))
  return box
}

function tooltipRow({ color, name, value }: TooltipRow): HTMLElement {
  const row = document.createElement('div')
  row.className = 'flex items-center gap-2 leading-5 text-text'
  const dot = document.createElement('span')
  dot.className = 'size-[7px] flex-none rounded-full'
  dot.style.background = color
  const label = document.createElement('span')
  label.className = 'max-w-[220px] truncate'
  label.textContent = name
  const figure = document.createElement('span')
  figure.className = 'ml-auto pl-4 font-medium'
  figure.textContent = value
  row.append(dot, label, figure)
  return row
}
