import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { branchSize, isBranch, prettyJson, readJson } from '../../../../src-renderer/grid/json-document.ts'

function pretty(text: string): string | null {
  const root = readJson(text)
  return root === null ? null : prettyJson(root)
}

describe('readJson', () => {
  it('keeps digits, order and doubled keys', () => {
    expect(pretty('{"b":9007199254740993,"a":1.50,"b":[true,null,"x\\"{,"],"c":{},"d":[]}')).toBe(
      '{\n  "b": 9007199254740993,\n  "a": 1.50,\n  "b": [\n    true,\n    null,\n    "x\\"{,"\n  ],\n  "c": {},\n  "d": []\n}',
    )
  })

  it('reads a value that is no branch, and refuses what is no JSON', () => {
    expect(pretty(' "a" ')).toBe('"a"')
    expect(pretty('-1e5')).toBe('-1e5')
    expect([pretty(''), pretty('{a:1}'), pretty('[1,]'), pretty('NaN'), pretty('{"a":1}x')]).toEqual([
      null,
      null,
      null,
      null,
      null,
    ])
  })

  it('says sizes in words', () => {
    const root = readJson('{"a":[1]}')
    expect(root !== null && isBranch(root) ? branchSize(root) : '').toBe('1 key')
  })

  it('bears nesting that would end a recursion', () => {
    const depth = 30_000
    const text = '['.repeat(depth) + ']'.repeat(depth)
    expect(pretty(text)?.split('\n')).toHaveLength(2 * depth - 1)
  })

  it('means the same before and after', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(JSON.parse(pretty(text) ?? '')).toEqual(JSON.parse(text))
      }),
    )
  })
})
