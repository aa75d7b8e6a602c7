/** Reads a message with all that an export needs: from its row where that is all of it, else anew. */
import type { MessageRow, MessageSearch, RecordAddress, RecordDetail } from '#contract/messages.ts'
import { base64Bytes, utf8Text } from '../../grid/bytes.ts'
import type { PenstockClient } from '../../transport/client.ts'
import {
  type ExportMessage,
  type ExportPart,
  hasText,
  messageOfRecord,
  messageOfRow,
  partOfWhole,
} from './export-lines.ts'
import { bytesBase64 } from './produced.ts'
import { readDecoded, readWhole } from './read-whole.ts'

type Client = Pick<PenstockClient, 'messages'>

/** Rejects as the contract does, and with the signal's reason. */
export async function readMessage(
  client: Client,
  { connection, topic, keyFormat, valueFormat }: MessageSearch,
  row: MessageRow,
  signal: AbortSignal,
): Promise<ExportMessage> {
  const known = messageOfRow(row)
  if (known !== null) return known
  const { partition, offset } = row
  const address = { connection, topic, keyFormat, valueFormat, partition, offset }
  const record = await client.messages.record(address, { signal })
  const wholes: Partial<Record<'key' | 'value', ExportPart>> = {}
  for (const part of ['key', 'value'] as const) {
    if (record[part].truncated) wholes[part] = await wholePart(client, { address, record, part }, signal)
  }
  return messageOfRecord(record, wholes)
}

async function wholePart(
  client: Client,
  { address, record, part }: { address: RecordAddress; record: RecordDetail; part: 'key' | 'value' },
  signal: AbortSignal,
): Promise<ExportPart> {
  const { raw, bytes, format } = record[part]
  if (raw === null) return null
  if (hasText(record[part])) {
    const text = utf8Text(await readDecoded(client, { address, part }, signal))
    if (text !== null) return partOfWhole(text, format)
  }
  const whole = await readWhole(client, { address, part, bytes, first: base64Bytes(raw) }, { signal })
  return { base64: bytesBase64(whole) }
}
