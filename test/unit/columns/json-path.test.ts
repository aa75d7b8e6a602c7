import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatJsonPath, parseJsonPath } from '../../../src-main/columns/json-path.ts'

/** Any UTF-16 unit, halves of surrogate pairs among them. */
const anyUnit = fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit))

describe('reading a path', () => {
  it.each([
    ['$', []],
    ['$.a', ['a']],
    ['$.a.b', ['a', 'b']],
    ["$['a b']", ['a b']],
    ['$["a b"]', ['a b']],
    ['$."a b"', ['a b']],
    ["$.'a.b'.c", ['a.b', 'c']],
    ['$.items[0].x', ['items', 0, 'x']],
    ['$[0][12]', [0, 12]],
    ['$.user-name', ['user-name']],
    ['$.größe', ['größe']],
    ['$.$ref', ['$ref']],
    ['$.0', ['0']],
    ["$['']", ['']],
    ["$['it\\'s']", ["it's"]],
    ["$['a\\\\b\\u00e9\\n']", ['a\\bé\n']],
  ])('%s', (text, path) => {
    expect(parseJsonPath(text)).toEqual({ path })
  })

  it.each([
    ['', 0, 'a path starts with $, for example $.name'],
    ['delay', 0, 'a path starts with $, for example $.delay'],
    ['user.name', 0, 'a path starts with $, for example $.user.name'],
    ['$delay', 1, 'expected . or [ but found "d"'],
    ['$.', 2, 'a member name is missing after the last .'],
    ['$.a.', 4, 'a member name is missing after the last .'],
    ['$..a', 2, 'a path names one value: .. is not supported'],
    ['$.*', 2, 'a path names one value: * is not supported'],
    ['$[*]', 2, 'expected an index of 0 or more, or a quoted name, but found "*"'],
    ['$[-1]', 2, 'expected an index of 0 or more, or a quoted name, but found "-"'],
    ['$[]', 2, 'expected an index of 0 or more, or a quoted name, but found "]"'],
    ['$[', 2, 'expected an index of 0 or more, or a quoted name, but found the end'],
    ['$[0:2]', 3, 'expected ] but found ":"'],
    ['$[0', 3, 'expected ] but found the end'],
    ['$[99999999999]', 2, 'an index is at most 2147483647'],
    ['$.a b', 3, 'expected . or [ but found " "'],
    ['$. a', 2, 'expected a member name but found " "; quote other names: [\'a b\']'],
    ["$['a", 2, "the name that starts here has no closing '"],
    ['$."a', 2, 'the name that starts here has no closing "'],
    ["$['a\\x']", 4, '\\x is not an escape; write \\\\ for a backslash'],
    ['$.a]', 3, 'expected . or [ but found "]"'],
    ['$.a😀'.replace('a', '['), 2, 'expected a member name but found "["; quote other names: [\'a b\']'],
  ])('refuses %s at offset %i', (text, offset, message) => {
    expect(parseJsonPath(text)).toEqual({ offset, message })
  })

  it('refuses one that goes deeper than a record may', () => {
    expect(parseJsonPath(`$${'.a'.repeat(1000)}`)).toEqual({ path: Array<string>(1000).fill('a') })
    expect(parseJsonPath(`$${'.a'.repeat(1001)}`)).toEqual({
      offset: 2001,
      message: 'a path has at most 1000 segments',
    })
  })
})

describe('writing a path', () => {
  it('quotes only where it must', () => {
    expect(formatJsonPath(['items', 0, 'a b', "it's", ''])).toBe("$.items[0]['a b']['it\\'s']['']")
  })

  it('gives what reading turns back, whatever the names', () => {
    const segment = fc.oneof(
      fc.string({ unit: anyUnit }),
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('a', '\ud800', '__proto__', "'", '\\', '$'),
      fc.integer({ min: 0, max: 2_147_483_647 }),
    )
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 6 }), (path) => {
        expect(parseJsonPath(formatJsonPath(path))).toEqual({ path })
      }),
      { numRuns: 500 },
    )
  })

  it('reads any text to a path or a problem inside it', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\$[.[\]"'a0\\u *]{0,12}$/), (text) => {
        const result = parseJsonPath(text)
        if ('path' in result) expect(parseJsonPath(formatJsonPath(result.path))).toEqual(result)
        else expect(result.offset >= 0 && result.offset <= text.length).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})
