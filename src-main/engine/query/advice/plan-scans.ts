/** What SQLite's plans say about tables. Pure. */
import { codeTokens, identifierOf } from '../../sql/sql-tokens.ts'

/**
 * Whether a plan reads a table from its first row to its last, also to make an index for this one run. The words around a name are
 * SQLite's.
 * @param sql of the plan, which may give the table another name
 */
export function isScanned(plan: readonly string[], sql: string, table: string): boolean {
  return namesOf(sql, table).some((name) =>
    plan.some(
      (detail) =>
        detail === `SCAN ${name}` ||
        detail.startsWith(`SCAN ${name} `) ||
        (detail.startsWith(`SEARCH ${name} USING `) && detail.includes('AUTOMATIC ')),
    ),
  )
}

/** `flights` and `f` in `FROM flights AS f`. What follows a table and is no name stands in no plan. */
function namesOf(sql: string, table: string): string[] {
  const tokens = codeTokens(sql)
  const aliases = tokens.flatMap((token, index) => {
    if (identifierOf(token)?.toLowerCase() !== table.toLowerCase()) return []
    const next = tokens[index + 1]?.text.toUpperCase() === 'AS' ? tokens[index + 2] : tokens[index + 1]
    const alias = next === undefined ? null : identifierOf(next)
    return alias === null ? [] : [alias]
  })
  return [table, ...aliases]
}
