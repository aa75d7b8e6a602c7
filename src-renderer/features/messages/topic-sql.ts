/** SQL that begins a query about a topic. Pure. */
import type { WorkspaceView } from '#contract/workspace.ts'

function quoted(name: string): string {
  return /^[a-z_][a-z0-9_]*$/i.test(name) ? name : `"${name.replaceAll('"', '""')}"`
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/**
 * Newest rows of the table that a topic lands in, or what is known of the topic where it lands in none.
 * @param consumers sources and lookups of the workspace that read it
 */
export function topicSql(
  { connection, topic }: { connection: string; topic: string },
  consumers: readonly string[],
  workspace: WorkspaceView | null,
): string {
  const reads = (name: string): boolean =>
    consumers.includes(name) ||
    workspace?.sources.some(
      (source) => source.name === name && source.connection === connection && source.topic === topic,
    ) === true
  const table = workspace?.tables.find(({ source }) => reads(source))
  if (table !== undefined) {
    return `SELECT *\nFROM ${quoted(table.name)}\nWHERE _topic = ${literal(topic)}\nORDER BY _timestamp DESC\nLIMIT 100`
  }
  const lookup = workspace?.lookups.find(({ name }) => consumers.includes(name))
  if (lookup !== undefined) return `SELECT *\nFROM ${quoted(lookup.name)}\nLIMIT 100`
  return `-- No source of the workspace reads this topic, so its records cannot be queried: these are its measurements.\nSELECT *\nFROM sys_topics\nWHERE connection = ${literal(connection)} AND topic = ${literal(topic)}\nORDER BY at DESC\nLIMIT 100`
}
