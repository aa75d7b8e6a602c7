/** Previews of keys and values in the list: whether they are all there is. Pure. */
import { limits } from '#contract/limits.ts'
import type { MessagePart } from '#contract/messages.ts'

/** Whether the text of a preview is the whole part; null stands for one that is not there at all. */
export function isWhole({ text, bytes, format }: MessagePart): boolean {
  if (text === null) return true
  if (format === 'bytes') return text.length >= bytes * 2
  if (text.length < limits.messagePreviewCharacters) return true
  return (format === 'json' || format === 'text') && new TextEncoder().encode(text).length === bytes
}

/** The beginning of a part as one text for the list. */
export function previewText(part: MessagePart): string | null {
  const { text, format } = part
  if (text === null) return null
  const shown = format === 'bytes' && text !== '' ? `0x${text}` : text
  return isWhole(part) ? shown : `${shown}…`
}
