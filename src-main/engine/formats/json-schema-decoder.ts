/**
 * Values that are JSON and have to fit a JSON Schema: checked, and passed on as they are, without a copy. Numbers are checked
 * as doubles, and passed on digit by digit.
 */
import { isUtf8 } from 'node:buffer'
import { Ajv, type AnySchema, type ErrorObject, type Options, type ValidateFunction } from 'ajv'
import { Ajv2019 } from 'ajv/dist/2019.js'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { type DraftFamily, readDraftedSchema } from './json-schema-drafts.ts'
import { SchemaFault, type ValueDecoder, ValueMisfit } from './value-decoder.ts'

const utf8 = new TextDecoder('utf-8')

export class JsonSchemaDecoder implements ValueDecoder {
  bytes: Uint8Array = new Uint8Array(0)
  start = 0
  end = 0
  readonly #validate: ValidateFunction

  /** @param references schemas that this one names by `$ref`. @throws SchemaFault */
  constructor(text: string, references: readonly { name: string; text: string }[]) {
    const { family, schema } = readDraftedSchema(text)
    try {
      const ajv = openAjv(family ?? 'draft-07')
      for (const reference of references) ajv.addSchema(readReference(reference, family), reference.name)
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

/** The validator of a family; draft 7 where a schema names none, as Confluent's serializers do. */
function openAjv(family: DraftFamily): Pick<Ajv, 'addSchema' | 'compile'> {
  const options: Options = { strict: false, allErrors: false, validateFormats: true, logger: false }
  switch (family) {
    case '2020-12':
      return withFormats(new Ajv2020(options))
    case '2019-09':
      return withFormats(new Ajv2019(options))
    case 'draft-07':
      return withFormats(new Ajv(options))
  }
}

function withFormats<Validator extends Parameters<typeof addFormats>[0]>(ajv: Validator): Validator {
  addFormats(ajv)
  return ajv
}

/** A reference is read by the validator of the schema that names it. @throws SchemaFault naming the reference */
function readReference(
  { name, text }: { name: string; text: string },
  wanted: DraftFamily | null,
): AnySchema {
  try {
    const { family, schema } = readDraftedSchema(text)
    const own = wanted ?? 'draft-07'
    if (family === null || family === own) return schema
    throw new SchemaFault(`it is written for ${family}, and the schema that names it for ${own}`)
  } catch (error) {
    if (!(error instanceof SchemaFault)) throw error
    throw new SchemaFault(`${name}: ${error.message}`)
  }
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
