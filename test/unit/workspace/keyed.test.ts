/** Keys and duplicates of tables in penstock.yaml. */
import { describe, expect, it } from 'vitest'
import { parseWorkspace } from '../../../src-main/workspace/parse.ts'
import type { Table } from '../../../src-main/workspace/model.ts'

const head =
  'penstock: 1\nsources: { orders: { replay: { file: o.ndjson } } }\ntables:\n  t:\n    source: orders\n'

function tableOf(settings: string): Table | undefined {
  const parsed = parseWorkspace(head + settings, '/w/penstock.yaml')
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems))
  return parsed.workspace.tables[0]
}

function problemsOf(settings: string): string[] {
  const parsed = parseWorkspace(head + settings, '/w/penstock.yaml')
  if ('workspace' in parsed) return []
  return parsed.problems.map(
    ({ line, column, path, message, hint }) =>
      `${String(line)}:${String(column)} ${path} | ${message} | ${hint}`,
  )
}

describe('a table in penstock.yaml', () => {
  it('appends where nothing else is said', () => {
    expect(tableOf('')).toMatchObject({ key: null, deduplicate: null })
  })

  it('can have a key of one column or several', () => {
    expect(tableOf('    key: order_id\n')?.key).toEqual({
      ...{ columns: ['order_id'], newestBy: null, deleteWhen: null, position: { line: 6, column: 5 } },
    })
    const settings =
      "    key: [shop, order_id]\n    newest_by: at\n    delete_when: |\n      status = 'cancelled'\n"
    expect(tableOf(settings)?.key).toEqual({
      columns: ['shop', 'order_id'],
      newestBy: { column: 'at', position: { line: 7, column: 16 } },
      deleteWhen: { sql: "status = 'cancelled'\n", position: { line: 9, column: 7 }, multiline: true },
      position: { line: 6, column: 5 },
    })
  })

  it('can leave out duplicates', () => {
    expect(tableOf('    deduplicate: { by: order_id, within: 1h }\n')?.deduplicate).toEqual({
      ...{ by: ['order_id'], withinMs: 3_600_000, position: { line: 6, column: 5 } },
    })
  })
})

describe('settings that do not go together', () => {
  it.each([
    [
      '    key: a\n    deduplicate: { by: a, within: 1h }\n',
      '7:18 tables.t.deduplicate | a table with a key holds no duplicates | keep one of key and deduplicate',
    ],
    [
      '    newest_by: at\n',
      '6:16 tables.t.newest_by | newest_by is for tables with a key | add key, or remove newest_by',
    ],
    [
      '    delete_when: gone\n',
      '6:18 tables.t.delete_when | delete_when is for tables with a key | add key, or remove delete_when',
    ],
    ['    key: []\n', '6:10 tables.t.key | there are no entries | leave it out, or add one'],
    [
      '    key: 3\n',
      '6:10 tables.t.key | must be a column, or a list of up to 16 columns, not 3 | for example key: order_id',
    ],
    ['    key: [a, A]\n', '6:10 tables.t.key | "A" is named twice | name each column once'],
    ['    key: a\n    delete_when: " "\n', '7:18 tables.t.delete_when | is empty | '],
    [
      '    deduplicate: { by: a }\n',
      '6:5 tables.t.deduplicate | "within" is missing | for example within: 1h',
    ],
    [
      '    deduplicate: { by: a, within: 5 }\n',
      '6:35 tables.t.deduplicate.within | 5 is no time with its unit | add the unit: 5s, 5m, 5h or 5d',
    ],
  ])('%j', (settings, expected) => {
    expect(problemsOf(settings)).toEqual([expected])
  })
})
