import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { limits } from '#contract/limits.ts'
import { findWireFault } from '../../../../src-main/hosts/shared/wire-guard.ts'

const call = (p: object, rest: object = {}): string => JSON.stringify({ i: '1', p, ...rest })

describe('wire guard', () => {
  it.each([
    ['a call', call({ u: '/live/next', b: { json: { epoch: null } } })],
    ['a call without input', call({ u: '/workspace/get' })],
    ['the abort of a call', JSON.stringify({ i: '1', t: 4 })],
  ])('passes %s', (_name, text) => {
    expect(findWireFault(text)).toBeNull()
  })

  it.each([
    ['another origin', call({ u: 'http://elsewhere/live/next' })],
    ['a path with a query', call({ u: '/live/next?data=1' })],
    ['headers', call({ u: '/live/next', h: { 'content-type': 'multipart/form-data' } })],
    ['another method', call({ u: '/live/next', m: 'GET' })],
    ['a stream', call({ u: '/live/next' }, { t: 3 })],
    ['no number', JSON.stringify({ p: { u: '/live/next' } })],
    ['null', 'null'],
    ['an array', '[]'],
    ['nothing', ''],
    ['deep nesting', '['.repeat(100_000)],
  ])('refuses %s', (_name, text) => {
    expect(findWireFault(text)).toBe('malformed')
  })

  it('refuses bytes, and text over the limit in bytes', () => {
    expect(findWireFault(new Uint8Array(3))).toBe('not-text')
    expect(findWireFault(undefined)).toBe('not-text')
    expect(findWireFault('x'.repeat(limits.messageBytes + 1))).toBe('too-large')
    expect(findWireFault('é'.repeat(limits.messageBytes / 2 + 1))).toBe('too-large')
  })

  it('never throws and passes nothing that is no call, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(findWireFault(text)).toBe('malformed')
      }),
    )
  })
})
