/** One message to be written, as it stands in its form: from nothing, or from a message that is there. Pure. */
import { limits } from '#contract/limits.ts'
import type { ProducedMessage, RecordDetail } from '#contract/messages.ts'
import { base64Bytes, utf8Text } from '../../grid/bytes.ts'
import { formatBytes } from '../../ui/format.ts'

/** A key or value in the form. `bytes` cannot be typed: they are kept as they were in the message they come from. */
export type PartDraft = { kind: 'none' } | { kind: 'text'; text: string } | { kind: 'bytes'; base64: string }

export interface HeaderDraft {
  name: string
  value: PartDraft
}

export interface ProduceDraft {
  /** A number, or empty to let the key decide. */
  partition: string
  key: PartDraft
  value: PartDraft
  headers: HeaderDraft[]
}

export const emptyDraft: ProduceDraft = {
  partition: '',
  key: { kind: 'none' },
  value: { kind: 'text', text: '' },
  headers: [],
}

/** Base64 of bytes of any length. */
export function bytesBase64(bytes: Uint8Array): string {
  const step = 32_768
  let text = ''
  for (let at = 0; at < bytes.length; at += step)
    text += String.fromCharCode(...bytes.subarray(at, at + step))
  return btoa(text)
}

function draftOf(raw: string | null): PartDraft {
  if (raw === null) return { kind: 'none' }
  const text = utf8Text(base64Bytes(raw))
  return text === null || text.includes('\0') ? { kind: 'bytes', base64: raw } : { kind: 'text', text }
}

/**
 * The draft that writes a message once more, byte for byte.
 * @returns null where the message is larger than one that can be written
 */
export function draftOfRecord(record: RecordDetail): ProduceDraft | null {
  if (record.key.truncated || record.value.truncated) return null
  return {
    partition: '',
    key: draftOf(record.key.raw),
    value: draftOf(record.value.raw),
    headers: record.headers.map(({ name, raw }) => ({ name, value: draftOf(raw) })),
  }
}

function inputOf(part: PartDraft): ProducedMessage['value'] {
  if (part.kind === 'none') return null
  return part.kind === 'text' ? { text: part.text } : { base64: part.base64 }
}

/** Size of a part on the wire, bytes. */
export function sizeOfPart(part: PartDraft): number {
  if (part.kind === 'none') return 0
  return part.kind === 'text' ? new TextEncoder().encode(part.text).length : base64Bytes(part.base64).length
}

/** A part in a few words: "none", "12 B of text", "6 B that are no text, kept as they were". */
export function partWords(part: PartDraft): string {
  if (part.kind === 'none') return 'none'
  const size = formatBytes(sizeOfPart(part))
  return part.kind === 'text' ? `${size} of text` : `${size} that are no text, kept as they were`
}

interface Target {
  connection: string
  topic: string
  /** Partitions that the topic has; null where it is not known. */
  partitions: number | null
}

/** What would be written, or why it cannot be. */
export function producedOf(
  draft: ProduceDraft,
  { connection, topic, partitions }: Target,
): { message: ProducedMessage } | { problem: string } {
  const { partition, key, value, headers } = draft
  const number = partition.trim()
  const isKnown = /^\d{1,9}$/.test(number) && (partitions === null || Number(number) < partitions)
  if (number !== '' && !isKnown)
    return {
      problem:
        partitions === null
          ? 'The partition is a number, or empty'
          : `The partition is a number from 0 to ${String(partitions - 1)}, or empty`,
    }
  if (headers.some(({ name }) => name === '')) return { problem: 'A header has no name' }
  const size = [key, value, ...headers.map((header) => header.value)].reduce(
    (sum, part) => sum + sizeOfPart(part),
    0,
  )
  if (size > limits.producedBytes)
    return {
      problem: `The message has ${formatBytes(size)}; at most ${formatBytes(limits.producedBytes)} can be written here`,
    }
  return {
    message: {
      connection,
      topic,
      ...(number === '' ? {} : { partition: Number(number) }),
      key: inputOf(key),
      value: inputOf(value),
      headers: headers.map((header) => ({ name: header.name, value: inputOf(header.value) })),
      confirm: topic,
    },
  }
}

/** Whether the text of a value looks like JSON and is none: worth a word before it is written. */
export function jsonWarning(part: PartDraft): string {
  if (part.kind !== 'text' || !/^\s*[[{]/.test(part.text)) return ''
  try {
    JSON.parse(part.text)
    return ''
  } catch (error) {
    if (error instanceof SyntaxError) return `The value looks like JSON and is none: ${error.message}`
    throw error
  }
}
