/** What a person reads of an element: its text, cells apart, without doubled spaces. */
export function textOf(element: Element | undefined): string {
  if (element === undefined) return ''
  const cells = [...element.querySelectorAll('th, td')].map((cell) => cell.textContent)
  return (cells.length > 0 ? cells.join(' ') : element.textContent).replace(/\s+/g, ' ').trim()
}
