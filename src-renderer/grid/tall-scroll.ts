/**
 * Results taller than a browser can draw sharply. Beyond about 8 million pixels Chromium's positions are off by whole
 * pixels, so the grid is told to fold taller results into that height, and the wheel still moves by what it says.
 */

/** Tallest scrolled area, pixels; past it a pixel of the scroll bar stands for more than one of rows. */
export const tallestPx = 8_000_000

/**
 * Calls `create` while the grid's own measurement of the tallest element finds {@link tallestPx}. The grid has no option
 * for it: it adds a bare `div` to the body, once per page, and looks how tall it can get.
 */
export function withTallest<T>(create: () => T): T {
  const style = document.createElement('style')
  style.textContent = `body > div:not([class]):not([id]) { max-height: ${String(tallestPx)}px }`
  document.head.append(style)
  try {
    return create()
  } finally {
    style.remove()
  }
}

/** How far to scroll for a turn of the wheel, and what is left for the next. Pure; pixels. */
export function foldedStep(deltaPx: number, fold: number, restPx: number): { step: number; restPx: number } {
  const wanted = restPx + deltaPx / fold
  const step = Math.trunc(wanted)
  return { step, restPx: wanted - step }
}

const linePx = 28

/**
 * Makes the wheel move rows by what it says although the area is folded; the result stops that.
 * @param rowsPx height that all rows would have
 */
export function steadyWheel(viewport: HTMLElement, rowsPx: () => number): () => void {
  let restPx = 0
  const turn = (event: WheelEvent): void => {
    const { scrollHeight, clientHeight } = viewport
    const fold = (rowsPx() - clientHeight) / Math.max(1, scrollHeight - clientHeight)
    if (fold <= 1.01 || event.ctrlKey || event.shiftKey || event.deltaY === 0) return
    event.preventDefault()
    const deltaPx = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * linePx : event.deltaY
    const folded = foldedStep(deltaPx, fold, restPx)
    restPx = folded.restPx
    viewport.scrollTop += folded.step
    viewport.scrollLeft += event.deltaX
  }
  viewport.addEventListener('wheel', turn, { passive: false })
  return () => {
    viewport.removeEventListener('wheel', turn)
  }
}
