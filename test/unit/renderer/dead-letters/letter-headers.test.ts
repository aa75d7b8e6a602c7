import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { headerPairs } from '../../../../src-renderer/features/dead-letters/letter-headers.ts'

describe('headerPairs', () => {
  it('gives names and values of a JSON object, in their order', () => {
    expect(headerPairs('{"producer":"gate","schema":7,"tags":["a"],"none":null}')).toEqual([
      { name: 'producer', value: 'gate' },
      { name: 'schema', value: '7' },
      { name: 'tags', value: '["a"]' },
      { name: 'none', value: 'null' },
    ])
  })

  it('leaves other text as it is, whatever it holds', () => {
    expect([headerPairs('a=b'), headerPairs('[1]'), headerPairs('null'), headerPairs('')]).toEqual([
      null,
      null,
      null,
      null,
    ])
    fc.assert(
      fc.property(fc.string(), (text) => {
        headerPairs(text)
      }),
    )
  })
})
