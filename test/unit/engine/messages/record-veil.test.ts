import { describe, expect, it } from 'vitest'
import type { Mask } from '../../../../src-main/columns/mask.ts'
import { Registries } from '../../../../src-main/engine/formats/registries.ts'
import type { ConnectionSettings } from '../../../../src-main/engine/kafka/client/connection-settings.ts'
import { headersText } from '../../../../src-main/engine/kafka/records/headers-text.ts'
import type { RecordView } from '../../../../src-main/engine/messages/held-record.ts'
import { type RecordVeil, veilOpener } from '../../../../src-main/engine/messages/record-veil.ts'
import type { Source } from '../../../../src-main/workspace/model.ts'
import { topicSource, workspace } from '../../../support/workspaces.ts'
import { readerAt } from './record-at.ts'

const redact: Mask = { part: 'value', path: ['email'], action: { kind: 'redact' }, isText: true }
const hash: Mask = { part: 'value', path: ['ssn'], action: { kind: 'hash' }, isText: true }
const key: Mask = { part: 'key', path: [], action: { kind: 'drop' }, isText: true }
const header: Mask = { part: 'header', path: ['token'], action: { kind: 'redact' }, isText: true }

const settings: ConnectionSettings = {
  ...{ name: 'local', brokers: [], clientId: 'test', tls: null, sasl: null, registry: null },
  ...{ addresses: new Map(), writes: false, connectTimeoutMs: 1000, requestTimeoutMs: 1000 },
}

function masked(name: string, list: readonly Mask[], extra: Partial<Source> = {}): Source {
  return { ...topicSource(name, [], { topics: ['users'] }), masks: { list, key: { env: 'KEY' } }, ...extra }
}

/** The veil of the topic users; no source has a key for its hashes. */
function veil(...sources: Source[]): RecordVeil | null {
  const registries = new Registries({ settings: () => settings })
  const keys = { keys: new Map(), faults: new Map() }
  return veilOpener(workspace('/w', { sources }), registries, keys)('local', 'users')
}

function parts(view: RecordView | 'wait' | undefined): (string | null)[] {
  if (view === 'wait' || view === undefined) throw new Error('nothing to see')
  const part = (start: number, length: number): string | null =>
    length < 0 ? null : Buffer.from(view.bytes.subarray(start, start + length)).toString()
  const headers = view.headerCount === 0 ? null : view.bytes.subarray(view.headersStart, view.headersEnd)
  return [part(view.keyStart, view.keyLength), part(view.valueStart, view.valueLength), headersText(headers)]
}

const record = (value: string | null): RecordView =>
  readerAt({ key: 'ada', value, headers: [['token', 's3cret']] })

describe('a record of a topic that sources mask', () => {
  it('is masked as all of them say, and hashes without a key are redacted', () => {
    const both = veil(masked('a', [redact, key]), masked('b', [hash, header]))
    expect(parts(both?.of(record('{"email":"s3cret","ssn":"s3cret","n":1}')))).toEqual([
      null,
      '{"email":"redacted","ssn":"redacted","n":1}',
      '[["token","redacted"]]',
    ])
    expect([both?.words, both?.masksValue, both?.withheld]).toEqual(['as sources a, b do', true, 0])
  })

  it('is left without a value that cannot be read', () => {
    const one = veil(masked('a', [redact]))
    for (const value of ['s3cret', '["s3cret"]', '{"email":"x"} s3cret', '{"n":s3cret}']) {
      expect(parts(one?.of(record(value)))).toEqual(['ada', '', '[["token","s3cret"]]'])
    }
    expect(one?.withheld).toBe(4)
  })

  it('may be a tombstone', () => {
    expect(parts(veil(masked('a', [redact]))?.of(record(null)))[1]).toBeNull()
  })

  it('keeps a value that nobody masks, whatever it is', () => {
    const one = veil(masked('a', [key]))
    expect(parts(one?.of(record('no JSON')))).toEqual([null, 'no JSON', '[["token","s3cret"]]'])
    expect([one?.masksValue, one?.withheld]).toEqual([false, 0])
  })

  it('can be text as a whole', () => {
    const whole: Mask = { ...redact, path: [], action: { kind: 'truncate', characters: 2 } }
    const one = veil(masked('a', [whole], { format: 'text' }))
    expect(parts(one?.of(record('s3cret')))[1]).toBe('"s3"')
  })
})

describe('a topic that nobody masks', () => {
  it.each([
    ['of another name', masked('a', [redact], { input: topicSource('x', [], { topics: ['other'] }).input })],
    ['of a source without masks', { ...masked('a', []), masks: null }],
  ])('is shown as it is: %s', (_, source) => {
    expect(veil(source)).toBeNull()
  })
})
