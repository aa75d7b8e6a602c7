/** The schema of a value as people see it. */
import type { RegisteredSchema, SchemaType } from './registry/registered-schema.ts'

export interface SchemaView {
  id: number
  /** Empty where the registry does not say. */
  subject: string
  type: SchemaType
  text: string
}

export function schemaView({ id, subject, type, text }: RegisteredSchema): SchemaView {
  return { id, subject, type, text }
}
