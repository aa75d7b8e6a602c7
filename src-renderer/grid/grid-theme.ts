/** The grid's looks from the design tokens, and the only parts of AG Grid that the console registers. */
import {
  CellStyleModule,
  ColumnApiModule,
  ColumnAutoSizeModule,
  InfiniteRowModelModule,
  RenderApiModule,
  RowApiModule,
  ScrollApiModule,
  themeQuartz,
  TooltipModule,
  type Module,
} from 'ag-grid-community'

/** What the result grid uses; everything else stays out of the bundle. */
export const gridModules: Module[] = [
  InfiniteRowModelModule,
  CellStyleModule,
  ColumnApiModule,
  ColumnAutoSizeModule,
  RenderApiModule,
  RowApiModule,
  ScrollApiModule,
  TooltipModule,
]

/** Height of a row, pixels; the same as `--row`. */
export const rowHeight = 28

/** Colours are CSS variables, so both themes follow without the grid being told. */
export const gridTheme = themeQuartz.withParams({
  accentColor: 'var(--accent)',
  backgroundColor: 'var(--surface)',
  foregroundColor: 'var(--text)',
  cellTextColor: 'var(--text)',
  borderColor: 'var(--border)',
  fontFamily: 'inherit',
  fontSize: 13,
  spacing: 4,
  rowHeight,
  headerHeight: 28,
  headerFontSize: 11,
  headerFontWeight: 500,
  headerTextColor: 'var(--text-3)',
  headerBackgroundColor: 'var(--surface)',
  headerColumnResizeHandleColor: 'var(--border)',
  headerColumnResizeHandleHeight: '50%',
  headerColumnResizeHandleWidth: 1,
  rowBorder: { color: 'color-mix(in srgb, var(--border) 55%, transparent)' },
  rowHoverColor: 'color-mix(in srgb, var(--hover) 60%, transparent)',
  columnBorder: false,
  pinnedColumnBorder: false,
  cellHorizontalPadding: 10,
  wrapperBorder: false,
  wrapperBorderRadius: 0,
  dragAndDropImageBackgroundColor: 'var(--raised)',
  focusShadow: 'none',
})
