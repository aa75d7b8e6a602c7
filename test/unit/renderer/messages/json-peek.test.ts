import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { peekJson, segmentsOf } from '../../../../src-renderer/features/messages/json-peek.ts'
import { childPath } from '../../../../src-renderer/grid/json-path.ts'

const text =
  '{"a": {"b, c": [1, {"d": "x\\"y"}]}, "n": 12345678901234567890, "t": true, "a\\u0062": 7, "last": 12}'

describe('a field of a document', () => {
  it.each<[string, unknown]>([
    ["$.a['b, c'][0]", { source: '1' }],
    ["$.a['b, c'][1].d", { source: '"x\\"y"' }],
    ['$.n', { source: '12345678901234567890' }],
    ['$.t', { source: 'true' }],
    ['$.ab', { source: '7' }],
    ['$.a', { source: '{"b, c": [1, {"d": "x\\"y"}]}' }],
    ['$.zz', 'absent'],
    ['$.n.x', 'absent'],
    ["$.a['b, c'][9]", 'absent'],
  ])('%s', (path, expected) => {
    expect(peekJson(text, segmentsOf(path) ?? [])).toEqual(expected)
  })

  it('is never wrong where the text is cut: found whole, or cut', () => {
    for (let end = 0; end < text.length; end += 1) {
      const found = peekJson(text.slice(0, end), ['n'])
      expect([{ source: '12345678901234567890' }, 'cut']).toContainEqual(found)
    }
    expect(peekJson('{"n": 123', ['n'])).toBe('cut')
  })

  it('is found as the browser would find it', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), (document) => {
        const [name = ''] = Object.keys(document)
        const found = peekJson(JSON.stringify(document, null, 1), [name])
        expect(found).toHaveProperty('source')
        if (typeof found === 'object')
          expect(JSON.parse(found.source)).toEqual(JSON.parse(JSON.stringify(document[name])))
      }),
    )
  })
})

it('paths are written and read back', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string({ minLength: 1 }), fc.nat(50))), (segments) => {
      expect(segmentsOf(segments.reduce<string>(childPath, '$'))).toEqual(segments)
    }),
  )
  expect(segmentsOf('a.b')).toBeNull()
})
