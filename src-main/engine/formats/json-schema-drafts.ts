/** The drafts of JSON Schema: which one a schema is written for, what reads it, and draft 4 turned into draft 7. */
import type { AnySchema } from 'ajv'
import { z } from 'zod'
import { SchemaFault } from './value-decoder.ts'

/** Drafts that one validator reads; 4, 6 and 7 are read alike. */
export type DraftFamily = 'draft-07' | '2019-09' | '2020-12'

export interface DraftedSchema {
  /** Null where the schema names none. */
  family: DraftFamily | null
  /** Without its `$schema`, as the validator is chosen by it. */
  schema: AnySchema
}

const schemaShape = z.union([z.boolean(), z.record(z.string(), z.unknown())])
const address = /^https?:\/\/json-schema\.org\/draft(?:-0([467])|\/(2019-09|2020-12))\/schema#?$/
/** Keywords that hold values of the data, and no schemas. */
const dataKeywords: ReadonlySet<string> = new Set(['enum', 'default'])

/** @throws SchemaFault where it is no JSON, no schema, or of a draft that cannot be read */
export function readDraftedSchema(text: string): DraftedSchema {
  const schema = parse(text)
  if (typeof schema === 'boolean') return { family: null, schema }
  const { $schema: draft, ...rest } = schema
  if (draft === undefined) return { family: null, schema: rest }
  const [, numbered, dated] = (typeof draft === 'string' ? address.exec(draft) : null) ?? []
  if (numbered === '4') return { family: 'draft-07', schema: fromDraft4(rest) }
  if (numbered !== undefined) return { family: 'draft-07', schema: rest }
  if (dated === '2019-09' || dated === '2020-12') return { family: dated, schema: rest }
  throw new SchemaFault(
    `it is written for ${typeof draft === 'string' ? draft : JSON.stringify(draft)}; JSON Schema drafts 4, 6, 7, 2019-09 and 2020-12 can be read`,
  )
}

function parse(text: string): boolean | Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new SchemaFault(`the schema is not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  const parsed = schemaShape.safeParse(value)
  if (!parsed.success) throw new SchemaFault('the schema is neither an object nor a boolean')
  return parsed.data
}

/** In draft 7 `id` is `$id`, and bounds that exclude are numbers of their own. */
function fromDraft4(schema: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const turned: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(schema)) {
    if (name === 'id' && typeof value === 'string') turned['$id'] = value
    else if (name === 'minimum' && schema['exclusiveMinimum'] === true) turned['exclusiveMinimum'] = value
    else if (name === 'maximum' && schema['exclusiveMaximum'] === true) turned['exclusiveMaximum'] = value
    else if (dataKeywords.has(name) && (Array.isArray(value) || name === 'default')) turned[name] = value
    else if (!/^exclusiveM(in|ax)imum$/.test(name) || typeof value !== 'boolean')
      turned[name] = valueFromDraft4(value)
  }
  return turned
}

function valueFromDraft4(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(valueFromDraft4)
  const parsed = z.record(z.string(), z.unknown()).safeParse(value)
  return parsed.success ? fromDraft4(parsed.data) : value
}
