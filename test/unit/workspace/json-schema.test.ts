import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { workspaceJsonSchema } from '../../../src-main/workspace/json-schema.ts'

const committed = new URL('../../../resources/penstock.schema.json', import.meta.url)

it('the committed JSON Schema is the one of the parser; otherwise run src-main/workspace/write-json-schema.ts', async () => {
  expect(await readFile(committed, 'utf8')).toBe(workspaceJsonSchema())
})

it('every key has a description', () => {
  const undescribed: string[] = []
  const visit = (schema: unknown, path: string): void => {
    if (typeof schema !== 'object' || schema === null) return
    const isKey = /\.properties\.\w+$/.test(path)
    if (isKey && !('description' in schema)) undescribed.push(path)
    const entries: [string, unknown][] = Object.entries(schema)
    for (const [key, value] of entries) visit(value, `${path}.${key}`)
  }
  visit(JSON.parse(workspaceJsonSchema()), '')
  expect(undescribed).toEqual([])
})
