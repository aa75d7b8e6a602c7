/** The columns of a lookup that declares none: all that the file has, with the narrowest type that holds each value. */
import type { ColumnType } from '#contract/workspace.ts'
import type { Column } from '../../workspace/model.ts'
import type { FileLookup } from './file-lookup.ts'
import { ColumnEvidence } from '../../columns/column-evidence.ts'
import { columnNames } from '../../columns/column-names.ts'
import { lookupFault } from './lookup-fault.ts'
import type { LookupRow } from './lookup-row.ts'
import { TextEvidence } from './text-evidence.ts'

/** SQLite has room for 2,000 columns in a table; a lookup wider than this must declare those that it needs. */
const mostColumns = 1000

interface Evidence {
  add(value: unknown): void
  decide(): { type: ColumnType; format: string | null }
}

/**
 * Reads every row once to find the columns. Types go from integer over real to text; timestamps are never guessed.
 * @param header column names that the file declares itself, or null where its rows do
 * @throws AppError LOOKUP_UNREADABLE where there is nothing to find, or too much
 */
export async function inferLookupColumns(
  lookup: FileLookup,
  header: readonly string[] | null,
  rows: AsyncIterable<LookupRow>,
): Promise<Column[]> {
  const create = (): Evidence => (lookup.format === 'csv' ? new TextEvidence() : new ColumnEvidence(false))
  const members = new Map<string, Evidence>((header ?? []).map((name) => [name, create()]))
  for await (const row of rows) {
    for (const [name, value] of row.entries()) {
      const evidence = members.get(name) ?? create()
      members.set(name, evidence)
      evidence.add(value)
    }
    if (members.size > mostColumns) {
      const hint = 'declare those that you need under columns'
      throw lookupFault(lookup, `there are more than ${String(mostColumns)} columns`, {
        line: row.line,
        hint,
      })
    }
  }
  if (members.size === 0) {
    throw lookupFault(lookup, 'there are no rows to take the columns from', {
      hint: 'declare them under columns',
    })
  }
  const names = columnNames([...members.keys()])
  return [...members].map(([original, evidence], index) => ({
    name: names[index] ?? original,
    from: 'value' as const,
    path: [original],
    ...evidence.decide(),
    nullable: true,
    default: null,
    unit: 'ms',
  }))
}
