import { describe, expect, it } from 'vitest'
import type { MessageRow, RecordDetail, RecordPart } from '#contract/messages.ts'
import { toCsv } from '../../../../src-renderer/charts/csv.ts'
import {
  captureLine,
  csvColumns,
  inLogOrder,
  messageOfRecord,
  messageOfRow,
  partOfWhole,
} from '../../../../src-renderer/features/messages/export-lines.ts'
import { looksLikeEnvelope } from '../../../../src-main/engine/ingest/envelope.ts'

const row: MessageRow = {
  partition: 3,
  offset: '9223372036854775000',
  timestamp: 1_700_000_000_000,
  key: { text: 'k"1', bytes: 3, format: 'text', problem: '' },
  value: { text: '{"a":\n 1}', bytes: 9, format: 'json', problem: '' },
  headers: 0,
  sizeBytes: 12,
}
const part = (change: Partial<RecordPart>): RecordPart => ({
  ...{ raw: null, bytes: 0, text: null, format: 'json', problem: '', truncated: false, schema: null },
  ...change,
})
const record = (change: Partial<RecordDetail>): RecordDetail => ({
  ...{ topic: 'orders', partition: 0, offset: '7', timestamp: null, timestampType: 'none', sizeBytes: 1 },
  ...{ key: part({}), value: part({}), headers: [], compression: 'none', masked: '' },
  ...change,
})
const header = (name: string, text: string | null, raw: string | null = text) => ({ name, text, raw })

describe('a line of a capture', () => {
  it('is an envelope on one line, with the offset in all its digits', () => {
    const message = messageOfRow(row)
    const line = message === null ? '' : captureLine('orders', message)
    expect(line).toBe(
      '{"topic":"orders","partition":3,"offset":9223372036854775000,"timestamp":1700000000000,"key":"k\\"1","value":{"a":  1}}',
    )
    expect(looksLikeEnvelope(new TextEncoder().encode(line))).toBe(true)
  })

  it('keeps repeated headers as pairs, others as an object', () => {
    const twice = [header('a', '1'), header('a', '2'), header('__proto__', null)]
    expect(captureLine('t', messageOfRecord(record({ headers: twice })))).toContain(
      '"headers":[["a","1"],["a","2"],["__proto__",null]],"value":null',
    )
    expect(captureLine('t', messageOfRecord(record({ headers: twice.slice(1) })))).toContain(
      '"headers":{"a":"2","__proto__":null}',
    )
  })

  it('has text as JSON text and bytes as base64', () => {
    const text = record({ value: part({ raw: 'aGk=', bytes: 2, text: 'hi', format: 'text' }) })
    const bytes = record({ value: part({ raw: '3q2+7w==', bytes: 4, text: 'deadbeef', format: 'bytes' }) })
    expect(captureLine('t', messageOfRecord(text))).toContain('"value":"hi"')
    expect(captureLine('t', messageOfRecord(bytes))).toContain('"value":"3q2+7w=="')
  })

  it('takes the whole of a part that was cut', () => {
    const cut = record({ value: part({ raw: 'eyJh', bytes: 8, text: '{"a', truncated: true }) })
    const message = messageOfRecord(cut, { value: partOfWhole('{"a": 1}', 'avro') })
    expect(captureLine('t', message)).toContain('"value":{"a": 1}')
    const broken = messageOfRecord(cut, { value: partOfWhole('{"a"', 'json') })
    expect(captureLine('t', broken)).toContain('"value":"{\\"a\\""')
  })

  it('marks headers that are no text', () => {
    const headers = [header('a', null, '/wA='), header('b', 'x')]
    expect(captureLine('t', messageOfRecord(record({ headers })))).toContain(
      '"headers":[["a",{"base64":"/wA="}],["b","x"]]',
    )
  })
})

it('a capture begins with the oldest message, whatever the search began with', () => {
  const [first, second] = [messageOfRecord(record({ offset: '1' })), messageOfRecord(record({ offset: '2' }))]
  expect(inLogOrder([second, first], true)).toEqual([first, second])
  expect(inLogOrder([first, second], false)).toEqual([first, second])
})

it('a row is enough only where its preview is all of the message', () => {
  const long = 'x'.repeat(500)
  expect(messageOfRow({ ...row, headers: 1 })).toBeNull()
  expect(messageOfRow({ ...row, value: { text: long, bytes: 900, format: 'text', problem: '' } })).toBeNull()
  expect(
    messageOfRow({ ...row, value: { text: long, bytes: 500, format: 'text', problem: '' } }),
  ).not.toBeNull()
  expect(messageOfRow({ ...row, value: { text: '00', bytes: 1, format: 'bytes', problem: '' } })).toBeNull()
  expect(
    messageOfRow({ ...row, value: { text: null, bytes: 0, format: 'json', problem: '' } })?.value,
  ).toBeNull()
})

it('the table has a line for each message, and no formula', () => {
  const message = messageOfRow({ ...row, key: { text: '=1+1', bytes: 4, format: 'text', problem: '' } })
  expect(toCsv(csvColumns(message === null ? [] : [message]))).toBe(
    'timestamp,partition,offset,key,value,headers\r\n2023-11-14T22:13:20.000Z,3,9223372036854775000,\'=1+1,"{""a"":\n 1}",\r\n',
  )
})
