/** What a source's entry says about masks, for the engine. */
import { parseMaskPath } from '../columns/json-path.ts'
import type { Mask } from '../columns/mask.ts'
import type { SourceMasks } from './model.ts'
import type { SourceFile } from './schema.ts'

/** Those of columns come first: where two meet, the earlier one holds. Checks have refused what does not go together. */
export function buildMasks({ columns, masks, mask_key: key }: SourceFile): SourceMasks | null {
  const ofColumns = Object.entries(columns ?? {}).flatMap(([name, { mask, from, path, type }]): Mask[] => {
    if (mask === null || from === 'timestamp' || from === 'tombstone') return []
    return [{ part: from, path: path ?? [name], action: mask, isText: type === 'text' }]
  })
  const ofPaths = Object.entries(masks ?? {}).flatMap(([text, action]): Mask[] => {
    const parsed = parseMaskPath(text)
    return 'path' in parsed ? [{ part: 'value', path: parsed.path, action, isText: null }] : []
  })
  const list = [...ofColumns, ...ofPaths]
  return list.length === 0 ? null : { list, key: key ?? null }
}
