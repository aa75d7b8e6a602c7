import { describe, expect, it } from 'vitest'
import type { RecordDetail, RecordPart } from '#contract/messages.ts'
import { AppError } from '#contract/errors.ts'
import { ProduceState } from '../../../../src-renderer/features/messages/produce-state.svelte.ts'
import {
  draftOfRecord,
  emptyDraft,
  jsonWarning,
  producedOf,
} from '../../../../src-renderer/features/messages/produced.ts'
import { createFakeClient } from '../fake-client.ts'

const target = { connection: 'staging', topic: 'orders', partitions: 4 }
const part = (raw: string | null, change: Partial<RecordPart> = {}): RecordPart => ({
  ...{ raw, bytes: 1, text: null, format: 'avro', problem: '', truncated: false, schema: null },
  ...change,
})
const record: RecordDetail = {
  ...{ topic: 'orders', partition: 1, offset: '7', timestamp: 1, timestampType: 'create', sizeBytes: 9 },
  key: part('a2V5'),
  value: part('AAAAABL/'),
  headers: [
    { name: 'retry', text: '1', raw: 'MQ==' },
    { name: 'retry', text: null, raw: null },
  ],
  compression: 'none',
  masked: '',
}

describe('a message written again', () => {
  it('has the same bytes, also those that are no text', () => {
    const draft = draftOfRecord(record)
    expect(draft === null ? null : producedOf(draft, target)).toEqual({
      message: {
        connection: 'staging',
        topic: 'orders',
        key: { text: 'key' },
        value: { base64: 'AAAAABL/' },
        headers: [
          { name: 'retry', value: { text: '1' } },
          { name: 'retry', value: null },
        ],
        confirm: 'orders',
      },
    })
  })
  it('is refused where only its beginning is here', () => {
    expect(draftOfRecord({ ...record, value: part('AA==', { truncated: true }) })).toBeNull()
  })
})

describe('a draft', () => {
  it.each([
    [{ ...emptyDraft, partition: '4' }, 'The partition is a number from 0 to 3, or empty'],
    [{ ...emptyDraft, headers: [{ name: '', value: { kind: 'none' } as const }] }, 'A header has no name'],
    [
      { ...emptyDraft, value: { kind: 'text', text: 'x'.repeat(1_100_000) } as const },
      'The message has 1.1 MB; at most 1 MB can be written here',
    ],
  ])('that cannot be written says why', (draft, problem) => {
    expect(producedOf(draft, target)).toEqual({ problem })
  })
  it('warns of JSON that is none', () => {
    expect(jsonWarning({ kind: 'text', text: '{"a": }' })).toContain('looks like JSON and is none')
    expect(jsonWarning({ kind: 'text', text: '{"a": 1}' })).toBe('')
  })
})

describe('the dialog', () => {
  const wide = { ...target, writes: true, production: false }
  it('writes what was previewed, once', async () => {
    const sent: unknown[] = []
    const client = createFakeClient({
      messages: {
        produce: async (message) => {
          sent.push(message.value)
          return { partition: 2, offset: '9', timestamp: null }
        },
      },
    })
    const produce = new ProduceState(client, wide, null)
    await produce.send()
    produce.draft.value = { kind: 'text', text: 'hello' }
    produce.preview()
    await Promise.all([produce.send(), produce.send()])
    expect([produce.step, sent, produce.sent?.offset]).toEqual(['sent', [{ text: 'hello' }], '9'])
  })
  it('says why it was not written, and can be tried again', async () => {
    const client = createFakeClient({
      messages: { produce: () => Promise.reject(new AppError('CONNECTION_REFUSES_WRITES', 'read only')) },
    })
    const produce = new ProduceState(client, wide, null)
    produce.preview()
    await produce.send()
    expect([produce.step, produce.error?.message]).toEqual(['preview', 'read only'])
  })
})
