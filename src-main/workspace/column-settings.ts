/** One column's settings in penstock.yaml, with defaults filled in and what does not go together refused. */
import type { ColumnOrigin, ColumnType } from '#contract/workspace.ts'
import { assertNever } from '#contract/errors.ts'
import { compileTimestamp } from '../columns/timestamp.ts'
import type { MaskAction } from '../columns/mask.ts'
import { reject } from './forms.ts'
import type { Column } from './model.ts'

type Default = Column['default']

/** Settings as they are written; every one but the type may be absent. */
export interface WrittenColumn {
  from?: ColumnOrigin | undefined
  header?: string | undefined
  path?: Column['path'] | undefined
  type: ColumnType
  nullable?: boolean | undefined
  default?: Default | undefined
  format?: string | undefined
  unit?: Column['unit'] | undefined
  mask?: MaskAction | undefined
}

/** A column but for its name; a null path stands for the member of the column's name. */
export type ColumnSettings = Omit<Column, 'name' | 'path'> & {
  path: Column['path'] | null
  mask: MaskAction | null
}

/** Fills in what is absent; reports through zod's context what does not fit the type. */
export function normaliseColumn(
  written: WrittenColumn,
  context: Parameters<typeof reject>[0],
): ColumnSettings {
  const { type, format = null, unit } = written
  if (type !== 'timestamp') {
    if (format !== null)
      return refuse(context, written, 'format', `format is only for timestamps, not for ${type}`)
    if (unit !== undefined)
      return refuse(context, written, 'unit', `unit is only for timestamps, not for ${type}`)
  }
  if (format !== null && unit !== undefined) {
    return refuse(context, written, 'unit', 'unit is for numbers; a format reads text', 'keep one of the two')
  }
  const misplaced = originFault(written)
  if (misplaced !== null) return refuse(context, written, misplaced.key, misplaced.message, misplaced.hint)
  const from = written.from ?? 'value'
  const settings = { from, type, format, unit: unit ?? 'ms', nullable: written.nullable ?? true }
  const fallback = convertDefault(settings, written.default ?? null)
  if ('expected' in fallback) {
    const shown = JSON.stringify(written.default)
    return refuse(context, written, 'default', `default ${shown} is no ${type}`, fallback.expected)
  }
  const mask = written.mask ?? null
  const unfit = mask === null ? null : maskFault(mask, { ...settings, default: fallback.value })
  if (unfit !== null) return refuse(context, written, 'mask', unfit.message, unfit.hint)
  return { ...settings, default: fallback.value, path: pathOf(from, written), mask }
}

/** Keys have no member of the column's name by themselves: without a path, the whole key is meant. */
function pathOf(from: ColumnOrigin, { path, header }: WrittenColumn): Column['path'] | null {
  if (from === 'value') return path ?? null
  if (from === 'header') return [header ?? '']
  return path ?? []
}

/** What does not go together with the part of the record that a column is taken from; null where all does. */
function originFault(written: WrittenColumn): { key: string; message: string; hint: string } | null {
  const { from = 'value', header, path, type } = written
  if (from === 'header' && header === undefined) {
    return { key: 'from', message: 'which header is not said', hint: 'add header: NAME' }
  }
  if (from !== 'header' && header !== undefined) {
    return { key: 'header', message: 'header is for from: header', hint: 'add from: header' }
  }
  if (path !== undefined && from !== 'value' && from !== 'key') {
    return { key: 'path', message: `path is for the value or the key, not for ${from}`, hint: 'remove path' }
  }
  const only = { headers: 'json', timestamp: 'timestamp', tombstone: 'boolean' } as const
  const wanted = from === 'headers' || from === 'timestamp' || from === 'tombstone' ? only[from] : type
  if (wanted === type) return null
  return { key: 'type', message: `from: ${from} gives ${wanted}, not ${type}`, hint: `write type: ${wanted}` }
}

/** What a column cannot be with its mask; null where it can. */
function maskFault(
  mask: MaskAction,
  { from, type, nullable, default: fallback }: Pick<Column, 'from' | 'type' | 'nullable' | 'default'>,
): { message: string; hint: string } | null {
  if (from === 'timestamp' || from === 'tombstone')
    return { message: `${from} holds nothing to mask`, hint: 'remove mask' }
  if (mask.kind === 'hash' && type !== 'text')
    return { message: `a hash is text, not ${type}`, hint: 'write type: text, or mask: redact' }
  if (mask.kind === 'truncate' && type !== 'text') {
    const message = `only text has first characters, and the column is ${type}`
    return { message, hint: 'write type: text, or mask: redact' }
  }
  const isEmptied = mask.kind === 'drop' || (mask.kind === 'redact' && type !== 'text')
  if (!isEmptied) return null
  if (!nullable)
    return {
      message: `mask: ${mask.kind} leaves NULL, and the column is not nullable`,
      hint: 'remove nullable',
    }
  if (fallback === null) return null
  return {
    message: `mask: ${mask.kind} leaves NULL, and the default would take its place`,
    hint: 'remove default',
  }
}

function refuse(
  context: Parameters<typeof reject>[0],
  input: WrittenColumn,
  key: string,
  message: string,
  hint = `remove ${key}`,
): never {
  return reject(context, input, message, { hint, key })
}

/** The default in the form of Column.default, or what should stand there. */
function convertDefault(
  column: { type: ColumnType; format: string | null; unit: Column['unit'] },
  value: Default,
): { value: Default } | { expected: string } {
  if (value === null) return { value }
  switch (column.type) {
    case 'text':
      return typeof value === 'string' ? { value } : { expected: `write "${String(value)}" in quotes` }
    case 'integer':
      return Number.isSafeInteger(value)
        ? { value }
        : { expected: 'write a whole number within ±9007199254740991' }
    case 'real':
      return typeof value === 'number' ? { value } : { expected: 'write a number' }
    case 'boolean':
      return typeof value === 'boolean' ? { value } : { expected: 'write true or false' }
    case 'timestamp':
      return timestampDefault(column, value)
    case 'json':
      return jsonDefault(value)
    case 'bytes':
      return { expected: 'leave it out; bytes have no default' }
    default:
      return assertNever(column.type)
  }
}

function timestampDefault(
  column: { format: string | null; unit: Column['unit'] },
  value: string | number | boolean,
): { value: number } | { expected: string } {
  const parser = compileTimestamp(column.format, column.unit)
  const bytes = new TextEncoder().encode(String(value))
  const ms =
    typeof value === 'number'
      ? parser.parseNumber(bytes, 0, bytes.length)
      : parser.parseBytes(bytes, 0, bytes.length)
  if (!Number.isNaN(ms)) return { value: ms }
  return {
    expected: column.format === null ? 'for example 2024-01-31T12:00:00Z' : `write it as ${column.format}`,
  }
}

function jsonDefault(value: string | number | boolean): { value: string } | { expected: string } {
  if (typeof value !== 'string') return { value: JSON.stringify(value) }
  try {
    JSON.parse(value)
    return { value }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return { expected: 'write JSON text, for example "{}"' }
  }
}
