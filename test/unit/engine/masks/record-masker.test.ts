import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Mask, MaskAction, MaskPath } from '../../../../src-main/columns/mask.ts'
import { headersText } from '../../../../src-main/engine/kafka/records/headers-text.ts'
import { writeHeaders } from '../../../../src-main/engine/kafka/records/batch-writer.ts'
import { ByteArena } from '../../../../src-main/engine/masks/byte-arena.ts'
import { RecordMasker } from '../../../../src-main/engine/masks/record-masker.ts'

const key = 'a key of sixteen characters'
const utf8 = new TextEncoder()
const bytesOf = (text: string): Uint8Array => utf8.encode(text)
const textOf = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : new TextDecoder().decode(bytes)
const hashOf = (text: string): string => createHmac('sha256', key).update(text).digest('hex').slice(0, 32)

const hash: MaskAction = { kind: 'hash' }
const redact: MaskAction = { kind: 'redact' }
const drop: MaskAction = { kind: 'drop' }
const truncate = (characters: number): MaskAction => ({ kind: 'truncate', characters })

function mask(path: MaskPath, action: MaskAction, isText: boolean | null = null): Mask {
  return { part: 'value', path, action, isText }
}

/** The value as it is masked, or what is wrong with it. */
function masked(json: string, masks: readonly Mask[], hashKey: string | null = key): string {
  const { value } = new RecordMasker(masks, hashKey)
  const arena = new ByteArena()
  const bytes = bytesOf(` ${json} `)
  if (value === null) return json
  if (!value.write(bytes, 1, bytes.length - 1, arena)) return `- ${value.problem}`
  return new TextDecoder().decode(arena.bytes.subarray(1, arena.length))
}

describe('one value', () => {
  it.each<[string, MaskAction, boolean | null, string]>([
    ['"ada@x"', hash, true, `"${hashOf('ada@x')}"`],
    ['"a\\u0064a@x"', hash, true, `"${hashOf('ada@x')}"`],
    ['4711', hash, true, `"${hashOf('4711')}"`],
    ['{"a":1}', hash, true, `"${hashOf('{"a":1}')}"`],
    ['"ada"', redact, true, '"redacted"'],
    ['4711', redact, true, '"redacted"'],
    ['4711', redact, false, 'null'],
    ['"4711"', redact, false, 'null'],
    ['"ada"', redact, null, '"redacted"'],
    ['[1,2]', redact, null, 'null'],
    ['true', redact, null, 'null'],
    ['"ada"', drop, null, 'null'],
    ['"4111222233334444"', truncate(4), true, '"4111"'],
    ['4111222233334444', truncate(4), null, '"4111"'],
    ['"\\ud83d\\ude00bc"', truncate(2), true, '"😀b"'],
    ['"😀é\\"\\\\"', truncate(3), true, '"😀é\\""'],
    ['"ab"', truncate(4), true, '"ab"'],
    ['{"a":"secret"}', truncate(4), true, 'null'],
    ['null', hash, true, 'null'],
    ['null', redact, true, 'null'],
  ])('%s by %o', (json, action, isText, expected) => {
    expect(masked(`{"v":${json}}`, [mask(['v'], action, isText)])).toBe(`{"v":${expected}}`)
  })

  it('has another hash with another key, and is redacted without one', () => {
    const masks = [mask(['v'], hash)]
    expect(masked('{"v":"a"}', masks, `${key}!`)).not.toBe(masked('{"v":"a"}', masks))
    expect(masked('{"v":"a"}', masks, null)).toBe('{"v":"redacted"}')
  })

  it('is hashed as HMAC-SHA-256 says, whatever value and key', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.string({ minLength: 1, maxLength: 200 }),
        (text, secret) => {
          const expected = createHmac('sha256', secret).update(text.toWellFormed()).digest('hex').slice(0, 32)
          expect(masked(JSON.stringify({ v: text }), [mask(['v'], hash)], secret)).toBe(`{"v":"${expected}"}`)
        },
      ),
    )
  })
})

describe('paths', () => {
  const street = [mask(['address', 'street'], redact)]
  const numbers = [mask(['cards', null, 'number'], truncate(4))]

  it.each([
    ['{"address":{"street":"s3cret","city":"b"}}', street, '{"address":{"street":"redacted","city":"b"}}'],
    // Every member of the name, however it is written.
    [
      '{"address":{"street":"s3cret","street":"s3cret2"},"address":{"\\u0073treet":"s3cret3"}}',
      street,
      '{"address":{"street":"redacted","street":"redacted"},"address":{"\\u0073treet":"redacted"}}',
    ],
    // Something else than the path expects is not kept.
    ['{"address":"s3cret street 5"}', street, '{"address":null}'],
    ['{"address":["s3cret"]}', street, '{"address":null}'],
    ['{"address":null,"a":1}', street, '{"address":null,"a":1}'],
    ['{ "a" : [ {"address":{"street":"other"}} ] }', street, '{ "a" : [ {"address":{"street":"other"}} ] }'],
    ['{}', street, '{}'],
    [
      '{"cards":[{"number":"4111222"},{"number":"5222333","n":[1]} , {}]}',
      numbers,
      '{"cards":[{"number":"4111"},{"number":"5222","n":[1]} , {}]}',
    ],
    ['{"cards":{"number":"4111222"}}', numbers, '{"cards":null}'],
    ['{"cards":[]}', numbers, '{"cards":[]}'],
    [
      '{"cards":[{"number":"4111222","pin":"1234"},{"number":"5222333","pin":"5678"}]}',
      [mask(['cards', 0, 'pin'], drop), ...numbers],
      '{"cards":[{"number":"4111","pin":null},{"number":"5222","pin":"5678"}]}',
    ],
    ['"s3cret"', [mask([], redact)], '"redacted"'],
    ['["s3cret",1]', [mask([0], redact)], '["redacted",1]'],
  ])('%s', (json, masks, expected) => {
    expect(masked(json, masks)).toBe(expected)
  })

  it.each([
    ['"s3cret"', 'form'],
    ['["s3cret"]', 'form'],
    ['{"address":{"street":s3cret}}', 'JSON'],
    ['{"address":{"street":"s3cret"', 'JSON'],
    ['{"address":{"street":"s3cret}}', 'JSON'],
    ['{"address":{"street" "s3cret"}}', 'JSON'],
    ['{"address":{"street":"s3cret" "s3cret"}}', 'JSON'],
    ['{"address":{"street":}}', 'JSON'],
    ['{"address":{"str\\xeet":"s3cret"}}', 'JSON'],
    ['{"address":{}} s3cret', 'JSON'],
    ['', 'form'],
  ])('says what is wrong without a word of the value: %s', (json, word) => {
    const found = masked(json, street)
    expect(found).toMatch(new RegExp(`^- .*${word}`))
    expect(found).not.toContain('s3cret')
  })

  it('mask every value that they lead to, and leave all else as it is', () => {
    const secret = fc.string({ minLength: 8 }).map((text) => `${text}s3cret`)
    const plain = fc.jsonValue({ maxDepth: 2 }).filter((value) => !JSON.stringify(value).includes('s3cret'))
    const record = fc.record({
      email: secret,
      other: plain,
      cards: fc.array(fc.record({ number: secret, n: plain })),
    })
    fc.assert(
      fc.property(record, fc.nat({ max: 3 }), (value, indent) => {
        const masks = [mask(['email'], redact), mask(['cards', null, 'number'], hash)]
        const expected = {
          ...value,
          email: 'redacted',
          cards: value.cards.map((card) => ({ ...card, number: hashOf(card.number.toWellFormed()) })),
        }
        const found: unknown = JSON.parse(masked(JSON.stringify(value, null, indent), masks))
        expect(found).toEqual(JSON.parse(JSON.stringify(expected)))
      }),
    )
  })

  it('never let a masked value through, whatever bytes come', () => {
    const damage = fc.tuple(fc.nat(), fc.constantFrom('"', '\\', '{', '}', '[', ']', ',', ':', ' ', 'x'))
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 3 }), (changes) => {
        let json = '{"a":[1,{"b":"x"}],"address":{"zip":1,"street":"s3cret"},"c":"y"}'
        for (const [at, character] of changes) {
          // The secret itself stays whole.
          const place = at % json.length
          if (json.slice(place, place + 1).match(/[s3cret]/) === null)
            json = json.slice(0, place) + character + json.slice(place + 1)
        }
        const found = masked(json, street)
        if (found.startsWith('-')) expect(found).not.toContain('s3cret')
        else if (isJson(found)) expect(streetsOf(JSON.parse(found))).not.toContain('s3cret')
      }),
    )
  })
})

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function streetsOf(value: unknown): unknown {
  const address: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'address') : ''
  return typeof address === 'object' && address !== null ? (Reflect.get(address, 'street') ?? '') : ''
}

describe('keys', () => {
  const whole = (action: MaskAction, isText: boolean): Mask => ({ part: 'key', path: [], action, isText })

  it.each([
    [whole(hash, true), 'ada', hashOf('ada')],
    [whole(redact, true), 'ada', 'redacted'],
    [whole(redact, false), '17', null],
    [whole(drop, true), 'ada', null],
    [whole(truncate(2), true), 'ada', 'ad'],
    [{ ...whole(hash, true), path: ['id'] }, '{"id":"ada","n":1}', `{"id":"${hashOf('ada')}","n":1}`],
    [{ ...whole(hash, true), path: ['id'] }, 's3cret', null],
    [{ ...whole(hash, true), path: ['id'] }, '{"id":"ada","n":s3cret}', null],
  ] satisfies [Mask, string, string | null][])('%o of %s', (one, text, expected) => {
    const masker = new RecordMasker([one], key)
    expect(textOf(masker.key.mask(bytesOf(text)))).toBe(expected)
    const token = masker.key.maskToken(bytesOf(JSON.stringify(text)))
    expect(textOf(token)).toBe(expected === null ? null : JSON.stringify(expected))
  })

  it('can be objects in captures', () => {
    const masker = new RecordMasker([{ ...whole(redact, true), path: ['id'] }], key)
    expect(textOf(masker.key.maskToken(bytesOf('{"id":"ada"}')))).toBe('{"id":"redacted"}')
  })
})

describe('headers', () => {
  const token: Mask = { part: 'header', path: ['token'], action: redact, isText: true }
  const pairs = [
    ['token', 's3cret'],
    ['trace', 't'],
    ['token', 's3cret'],
  ] as const
  const block = writeHeaders(pairs.map(([name, value]) => ({ name: bytesOf(name), value: bytesOf(value) })))
  const expected = '[["token","redacted"],["trace","t"],["token","redacted"]]'

  it('are masked by name, also where one is repeated', () => {
    const { headers } = new RecordMasker([token], key)
    expect(headersText(headers.maskBlock(block))).toBe(expected)
    expect(textOf(headers.maskToken(bytesOf(JSON.stringify(pairs))))).toBe(expected)
    expect(textOf(headers.maskToken(bytesOf('{"token":"s3cret","trace":"t"}')))).toBe(
      '{"token":"redacted","trace":"t"}',
    )
  })

  it('are left out where all are masked, or where they cannot be read', () => {
    const all = new RecordMasker([{ part: 'headers', path: [], action: drop, isText: false }], key)
    expect([all.headers.maskBlock(block), all.headers.maskToken(bytesOf('{"a":"b"}'))]).toEqual([null, null])
    const { headers } = new RecordMasker([token], key)
    expect([headers.maskToken(bytesOf('"s3cret"')), headers.maskToken(bytesOf('["s3cret"]'))]).toEqual([
      null,
      null,
    ])
  })

  it('hash what base64 stands for in captures', () => {
    const { headers } = new RecordMasker([{ ...token, action: hash }], key)
    const encoded = Buffer.from('s3cret').toString('base64')
    const masked = headers.maskToken(bytesOf(JSON.stringify([['token', { base64: encoded }]])))
    expect(textOf(masked)).toBe(JSON.stringify([['token', hashOf('s3cret')]]))
  })
})
