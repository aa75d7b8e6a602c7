/**
 * Values that are JSON and have to fit a JSON Schema: checked, and passed on as they are, without a copy. Numbers are checked
 * as doubles, and passed on digit by digit.
 */
import { isUtf8 } from 'node:buffer'
import { Ajv, type AnySchema, type ErrorObject, type Options, type ValidateFunction } from 'ajv'
import { Ajv2019 } from 'ajv/dist/2019.js'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { z } from 'zod'
import { SchemaFault, type ValueDecoder, ValueMisfit } from './value-decoder.ts'

const schemaShape = z.union([z.boolean(), z.record(z.string(), z.unknown())])
const utf8 = new TextDecoder('utf-8')

export class JsonSchemaDecoder implements ValueDecoder {
  bytes: Uint8Array = new Uint8Array(0)
  start = 0
  end = 0
  readonly #validate: ValidateFunction

  /** @param references schemas that this one names by `$ref`. @throws SchemaFault */
  constructor(text: string, references: readonly { name: string; text: string }[]) {
    const schema = parseSchema(text)
    try {
      const ajv = openAjv(schema)
      for (const { name, text: other } of references) ajv.addSchema(parseSchema(other), name)
      this.#validate = ajv.compile(schema)
    } catch (error) {
      if (error instanceof SchemaFault) throw error
      throw new SchemaFault(error instanceof Error ? error.message : String(error))
    }
  }

  decode(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes
    this.start = start
    this.end = end
    const value = readJson(bytes.subarray(start, end))
    if (this.#validate(value)) return
    throw new ValueMisfit('json-schema', errorWords(this.#validate.errors?.[0]))
  }
}

/** The validator for the draft that a schema names; draft 7 where it names none, as Confluent's serializers do. */
function openAjv(schema: AnySchema): Pick<Ajv, 'addSchema' | 'compile'> {
  const draft = draftOf(schema)
  const options: Options = { strict: false, allErrors: false, validateFormats: true, logger: false }
  if (draft.includes('2020-12')) return withFormats(new Ajv2020(options))
  if (draft.includes('2019-09')) return withFormats(new Ajv2019(options))
  return withFormats(new Ajv(options))
}

function withFormats<Validator extends Parameters<typeof addFormats>[0]>(ajv: Validator): Validator {
  addFormats(ajv)
  return ajv
}

function draftOf(schema: AnySchema): string {
  const declared: unknown = typeof schema === 'object' ? Reflect.get(schema, '$schema') : null
  return typeof declared === 'string' ? declared : ''
}

/** Draft 4 is read as draft 7: `id` is `$id`, and bounds that exclude are numbers of their own. */
function parseSchema(text: string): AnySchema {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new SchemaFault(`the schema is not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  const parsed = schemaShape.safeParse(value)
  if (!parsed.success) throw new SchemaFault('the schema is neither an object nor a boolean')
  const schema = parsed.data
  if (typeof schema === 'boolean') return schema
  const draft = schema['$schema']
  if (typeof draft !== 'string') return schema
  if (!/draft-0[346]\b/.test(draft)) return schema
  const { $schema: _draft, ...rest } = schema
  return draft.includes('draft-06') ? rest : asDraft7(rest)
}

function asDraft7(schema: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const turned: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(schema)) {
    if (name === 'id' && typeof value === 'string') turned['$id'] = value
    else if (name === 'minimum' && schema['exclusiveMinimum'] === true) turned['exclusiveMinimum'] = value
    else if (name === 'maximum' && schema['exclusiveMaximum'] === true) turned['exclusiveMaximum'] = value
    else if (!/^exclusiveM(in|ax)imum$/.test(name) || typeof value !== 'boolean')
      turned[name] = asDraft7Value(value)
  }
  return turned
}

function asDraft7Value(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asDraft7Value)
  const parsed = z.record(z.string(), z.unknown()).safeParse(value)
  return parsed.success ? asDraft7(parsed.data) : value
}

/** @throws ValueMisfit */
function readJson(bytes: Uint8Array): unknown {
  if (!isUtf8(bytes)) throw new ValueMisfit('invalid-utf8', 'the value is not UTF-8')
  try {
    return JSON.parse(utf8.decode(bytes)) as unknown
  } catch (error) {
    throw new ValueMisfit('invalid-json', error instanceof Error ? error.message : String(error))
  }
}

function errorWords(error: ErrorObject | undefined): string {
  if (error === undefined) return 'the value does not fit'
  const { instancePath, message = 'does not fit', params, keyword } = error
  const place = instancePath === '' ? '$' : `$${instancePath.replaceAll('/', '.')}`
  const extra = keyword === 'additionalProperties' ? `: ${JSON.stringify(params['additionalProperty'])}` : ''
  const allowed = keyword === 'enum' ? `: ${JSON.stringify(params['allowedValues']).slice(0, 200)}` : ''
  return `at ${place}: ${message}${extra}${allowed}`
}
