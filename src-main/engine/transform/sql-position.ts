/** Where SQL of the workspace stands in its file. Pure. */
import type { Position, Step } from '../../workspace/model.ts'

/** Position in penstock.yaml of an offset in the SQL; exact for block scalars, the scalar's start otherwise. */
export function positionInFile(
  { sql, position, multiline }: Pick<Step, 'sql' | 'position' | 'multiline'>,
  offset: number,
): Position {
  const lines = sql.slice(0, offset).split('\n')
  const last = lines.at(-1) ?? ''
  if (multiline) return { line: position.line + lines.length - 1, column: position.column + last.length }
  return lines.length === 1 ? { line: position.line, column: position.column + offset } : position
}
