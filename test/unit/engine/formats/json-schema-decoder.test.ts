/** JSON Schema in each of its drafts, told apart by what only that draft means. */
import { describe, expect, it } from 'vitest'
import { JsonSchemaDecoder } from '../../../../src-main/engine/formats/json-schema-decoder.ts'
import { SchemaFault, ValueMisfit } from '../../../../src-main/engine/formats/value-decoder.ts'

/** One for each way to write a draft's address, with values that fit and values that do not. */
const drafts = [
  {
    draft: 'draft 4',
    schema: {
      $schema: 'http://json-schema.org/draft-04/schema#',
      id: 'http://example.test/order.json',
      properties: { n: { minimum: 0, exclusiveMinimum: true }, of: { $ref: '#/definitions/id' } },
      definitions: { id: { enum: [{ id: 'a', minimum: 1, exclusiveMinimum: true }] } },
    },
    fits: [{ n: 1 }, { of: { id: 'a', minimum: 1, exclusiveMinimum: true } }],
    misfits: [{ n: 0 }, { of: { $id: 'a' } }],
  },
  {
    draft: 'draft 6',
    schema: {
      $schema: 'http://json-schema.org/draft-06/schema#',
      properties: { n: { exclusiveMinimum: 0 }, kind: { const: 'a' } },
    },
    fits: [{ n: 1, kind: 'a' }],
    misfits: [{ n: 0 }, { kind: 'b' }],
  },
  {
    draft: 'draft 7',
    schema: {
      $schema: 'http://json-schema.org/draft-07/schema#',
      if: { properties: { kind: { const: 'a' } } },
      then: { required: ['n'] },
    },
    fits: [{ kind: 'a', n: 1 }, { kind: 'b' }],
    misfits: [{ kind: 'a' }],
  },
  {
    draft: 'draft 7, as many write it',
    schema: { $schema: 'https://json-schema.org/draft-07/schema', type: 'object' },
    fits: [{}],
    misfits: [1],
  },
  {
    draft: '2019-09',
    schema: {
      $schema: 'https://json-schema.org/draft/2019-09/schema',
      properties: { n: true },
      dependentRequired: { n: ['unit'] },
    },
    fits: [{}, { n: 1, unit: 'kg' }],
    misfits: [{ n: 1 }],
  },
  {
    draft: '2020-12',
    schema: {
      $schema: 'https://json-schema.org/draft/2020-12/schema#',
      prefixItems: [{ type: 'integer' }, { type: 'string' }],
      items: false,
    },
    fits: [[1, 'a'], [1]],
    misfits: [
      ['a', 1],
      [1, 'a', 2],
    ],
  },
  {
    draft: 'none, which is draft 7',
    schema: { items: [{ type: 'integer' }], additionalItems: false },
    fits: [[1]],
    misfits: [[1, 2]],
  },
]

describe('JSON Schema', () => {
  it.each(drafts)('$draft', ({ schema, fits, misfits }) => {
    const decoder = new JsonSchemaDecoder(JSON.stringify(schema), [])
    for (const value of fits) expect(read(decoder, value)).toEqual(value)
    for (const value of misfits) expect(() => read(decoder, value)).toThrow(ValueMisfit)
  })

  it.each([
    'http://json-schema.org/draft-03/schema#',
    'https://json-schema.org/draft/next/schema',
    'https://example.test/own-2020-12-dialect',
  ])('%s is refused by its name', ($schema) => {
    const opening = (): JsonSchemaDecoder => new JsonSchemaDecoder(JSON.stringify({ $schema }), [])
    expect(opening).toThrow(SchemaFault)
    expect(opening).toThrow(
      `it is written for ${$schema}; JSON Schema drafts 4, 6, 7, 2019-09 and 2020-12 can be read`,
    )
  })

  it('a reference of another draft is refused by its name', () => {
    const other = { $schema: 'http://json-schema.org/draft-03/schema#' }
    const references = [{ name: 'other.json', text: JSON.stringify(other) }]
    expect(() => new JsonSchemaDecoder('{"$ref":"other.json"}', references)).toThrow(/^other\.json: it is/)
  })

  it('a reference that another validator would have to read is refused', () => {
    const other = { $schema: 'https://json-schema.org/draft/2020-12/schema' }
    const references = [{ name: 'other.json', text: JSON.stringify(other) }]
    expect(() => new JsonSchemaDecoder('{"$ref":"other.json"}', references)).toThrow(
      'other.json: it is written for 2020-12, and the schema that names it for draft-07',
    )
  })

  it('a reference may be of another draft than the schema that names it', () => {
    const $schema = 'http://json-schema.org/draft-04/schema#'
    const text = JSON.stringify({ $schema, minimum: 0, exclusiveMinimum: true })
    const decoder = new JsonSchemaDecoder('{"items":{"$ref":"other.json"}}', [{ name: 'other.json', text }])
    expect(read(decoder, [1])).toEqual([1])
    expect(() => read(decoder, [0])).toThrow('at $.0: must be > 0')
  })
})

function read(decoder: JsonSchemaDecoder, value: unknown): unknown {
  const bytes = Buffer.from(JSON.stringify(value))
  decoder.decode(bytes, 0, bytes.length)
  return JSON.parse(Buffer.from(decoder.bytes.subarray(decoder.start, decoder.end)).toString())
}
