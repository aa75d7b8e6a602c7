/** Pointer and keys of the result grid: ranges of cells, whole rows, copying, opening a value. Used by ResultGrid.svelte. */
import type { CellPlace } from './cell-range.ts'
import { extended, isSingle } from './cell-range.ts'
import { numberColumnId } from './grid-columns.ts'
import type { ResultGridView } from './result-grid.ts'

export interface RangeActions {
  copy: (withHeader: boolean) => void
  open: (place: CellPlace) => void
}

/** Keys that move the focus of the grid; a range ends where one is pressed. */
const movers = new Set(['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'Tab'])

interface Hit {
  place: CellPlace
  isRowNumber: boolean
}

const arrows: Record<string, CellPlace> = {
  ArrowUp: { row: -1, column: 0 },
  ArrowDown: { row: 1, column: 0 },
  ArrowLeft: { row: 0, column: -1 },
  ArrowRight: { row: 0, column: 1 },
}

function hitOf(grid: ResultGridView, target: EventTarget | null): Hit | null {
  const cell = target instanceof Element ? target.closest('.ag-cell') : null
  const row = cell?.closest('.ag-row')?.getAttribute('row-index')
  const id = cell?.getAttribute('col-id')
  if (row === null || row === undefined || id === null || id === undefined) return null
  const isRowNumber = id === numberColumnId
  return { place: { row: Number(row), column: isRowNumber ? 0 : grid.place(id) }, isRowNumber }
}

function select(grid: ResultGridView, hit: Hit, isExtending: boolean): void {
  const { place, isRowNumber } = hit
  const last = grid.size.columns - 1
  const anchor = isExtending && grid.range !== null ? grid.range.anchor : place
  if (isRowNumber) {
    grid.setRange({ anchor: { row: anchor.row, column: 0 }, head: { row: place.row, column: last } })
  } else grid.setRange({ anchor, head: place })
}

/** Where a key jumps to that moves by more than one cell; null for other keys. */
function jumpOf(grid: ResultGridView, place: CellPlace, event: KeyboardEvent): CellPlace | null {
  const last = { row: grid.size.rows - 1, column: grid.size.columns - 1 }
  const isFar = event.ctrlKey || event.metaKey
  switch (event.key) {
    case 'PageDown':
      return { ...place, row: Math.min(last.row, place.row + grid.pageRows) }
    case 'PageUp':
      return { ...place, row: Math.max(0, place.row - grid.pageRows) }
    case 'Home':
      return isFar ? { row: 0, column: place.column } : { ...place, column: 0 }
    case 'End':
      return isFar ? { row: last.row, column: place.column } : { ...place, column: last.column }
    default:
      return null
  }
}

function handleKey(grid: ResultGridView, actions: RangeActions, event: KeyboardEvent): boolean {
  const isCommand = event.ctrlKey || event.metaKey
  const key = event.key.toLowerCase()
  const { focused, size, range } = grid
  const step = arrows[event.key]
  if (isCommand && key === 'c') {
    actions.copy(event.shiftKey)
    return true
  }
  if (isCommand && key === 'a') {
    grid.setRange({ anchor: { row: 0, column: 0 }, head: { row: size.rows - 1, column: size.columns - 1 } })
    return true
  }
  if (focused === null) return false
  const place = { row: focused.row, column: Math.max(0, focused.column) }
  if (step !== undefined && event.shiftKey) {
    const next = extended(range ?? { anchor: place, head: place }, step, size)
    grid.setRange(next)
    grid.show(next.head)
    return true
  }
  if (event.key === ' ' || (event.key === 'Enter' && focused.column < 0)) {
    select(grid, { place, isRowNumber: true }, event.shiftKey)
    return true
  }
  if (event.key === 'Enter') {
    actions.open(place)
    return true
  }
  const jump = jumpOf(grid, place, event)
  if (jump !== null) {
    grid.setRange(null)
    grid.focus(jump)
    return true
  }
  if (movers.has(event.key) && range !== null) grid.setRange(null)
  return false
}

/** Calls back when a cell is pressed and let go without drawing a range; the result stops that. */
export function listenForClicks(
  element: HTMLElement,
  grid: ResultGridView,
  open: (place: CellPlace) => void,
): () => void {
  const click = (event: MouseEvent): void => {
    const hit = hitOf(grid, event.target)
    const isDrawn = grid.range !== null && !isSingle(grid.range)
    if (hit !== null && !hit.isRowNumber && !isDrawn) open(hit.place)
  }
  element.addEventListener('click', click)
  return () => {
    element.removeEventListener('click', click)
  }
}

/** Listens on the element of the grid; the result stops that. */
export function listenForRanges(
  element: HTMLElement,
  grid: ResultGridView,
  actions: RangeActions,
): () => void {
  const controller = new AbortController()
  const { signal } = controller
  let isDrawing = false
  element.addEventListener(
    'pointerdown',
    (event) => {
      const hit = event.button === 0 ? hitOf(grid, event.target) : null
      if (hit === null) return
      isDrawing = true
      select(grid, hit, event.shiftKey)
    },
    { signal },
  )
  element.addEventListener(
    'pointerover',
    (event) => {
      isDrawing &&= (event.buttons & 1) === 1
      const hit = isDrawing ? hitOf(grid, event.target) : null
      if (hit !== null) select(grid, hit, true)
    },
    { signal },
  )
  element.addEventListener(
    'dblclick',
    (event) => {
      const hit = hitOf(grid, event.target)
      if (hit !== null && !hit.isRowNumber) actions.open(hit.place)
    },
    { signal },
  )
  element.addEventListener(
    'keydown',
    (event) => {
      if (!handleKey(grid, actions, event)) return
      event.preventDefault()
      event.stopPropagation()
    },
    { signal },
  )
  return () => {
    controller.abort()
  }
}
