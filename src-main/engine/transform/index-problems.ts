/** Declared indexes of tables that cannot be made, told where the file names them. Pure. */
import type { Problem } from '#contract/workspace.ts'
import type { Workspace } from '../../workspace/model.ts'
import { addedColumns, type TableShape } from '../batch/relations.ts'

export function indexProblems(workspace: Workspace, shapes: readonly TableShape[]): Problem[] {
  return shapes.flatMap((shape) => {
    const table = workspace.tables.find(({ name }) => name === shape.name)
    if (table === undefined) return []
    const known = [...shape.columns, ...addedColumns].map(({ name }) => name)
    const isKnown = (name: string): boolean => known.some((one) => one.toLowerCase() === name.toLowerCase())
    return table.indexes.flatMap((columns, index) => {
      const missing = columns.find((name) => !isKnown(name))
      if (missing === undefined) return []
      return [
        {
          file: workspace.file,
          ...table.position,
          path: `tables.${table.name}.indexes[${String(index)}]`,
          message: `${table.name} has no column ${JSON.stringify(missing)}`,
          hint: `there are ${known.slice(0, 20).join(', ')}`,
        },
      ]
    })
  })
}
