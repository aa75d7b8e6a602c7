import { describe, expect, test } from 'vitest'
import { limits } from '../../../../src-main/contract/limits.ts'
import type { MessageFormat, MessagePart } from '../../../../src-main/contract/messages.ts'
import { PlainDecoder } from '../../../../src-main/engine/messages/part-decoder.ts'
import { previewOf } from '../../../../src-main/engine/messages/preview.ts'
import { readerAt, type TestRecord } from './record-at.ts'

function valueOf(value: TestRecord['value'], format: MessageFormat = 'auto'): MessagePart | undefined {
  const decoders = { key: new PlainDecoder('auto'), value: new PlainDecoder(format) }
  return previewOf(readerAt({ value: value ?? null }), 0, decoders)?.value
}

describe('a preview', () => {
  test('has the record', () => {
    const reader = readerAt({ key: 'k', value: null, headers: [['a', null]], timestamp: 5 })
    const decoders = { key: new PlainDecoder('auto'), value: new PlainDecoder('auto') }
    expect(previewOf(reader, 2, decoders)).toEqual({
      partition: 2,
      offset: '0',
      timestamp: 5,
      key: { text: 'k', bytes: 1, format: 'text', problem: '' },
      value: { text: null, bytes: 0, format: 'bytes', problem: '' },
      headers: 1,
      sizeBytes: reader.recordBytes,
    })
  })

  test.for<[string | Buffer, MessageFormat, Partial<MessagePart>]>([
    ['{"a":1}', 'auto', { text: '{"a":1}', format: 'json', problem: '' }],
    ['12', 'auto', { text: '12', format: 'text' }],
    ['{"a":', 'auto', { text: '{"a":', format: 'text', problem: '' }],
    ['{"a":', 'json', { text: '{"a":', format: 'text', problem: expect.stringContaining('is not JSON') }],
    [Buffer.of(0xff, 0), 'auto', { text: 'ff00', format: 'bytes', problem: '' }],
    [Buffer.of(0xff, 0), 'text', { text: 'ff00', format: 'bytes', problem: 'is not UTF-8 text' }],
    [Buffer.of(0, 0x61), 'auto', { text: '0061', format: 'bytes', problem: '' }],
    [Buffer.of(0, 0x61), 'text', { text: '\0a', format: 'text', problem: '' }],
    ['ab', 'bytes', { text: '6162', format: 'bytes', problem: '' }],
    ['', 'auto', { text: '', format: 'text', bytes: 0 }],
  ])('of %j as %s', ([value, format, expected]) => {
    expect(valueOf(value, format)).toMatchObject(expected)
  })

  test('is cut between characters', () => {
    const most = limits.messagePreviewCharacters
    const text = `${'x'.repeat(most - 1)}😀 and more`
    expect(valueOf(text)).toMatchObject({ text: 'x'.repeat(most - 1), bytes: Buffer.byteLength(text) })
    expect(valueOf('é'.repeat(5000))).toMatchObject({ text: 'é'.repeat(most) })
    expect(valueOf(Buffer.alloc(9000, 0xff))?.text).toBe('ff'.repeat(most / 2))
  })

  test('of a cut text leaves nothing behind for the next one', () => {
    const most = limits.messagePreviewCharacters
    expect(valueOf('😀'.repeat(most * 2))?.text).toBe('😀'.repeat(most / 2))
    expect(valueOf('plain')?.text).toBe('plain')
  })
})
