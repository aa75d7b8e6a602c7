/** The JSON Schema of penstock.yaml, for editors; made from the schema that the parser uses. */
import { z } from 'zod'
import { workspaceSchema } from './schema.ts'

/** Text of resources/penstock.schema.json. */
export function workspaceJsonSchema(): string {
  const { $schema, ...schema } = z.toJSONSchema(workspaceSchema, { io: 'input', target: 'draft-7' })
  const titled = {
    $schema,
    title: 'Penstock workspace',
    description: 'penstock.yaml: sources, lookups, tables and the store of one workspace.',
    ...schema,
  }
  return `${JSON.stringify(titled, null, 2)}\n`
}
