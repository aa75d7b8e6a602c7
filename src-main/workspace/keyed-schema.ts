/** The settings of a table that have to do with keys: what identifies a row, which row is the newest, what a duplicate is. */
import { z } from 'zod'
import { duration, map, reject, words } from './forms.ts'

/** Columns of one key; SQLite takes more, people do not. */
const mostKeyColumns = 16

const keyColumns = z
  .union([words.transform((name) => [name]), z.array(words).min(1).max(mostKeyColumns)], {
    error: `must be a column, or a list of up to ${String(mostKeyColumns)} columns`,
  })
  .check((context) => {
    const names = context.value.map((name) => name.toLowerCase())
    const twice = context.value.find((name, index) => names.indexOf(name.toLowerCase()) < index)
    if (twice === undefined) return
    reject(context, context.value, `${JSON.stringify(twice)} is named twice`, {
      hint: 'name each column once',
    })
  })

const deduplicate = map({
  by: keyColumns.describe('Columns that are the same in a record and its duplicate.'),
  within: duration.describe(
    "How long a record is remembered, for example 1h. By the source's event_time, or else by the time of the record.",
  ),
})

/** Keys of a table's entry. */
export const keyedSettings = {
  key: keyColumns
    .optional()
    .describe(
      'Columns that identify a row: a newer record with the same key takes its place. Default: rows are appended.',
    ),
  newest_by: words
    .optional()
    .describe(
      'With key: timestamp or integer column that says which record is newer. Default: the one that arrives later.',
    ),
  delete_when: words
    .optional()
    .describe(
      "With key: SQL condition over the last step's columns; a record that meets it deletes the row of its key.",
    ),
  deduplicate: deduplicate
    .optional()
    .describe('Leaves out records whose key has landed not long ago. Not for tables with a key.'),
}

interface WrittenKeys {
  key?: readonly string[] | undefined
  newest_by?: string | undefined
  delete_when?: string | undefined
  deduplicate?: unknown
}

/** Refuses settings that do not go together. */
export function checkKeyedSettings(context: Parameters<typeof reject>[0] & { value: WrittenKeys }): void {
  const { value } = context
  if (value.key !== undefined && value.deduplicate !== undefined) {
    reject(context, value, 'a table with a key holds no duplicates', {
      hint: 'keep one of key and deduplicate',
      key: 'deduplicate',
    })
  }
  if (value.key !== undefined) return
  for (const key of ['newest_by', 'delete_when'] as const) {
    if (value[key] === undefined) continue
    reject(context, value, `${key} is for tables with a key`, { hint: `add key, or remove ${key}`, key })
  }
}
