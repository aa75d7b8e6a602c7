import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { JsonbWriter } from '../../../../src-main/engine/batch/jsonb-writer.ts'
import { CaptureParts } from '../../../../src-main/engine/ingest/capture-parts.ts'
import { KafkaParts } from '../../../../src-main/engine/ingest/kafka/kafka-parts.ts'
import { emptyPlace, type RecordPlace } from '../../../../src-main/engine/ingest/record-place.ts'
import { RowWriter } from '../../../../src-main/engine/ingest/row-writer.ts'
import { BatchReader } from '../../../../src-main/engine/kafka/records/batch-reader.ts'
import { writeBatch } from '../../../../src-main/engine/kafka/records/batch-writer.ts'
import type { Column } from '../../../../src-main/workspace/model.ts'
import { column } from '../../../support/workspaces.ts'

const database = new Database(':memory:')
const select = database.prepare('SELECT json(value) FROM jsonb_each(?)').pluck()

type Bytes = string | Uint8Array | null

interface Given {
  key?: Bytes
  value?: Bytes
  headers?: readonly [string, Bytes][]
}

function bytesOf(value: Bytes): Buffer | null {
  return value === null ? null : Buffer.from(value)
}

/** Whole numbers of more than 15 digits as text, digit by digit. */
function row(writer: JsonbWriter): unknown {
  writer.endRow()
  const text = String(select.get(Buffer.from(writer.take())))
  return JSON.parse(text.replaceAll(/(?<=[[,])-?\d{16,}(?=[,\]])/gu, '"$&"'))
}

/** The row of a record of a topic, or why there is none. */
function ofTopic(columns: readonly Column[], given: Given): unknown {
  const { key = null, value = '{"n":1}', headers = [] } = given
  const names = headers.map(([name, content]) => ({ name: Buffer.from(name), value: bytesOf(content) }))
  const reader = new BatchReader()
  reader.open(
    writeBatch([{ key: bytesOf(key), value: bytesOf(value), headers: names, timestamp: 1_700_000_000_123 }]),
    0,
    [],
  )
  reader.next()
  const place: RecordPlace = {
    ...emptyPlace(),
    timestampMs: reader.timestampMs,
    valueStart: reader.valueStart,
    valueEnd: reader.valueStart + Math.max(0, reader.valueLength),
    keyStart: reader.keyLength < 0 ? 0 : reader.keyStart,
    keyEnd: reader.keyLength < 0 ? 0 : reader.keyStart + reader.keyLength,
    headersStart: reader.headerCount === 0 ? 0 : reader.headersStart,
    headersEnd: reader.headerCount === 0 ? 0 : reader.headersEnd,
    isTombstone: reader.valueLength < 0,
  }
  const rows = new RowWriter(columns, null, null, new KafkaParts())
  return written(rows, reader.bytes, place)
}

/** The row of an envelope whose parts stand one after the other. */
function ofCapture(columns: readonly Column[], key: string | null, headers: string | null): unknown {
  const value = '{"n":1}'
  const line = Buffer.from(`${value}${key ?? ''}${headers ?? ''}`)
  const keyEnd = value.length + Buffer.byteLength(key ?? '')
  const place: RecordPlace = {
    ...emptyPlace(),
    timestampMs: 5,
    valueEnd: value.length,
    ...(key === null ? {} : { keyStart: value.length, keyEnd }),
    ...(headers === null ? {} : { headersStart: keyEnd, headersEnd: line.length }),
  }
  return written(new RowWriter(columns, null, null, new CaptureParts()), line, place)
}

function written(rows: RowWriter, bytes: Uint8Array, place: RecordPlace): unknown {
  const writer = new JsonbWriter()
  if (!place.isTombstone && !rows.scan(bytes, place.valueStart, place.valueEnd)) return rows.misfit
  writer.beginRow()
  const isWritten = place.isTombstone
    ? rows.writeTombstone(bytes, place, writer)
    : rows.write(bytes, bytes, place, writer)
  return isWritten ? row(writer) : rows.misfit
}

const n = column('n', 'integer')
const from = (origin: Column['from'], type: Column['type'], extra: Partial<Column> = {}): Column =>
  column('c', type, { from: origin, path: [], ...extra })

describe('the key of a record', () => {
  it.each<[string, Column, Bytes, unknown]>([
    ['as text', from('key', 'text'), 'k-1', 'k-1'],
    ['as text, where it is empty', from('key', 'text'), '', ''],
    ['as text, although it is JSON', from('key', 'text'), '{"id":7}', '{"id":7}'],
    ['as a whole number of 64 bits', from('key', 'integer'), '9007199254740993', '9007199254740993'],
    ['as a time', from('key', 'timestamp'), '2026-01-31T12:00:00Z', Date.UTC(2026, 0, 31, 12)],
    ['as bytes, in hexadecimal for the store', from('key', 'bytes'), Uint8Array.of(0, 255, 16), '00FF10'],
    ['as JSON', from('key', 'json'), '{"id": 7}', '{"id": 7}'],
    ['by a path', from('key', 'integer', { path: ['id'] }), '{"id":7}', 7],
    ['by a path that leads nowhere', from('key', 'integer', { path: ['no'] }), '{"id":7}', null],
    ['where there is none', from('key', 'text'), null, null],
    ['where there is none, with a default', from('key', 'text', { default: '?' }), null, '?'],
    [
      'where there is none, by a path with a default',
      from('key', 'real', { path: ['a'], default: 1.5 }),
      null,
      1.5,
    ],
  ])('%s', (_, wanted, key, expected) => {
    expect(ofTopic([wanted, n], { key })).toEqual([expected, 1])
  })

  it.each<[string, Column, Bytes, { kind: string; reason: string }]>([
    [
      'that is no number',
      from('key', 'integer'),
      'k-1',
      { kind: 'type', reason: 'c: key: "k-1" is not an integer' },
    ],
    [
      'that is no text',
      from('key', 'text'),
      Uint8Array.of(0xff),
      { kind: 'invalid-utf8', reason: 'c: key: is not UTF-8' },
    ],
    [
      'that is absent and may not be',
      from('key', 'text', { nullable: false }),
      null,
      { kind: 'missing', reason: 'c: key: is missing, and the column is not nullable' },
    ],
    [
      'whose member is of another type',
      from('key', 'integer', { path: ['id'] }),
      '{"id":"x"}',
      { kind: 'type', reason: 'the key: c: "x" is not an integer' },
    ],
  ])('%s is a misfit', (_, wanted, key, expected) => {
    expect(ofTopic([n, wanted], { key })).toEqual({ ...expected, column: 'c' })
  })

  it('that is no JSON is a misfit of the column that looks into it only', () => {
    const member = from('key', 'integer', { path: ['id'] })
    expect(ofTopic([member], { key: 'k-1' })).toMatchObject({ column: 'c', kind: 'invalid-json' })
    expect(ofTopic([from('key', 'text')], { key: 'k-1' })).toEqual(['k-1'])
  })

  it('of an envelope is its token, without quotes and escapes', () => {
    expect(ofCapture([from('key', 'text'), n], '"k \\"1\\""', null)).toEqual(['k "1"', 1])
    expect(ofCapture([from('key', 'integer'), n], '42', null)).toEqual([42, 1])
    expect(ofCapture([from('key', 'integer', { path: ['id'] }), n], '{"id":7}', null)).toEqual([7, 1])
    expect(ofCapture([from('key', 'text'), n], null, null)).toEqual([null, 1])
  })
})

describe('the headers of a record', () => {
  const headers: [string, Bytes][] = [
    ['trace', 'a'],
    ['trace', 'b'],
    ['größe', '12'],
    ['raw', Uint8Array.of(0xff, 0)],
    ['none', null],
  ]
  const header = (name: string, type: Column['type'], extra: Partial<Column> = {}): Column =>
    from('header', type, { path: [name], ...extra })

  it.each<[string, Column, unknown]>([
    ['the last one of a name', header('trace', 'text'), 'b'],
    ['a name that is not ASCII', header('größe', 'integer'), 12],
    ['bytes', header('raw', 'bytes'), 'FF00'],
    ['one that is null', header('none', 'text'), null],
    ['one that is not there', header('x', 'text'), null],
    ['one that is not there, with a default', header('x', 'integer', { default: 3 }), 3],
    [
      'all of them, in order',
      from('headers', 'json'),
      '[["trace","a"],["trace","b"],["größe","12"],["raw",{"base64":"/wA="}],["none",null]]',
    ],
  ])('%s', (_, wanted, expected) => {
    expect(ofTopic([wanted, n], { headers })).toEqual([expected, 1])
  })

  it('are NULL where there are none', () => {
    expect(ofTopic([header('trace', 'text'), from('headers', 'json')], {})).toEqual([null, null])
  })

  it('that are no text or of another type are misfits that name them', () => {
    expect(ofTopic([header('raw', 'text')], { headers })).toEqual({
      kind: 'invalid-utf8',
      column: 'c',
      reason: 'c: header "raw": is not UTF-8',
    })
    expect(ofTopic([header('trace', 'real')], { headers })).toEqual({
      kind: 'type',
      column: 'c',
      reason: 'c: header "trace": "b" is not a number',
    })
  })

  it('of an envelope are the members of its map', () => {
    const map = '{"trace":"x","size":12}'
    expect(
      ofCapture([header('trace', 'text'), header('size', 'integer'), header('y', 'text')], null, map),
    ).toEqual(['x', 12, null])
    expect(ofCapture([from('headers', 'json')], null, map)).toEqual(['[["trace","x"],["size",12]]'])
  })

  it('of an envelope may also be pairs, as an exported capture has them', () => {
    const pairs = '[["trace","a"],["trace","b"],["raw",{"base64":"/wA="}],["none",null]]'
    const wanted = [
      header('trace', 'text'),
      header('raw', 'bytes'),
      header('none', 'text'),
      header('x', 'text'),
    ]
    expect(ofCapture(wanted, null, pairs)).toEqual(['b', 'FF00', null, null])
    expect(ofCapture([from('headers', 'json')], null, pairs)).toEqual([pairs])
  })
})

describe('the time of a record and whether it is a tombstone', () => {
  const columns = [from('timestamp', 'timestamp'), from('tombstone', 'boolean', { name: 'gone' })]

  it('are columns like others', () => {
    expect(ofTopic([...columns, n], {})).toEqual([1_700_000_000_123, 0, 1])
    expect(ofTopic([...columns, n], { value: null })).toEqual([1_700_000_000_123, 1, null])
  })

  it('a tombstone has its key, and NULL for its value whatever the default is', () => {
    const withDefault = column('n', 'integer', { default: 5 })
    expect(ofTopic([from('key', 'text'), withDefault], { key: 'k', value: null })).toEqual(['k', null])
  })

  it('a tombstone is a misfit where a column may not be null and none says what it is', () => {
    const strict = column('n', 'integer', { nullable: false })
    expect(ofTopic([strict], { value: null })).toEqual({
      kind: 'tombstone',
      column: 'n',
      reason: 'n: the record is a tombstone, and the column is not nullable',
    })
    expect(ofTopic([...columns, strict], { value: null })).toEqual([1_700_000_000_123, 1, null])
  })

  it('a tombstone still needs a key where the key may not be null', () => {
    const key = from('key', 'text', { nullable: false })
    expect(ofTopic([key, ...columns], { value: null })).toMatchObject({ kind: 'missing', column: 'c' })
  })
})

describe('bytes in a value', () => {
  it('are base64, and hexadecimal for the store', () => {
    expect(ofTopic([column('b', 'bytes')], { value: '{"b":"AP8Q"}' })).toEqual(['00FF10'])
    expect(ofTopic([column('b', 'bytes')], { value: '{"b":""}' })).toEqual([''])
    expect(ofTopic([column('b', 'bytes')], { value: '{}' })).toEqual([null])
  })

  it.each(['"A*=="', '5', '"AAAAA"'])('%s are none', (value) => {
    expect(ofTopic([column('b', 'bytes')], { value: `{"b":${value}}` })).toEqual({
      kind: 'type',
      column: 'b',
      reason: `b: ${value} is not text in base64`,
    })
  })
})
