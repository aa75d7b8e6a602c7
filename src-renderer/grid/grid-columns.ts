/** Column definitions of the result grid: row numbers, then the columns of the result. Called by result-grid.ts. */
import type { ColDef, ValueGetterParams } from 'ag-grid-community'
import type { Cell } from '#contract/cells.ts'
import type { ResultColumn } from '#contract/query.ts'
import type { TimeZone } from '../ui/format-time.ts'
import { cellView, isNumeric, type CellView } from './cell-view.ts'
import { columnWidths, numberWidth } from './column-width.ts'

/** A row as the grid holds it. */
export interface GridRow {
  index: number
  cells: Cell[]
}

export const numberColumnId = 'row'
const columnPrefix = 'c'

/** Id of the column at an index of the result. */
export function columnId(index: number): string {
  return columnPrefix + String(index)
}

/** Index of the result's column that an id stands for, or null for the row numbers. */
export function columnIndex(id: string): number | null {
  return id.startsWith(columnPrefix) ? Number(id.slice(columnPrefix.length)) : null
}

interface ColumnsOptions {
  columns: readonly ResultColumn[]
  /** First rows, for widths and for the alignment of columns without a declared type. */
  sample: readonly (readonly Cell[])[]
  rows: number
  /** Room for the columns of the result, pixels. */
  roomPx: number
  /** Widths that the person has set, by column id. */
  widths: ReadonlyMap<string, number>
  zone: () => TimeZone
  isSelected: (rowIndex: number, columnId: string) => boolean
  isMarked: (cells: readonly Cell[]) => boolean
}

function viewIn(params: ValueGetterParams<GridRow>, column: ResultColumn, index: number, zone: TimeZone) {
  const value = params.data?.cells[index]
  return value === undefined ? null : cellView(value, column, zone)
}

const kinds: readonly CellView['kind'][] = ['number', 'time', 'boolean', 'absent', 'empty', 'blob']

function resultColumn(
  options: ColumnsOptions,
  column: ResultColumn,
  { index, width }: { index: number; width: number },
): ColDef<GridRow> {
  const values = options.sample.map((row) => row[index] ?? null)
  const id = columnId(index)
  const isRight = isNumeric(column, values)
  const kindRules = Object.fromEntries(
    kinds.map((kind) => [
      `grid-${kind}`,
      (params: { value?: CellView | null }) => params.value?.kind === kind,
    ]),
  )
  return {
    colId: id,
    headerName: column.name,
    headerTooltip: column.type === null ? column.name : `${column.name} · ${column.type}`,
    headerClass: isRight ? 'grid-right' : '',
    cellClass: isRight ? 'grid-right' : '',
    width: options.widths.get(id) ?? width,
    valueGetter: (params) => viewIn(params, column, index, options.zone()),
    valueFormatter: (params: { value?: CellView | null }) => params.value?.text ?? '',
    tooltip: (params: { value?: CellView | null }) => params.value?.title ?? undefined,
    cellClassRules: {
      ...kindRules,
      'grid-selected': (params) => options.isSelected(params.rowIndex, id),
      'grid-marked': (params) => params.data !== undefined && options.isMarked(params.data.cells),
    },
  }
}

/** All columns, row numbers first. Row values are CellViews, made only for cells on screen. */
export function gridColumns(options: ColumnsOptions): ColDef<GridRow>[] {
  const numbers: ColDef<GridRow> = {
    colId: numberColumnId,
    headerName: '#',
    headerClass: 'grid-right',
    headerTooltip: 'Row number; press to select the row',
    width: numberWidth(options.rows),
    pinned: 'left',
    lockPosition: 'left',
    resizable: false,
    suppressMovable: true,
    cellClass: 'grid-row-number',
    valueGetter: (params) => (params.node?.rowIndex ?? 0) + 1,
    valueFormatter: (params: { value?: number | null }) => String(params.value ?? ''),
  }
  const { columns, sample, zone, roomPx } = options
  const widths = columnWidths(columns, sample, { zone: zone(), roomPx: roomPx - numberWidth(options.rows) })
  const shown = columns.map((column, index) =>
    resultColumn(options, column, { index, width: widths[index] ?? 0 }),
  )
  return [numbers, ...shown]
}
