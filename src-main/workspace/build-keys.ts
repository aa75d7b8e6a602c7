/** What a table's entry says about keys, for the engine. */
import type { WorkspaceDocument } from './document.ts'
import type { Table } from './model.ts'
import type { TableFile } from './schema.ts'

/** Checks have refused what does not go together. */
export function buildKeys(
  name: string,
  { key, newest_by, delete_when, deduplicate }: TableFile,
  document: WorkspaceDocument,
): Pick<Table, 'key' | 'deduplicate'> {
  const path = ['tables', name]
  return {
    key:
      key === undefined
        ? null
        : {
            columns: key,
            newestBy:
              newest_by === undefined
                ? null
                : {
                    column: newest_by,
                    position: document.positionOf({ path: [...path, 'newest_by'], at: 'value' }),
                  },
            deleteWhen:
              delete_when === undefined
                ? null
                : { sql: delete_when, ...document.textPosition([...path, 'delete_when']) },
            position: document.positionOf({ path: [...path, 'key'], at: 'key' }),
          },
    deduplicate:
      deduplicate === undefined
        ? null
        : {
            by: deduplicate.by,
            withinMs: deduplicate.within,
            position: document.positionOf({ path: [...path, 'deduplicate'], at: 'key' }),
          },
  }
}
