/** A key or value as its panel shows it: which ways there are, and what each holds. Pure. */
import type { RecordPart } from '#contract/messages.ts'
import { base64Bytes, utf8Text } from '../../grid/bytes.ts'
import { isBranch, readJson, type JsonNode } from '../../grid/json-document.ts'

export type PartMode = 'tree' | 'raw' | 'hex'

export interface PartContent {
  /** Bytes that are here, from the beginning. */
  bytes: Uint8Array
  /** Decoded text; null where there is none. */
  text: string | null
  /** The document of the text; null where it is no JSON object or array, or too long for a tree. */
  json: JsonNode | null
  modes: readonly PartMode[]
}

/** Text beyond this is shown as text only, characters: a tree of it would take seconds. */
const longestTree = 4_000_000

/**
 * What there is to show of a part.
 * @param whole all of its bytes, once they were read; null before
 */
export function partContent(part: RecordPart, whole: Uint8Array | null): PartContent | null {
  if (part.raw === null) return null
  const bytes = whole ?? base64Bytes(part.raw)
  const isReadAsIs = part.format === 'json' || part.format === 'text'
  const text = whole !== null && isReadAsIs ? utf8Text(bytes) : part.text
  const isTree = text !== null && text.length <= longestTree && /^\s*[[{]/.test(text)
  const root = isTree ? readJson(text) : null
  const json = root !== null && isBranch(root) ? root : null
  const modes: PartMode[] = ['hex']
  if (text !== null) modes.unshift('raw')
  if (json !== null) modes.unshift('tree')
  return { bytes, text, json, modes }
}
