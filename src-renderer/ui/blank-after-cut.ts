/** The blank that `text-overflow: ellipsis` leaves behind its dots: only whole letters are shown before them. */

let pen: CanvasRenderingContext2D | null = null

/** Cut texts that wait to be measured, with what follows each. */
const waiting = new Map<HTMLElement, HTMLElement>()

/**
 * Moves what follows a cut text over the blank behind its dots, before the page is drawn. All that wait are measured before
 * the first is moved, so that a page with hundreds of names is laid out once and not once for each.
 */
export function closeBlank(cut: HTMLElement, after: HTMLElement): void {
  if (waiting.size === 0) queueMicrotask(closeWaiting)
  waiting.set(cut, after)
}

function closeWaiting(): void {
  const measured = [...waiting].map(([cut, after]) => ({ after, blank: blankAfterCut(cut) }))
  waiting.clear()
  for (const { after, blank } of measured) after.style.setProperty('translate', `${String(-blank)}px`)
}

/** Width of the dots in the font of an element, pixels. Computed styles with tabular figures have no `font` as a whole. */
function dotsWidth(element: HTMLElement): number {
  pen ??= document.createElement('canvas').getContext('2d')
  if (pen === null) return 0
  const { fontStyle, fontWeight, fontSize, fontFamily } = getComputedStyle(element)
  pen.font = `${fontStyle} ${fontWeight} ${fontSize} ${fontFamily}`
  return pen.measureText('…').width
}

/**
 * @param element holds nothing but one text, on one line
 * @returns pixels between the dots and the element's end; 0 where nothing is cut
 */
export function blankAfterCut(element: HTMLElement): number {
  const text = element.firstChild
  if (!(text instanceof Text) || element.scrollWidth <= element.clientWidth) return 0
  const room = element.getBoundingClientRect().width - dotsWidth(element)
  const range = document.createRange()
  range.setStart(text, 0)
  const widthOf = (letters: number): number => {
    range.setEnd(text, letters)
    return range.getBoundingClientRect().width
  }
  let fits = 0
  let tooMany = text.length
  while (tooMany - fits > 1) {
    const middle = (fits + tooMany) >> 1
    if (widthOf(middle) <= room) fits = middle
    else tooMany = middle
  }
  return Math.max(0, room - widthOf(fits))
}
