import { describe, expect, it } from 'vitest'
import { contentOfBase64, modesOf } from '../../../../src-renderer/grid/value-content.ts'

const modes = (bytes: string, isBlob: boolean): string[] => modesOf(contentOfBase64(btoa(bytes), 9), isBlob)

describe('a value', () => {
  it.each([
    ['{"a":1}', true, 'json'],
    ['plain words\n', true, 'text'],
    ['\0\0\0\0', true, 'hex'],
    ['\xff\xfe', true, 'hex'],
    ['\0\0\0\0', false, 'text'],
    ['\xff\xfe', false, 'text'],
  ])('%j, as bytes of a blob: %s, is first shown as %s', (bytes, isBlob, first) => {
    expect(modes(bytes, isBlob)[0]).toBe(first)
  })
})
