/** What the parts of the connection form share: its fields, what is wrong with them, and how one is changed. */
import type { ConnectionFields, SecretField } from '../../state/connection-fields.ts'
import type { FieldProblems } from '../../state/connection-problems.ts'

export interface FormParts {
  readonly fields: ConnectionFields
  readonly problems: FieldProblems
  edit(change: Partial<ConnectionFields>): void
}

/** Fields that hold a value of this kind. */
type FieldsWith<Value> = {
  [Name in keyof ConnectionFields]: ConnectionFields[Name] extends Value ? Name : never
}[keyof ConnectionFields]

export type TextName = Exclude<FieldsWith<string>, 'mechanism'>
export type SecretName = FieldsWith<SecretField>
export type CheckName = FieldsWith<boolean>
