/** Writes resources/penstock.schema.json; run with `node` after a change of schema.ts. */
import { writeFileSync } from 'node:fs'
import { workspaceJsonSchema } from './json-schema.ts'

writeFileSync(new URL('../../resources/penstock.schema.json', import.meta.url), workspaceJsonSchema())
