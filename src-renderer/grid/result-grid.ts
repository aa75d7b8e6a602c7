/**
 * AG Grid over the rows of one result. Made by ResultGrid.svelte when the first rows are there, destroyed with it; where
 * the person was is kept in GridMemory, so that a view that was left is found again as it was.
 */
import {
  createGrid,
  type CellFocusedEvent,
  type ColumnResizedEvent,
  type GridApi,
  type GridOptions,
  type IGetRowsParams,
} from 'ag-grid-community'
import type { Cell } from '#contract/cells.ts'
import type { ResultColumn } from '#contract/query.ts'
import type { TimeZone } from '../ui/format-time.ts'
import { boundsOf, isInRange, isSingle, sizeOf, toTsv, type CellPlace, type CellRange } from './cell-range.ts'
import { cellCopy } from './cell-view.ts'
import { columnWidths, grownWidths, numberWidth } from './column-width.ts'
import { columnId, columnIndex, gridColumns, numberColumnId, type GridRow } from './grid-columns.ts'
import type { GridMemory } from './grid-memory.ts'
import { gridModules, gridTheme, rowHeight } from './grid-theme.ts'
import { ReloadTurn } from './reload-turn.ts'
import { blockRows, type RowSource } from './row-source.ts'
import { steadyWheel, withTallest } from './tall-scroll.ts'

export interface ResultGridOptions {
  parent: HTMLElement
  label: string
  columns: readonly ResultColumn[]
  sample: readonly (readonly Cell[])[]
  rows: number
  source: RowSource
  zone: TimeZone
  memory: GridMemory
  onRange: (range: CellRange | null) => void
  onFocus: (place: CellPlace) => void
  /** Whether a row is the one that is open beside the grid. */
  isMarked: (cells: readonly Cell[]) => boolean
  /** A block could not be read; null once one could. */
  onProblem: (error: unknown) => void
}

/** Rows that the first widths are made from. */
export const sampledRows = 60

/** Most cells that one copy takes; beyond this an export is the right way. */
export const copiedCells = 200_000

/** The grid as the component uses it. Columns of places and ranges are counted as they stand on screen, from 0. */
export class ResultGridView {
  readonly #options: ResultGridOptions
  readonly #api: GridApi<GridRow>
  #rows: number
  #zone: TimeZone
  #range: CellRange | null = null
  readonly #viewport: HTMLElement | null
  #stopWheel = (): void => undefined
  #hasPartial = false
  readonly #reloads = new ReloadTurn(() => {
    if (!this.#api.isDestroyed()) this.#api.refreshInfiniteCache()
  })
  /** Columns that the person has sized; they stay so. */
  readonly #byHand = new Set<string>()
  /** True while widths come from so few rows that later ones may need more. */
  #isNarrow: boolean

  constructor(options: ResultGridOptions) {
    this.#options = options
    this.#rows = options.rows
    this.#zone = options.zone
    this.#isNarrow = options.sample.length < sampledRows && options.memory.widths.size === 0
    const gridOptions = this.#gridOptions()
    this.#api = withTallest(() => createGrid(options.parent, gridOptions, { modules: gridModules }))
    this.#viewport = options.parent.querySelector<HTMLElement>('.ag-grid-viewport')
    if (this.#viewport !== null) this.#stopWheel = steadyWheel(this.#viewport, () => this.#rows * rowHeight)
    this.#api.setGridAriaProperty('label', options.label)
    this.#restore()
  }

  /** More rows have come; the last, incomplete block is read again. */
  setRows(rows: number): void {
    if (rows === this.#rows) return
    const width = numberWidth(rows)
    const isWider = width > numberWidth(this.#rows)
    this.#rows = rows
    if (isWider) this.#api.applyColumnState({ state: [{ colId: numberColumnId, width }] })
    this.#api.setRowCount(rows, true)
    if (this.#hasPartial) this.reload()
    if (this.#isNarrow && rows >= sampledRows) void this.#widen()
  }

  /** Rows have moved, or another one is marked: what is shown is drawn anew. */
  redraw(): void {
    this.#api.refreshCells({ force: true, suppressFlash: true })
  }

  setZone(zone: TimeZone): void {
    if (zone === this.#zone) return
    this.#zone = zone
    this.#api.refreshCells({ force: true })
  }

  /** Reads again what is shown and could not be read, or has grown. */
  reload(): void {
    this.#hasPartial = false
    this.#reloads.ask()
  }

  /** Rows and columns on screen order. */
  get size(): { rows: number; columns: number } {
    return { rows: this.#rows, columns: this.#order().length }
  }

  get range(): CellRange | null {
    return this.#range
  }

  setRange(range: CellRange | null): void {
    this.#range = range
    this.#api.refreshCells({ force: true, suppressFlash: true })
    this.#options.onRange(range)
  }

  /** Rows that are wholly in sight. */
  get pageRows(): number {
    return Math.max(1, Math.floor((this.#viewport?.clientHeight ?? 0) / rowHeight) - 2)
  }

  /** Moves the keyboard to a cell and into sight. */
  focus(place: CellPlace): void {
    const id = this.#api.getAllDisplayedColumns()[place.column + 1]?.getColId()
    if (id === undefined || place.row >= this.#rows) return
    this.show(place)
    this.#api.setFocusedCell(place.row, id)
  }

  show(place: CellPlace): void {
    const id = this.#api.getAllDisplayedColumns()[place.column + 1]?.getColId()
    if (id !== undefined) this.#api.ensureColumnVisible(id)
    this.#api.ensureIndexVisible(place.row)
  }

  get focused(): CellPlace | null {
    const cell = this.#api.getFocusedCell()
    return cell === null ? null : { row: cell.rowIndex, column: this.place(cell.column.getColId()) }
  }

  /** Place on screen of a column id; -1 for the row numbers. */
  place(columnIdOfGrid: string): number {
    return this.#order().indexOf(columnIndex(columnIdOfGrid) ?? -1)
  }

  /** The value at a place, with its column; null while its row is not here yet. */
  valueAt(place: CellPlace): { value: Cell; column: ResultColumn } | null {
    const index = this.#order()[place.column]
    const column = index === undefined ? undefined : this.#options.columns[index]
    const value =
      index === undefined ? undefined : this.#api.getDisplayedRowAtIndex(place.row)?.data?.cells[index]
    return column === undefined || value === undefined ? null : { value, column }
  }

  /** All cells of a row; null while it is not here yet. */
  cellsOf(row: number): readonly Cell[] | null {
    return this.#api.getDisplayedRowAtIndex(row)?.data?.cells ?? null
  }

  /**
   * A range as tab-separated text; reads rows that are not here.
   * @returns null where the range is larger than a clipboard should take
   */
  async textOf(range: CellRange, withHeader: boolean): Promise<string | null> {
    const { rows, columns } = sizeOf(range)
    if (rows * columns > copiedCells) return null
    const single = isSingle(range) && !withHeader ? this.valueAt(range.head) : null
    if (single !== null) return cellCopy(single.value, single.column)
    const { top, bottom, left, right } = boundsOf(range)
    const order = this.#order().slice(left, right + 1)
    const cells = await this.#options.source.rows(top, bottom + 1)
    const shown = cells.map((row) => order.map((index) => row[index] ?? null))
    const shownColumns = order.flatMap((index) => this.#options.columns[index] ?? [])
    return toTsv(shown, shownColumns, withHeader)
  }

  destroy(): void {
    const { memory } = this.#options
    memory.firstRow = Math.max(0, this.#api.getFirstDisplayedRowIndex())
    for (const { colId, width } of this.#api.getColumnState()) {
      if (typeof width === 'number' && colId !== numberColumnId) memory.widths.set(colId, width)
    }
    this.#stopWheel()
    this.#api.destroy()
  }

  /** Makes columns as wide as the first rows need that were not there at the beginning. */
  async #widen(): Promise<void> {
    this.#isNarrow = false
    const sample = await this.#options.source.rows(0, sampledRows)
    if (this.#api.isDestroyed()) return
    const roomPx = roomIn(this.#options.parent) - numberWidth(this.#rows)
    const widths = columnWidths(this.#options.columns, sample, { zone: this.#zone, roomPx })
    this.#api.applyColumnState({ state: widths.map((width, index) => ({ colId: columnId(index), width })) })
  }

  /** Makes columns wider that rows further down need wider: numbers and times are never cut. */
  #grow(rows: readonly (readonly Cell[])[]): void {
    const widthOf = (index: number): number => {
      const id = columnId(index)
      return this.#byHand.has(id) ? Infinity : (this.#api.getColumn(id)?.getActualWidth() ?? Infinity)
    }
    const grown = grownWidths(this.#options.columns, rows, { zone: this.#zone, widthOf })
    if (grown.length === 0) return
    this.#api.applyColumnState({
      state: grown.map(({ index, width }) => ({ colId: columnId(index), width })),
    })
  }

  #restore(): void {
    const { firstRow } = this.#options.memory
    if (firstRow > 0 && firstRow < this.#rows) this.#api.ensureIndexVisible(firstRow, 'top')
  }

  /** Indexes of the result's columns as they stand on screen. */
  #order(): number[] {
    return this.#api.getAllDisplayedColumns().flatMap((column) => columnIndex(column.getColId()) ?? [])
  }

  #gridOptions(): GridOptions<GridRow> {
    const { columns, sample, rows, memory, parent } = this.#options
    return {
      theme: gridTheme,
      rowModelType: 'infinite',
      datasource: { rowCount: rows, getRows: (params) => void this.#read(params) },
      cacheBlockSize: blockRows,
      maxBlocksInCache: 30,
      maxConcurrentDatasourceRequests: 2,
      blockLoadDebounceMillis: 30,
      infiniteInitialRowCount: rows,
      columnDefs: gridColumns({
        columns,
        sample,
        rows,
        roomPx: roomIn(parent),
        widths: memory.widths,
        zone: () => this.#zone,
        isSelected: (rowIndex, id) =>
          this.#range !== null && isInRange(this.#range, rowIndex, this.place(id)),
        isMarked: this.#options.isMarked,
      }),
      defaultColDef: {
        sortable: false,
        resizable: true,
        minWidth: 40,
        suppressHeaderMenuButton: true,
        suppressKeyboardEvent: ({ event }) => isOurs(event),
      },
      rowHeight,
      ensureDomOrder: true,
      suppressRowTransform: true,
      enableBrowserTooltips: true,
      suppressDragLeaveHidesColumns: true,
      suppressColumnMoveAnimation: true,
      suppressOverlays: ['noRows', 'loading'],
      onColumnResized: ({ source, column }: ColumnResizedEvent<GridRow>) => {
        if (source === 'uiColumnResized' && column !== null) this.#byHand.add(column.getColId())
      },
      onCellFocused: (event: CellFocusedEvent<GridRow>) => {
        const { focused } = this
        if (focused !== null && event.rowIndex !== null) this.#options.onFocus(focused)
      },
    }
  }

  #read(params: IGetRowsParams): Promise<void> {
    return this.#reloads.during(() => this.#answer(params))
  }

  async #answer(params: IGetRowsParams): Promise<void> {
    const { startRow, endRow } = params
    try {
      const rows = await this.#options.source.rows(startRow, Math.min(endRow, this.#rows))
      if (this.#api.isDestroyed()) return
      if (rows.length < endRow - startRow) this.#hasPartial = true
      this.#grow(rows)
      params.successCallback(
        rows.map((cells, index): GridRow => ({ index: startRow + index, cells })),
        this.#rows,
      )
      this.#options.onProblem(null)
    } catch (error) {
      if (this.#api.isDestroyed()) return
      params.failCallback()
      this.#options.onProblem(error)
    }
  }
}

/** Width for columns inside an element, beside the scroll bar. */
function roomIn(parent: HTMLElement): number {
  const scrollBarPx = 16
  return parent.clientWidth - scrollBarPx
}

/** Keys that the component handles instead of the grid. */
function isOurs(event: KeyboardEvent): boolean {
  const isArrow = event.key.startsWith('Arrow')
  const isCommand = event.ctrlKey || event.metaKey
  const isLetter = isCommand && ['a', 'c'].includes(event.key.toLowerCase())
  const isOther = ['Enter', ' ', 'PageUp', 'PageDown', 'Home', 'End'].includes(event.key)
  return (isArrow && event.shiftKey) || isLetter || isOther
}
