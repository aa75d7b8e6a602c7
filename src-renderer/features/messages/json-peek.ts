/**
 * Finds one value in the first characters of a JSON document, which may be cut anywhere. Pure; one pass, nothing parsed
 * that is not on the way. Used for fields that are pinned as columns.
 */

/** `cut`: the text ends before it was found. `absent`: the document does not have it. */
export type Peek = { source: string } | 'absent' | 'cut'

const number = /-?\d[\d.eE+-]*/y
const word = /true|false|null/y
const space = /\s*/y

class Cursor {
  readonly text: string
  at = 0

  constructor(text: string) {
    this.text = text
  }

  skipSpace(): void {
    space.lastIndex = this.at
    space.test(this.text)
    this.at = space.lastIndex
  }

  character(): string {
    return this.text.charAt(this.at)
  }

  /** Position after the string that begins here, or null where it is cut. */
  stringEnd(): number | null {
    for (let at = this.at + 1; at < this.text.length; at += 1) {
      const character = this.text.charAt(at)
      if (character === '\\') at += 1
      else if (character === '"') return at + 1
    }
    return null
  }

  /** Position after the value that begins here, or null where it is cut. */
  valueEnd(): number | null {
    const character = this.character()
    if (character === '"') return this.stringEnd()
    if (character === '{' || character === '[') return this.#branchEnd()
    const pattern = /[-\d]/.test(character) ? number : word
    pattern.lastIndex = this.at
    if (!pattern.test(this.text)) return null
    return pattern.lastIndex === this.text.length ? null : pattern.lastIndex
  }

  #branchEnd(): number | null {
    const start = this.at
    let depth = 0
    try {
      for (; this.at < this.text.length; this.at += 1) {
        const character = this.character()
        if (character === '"') {
          const end = this.stringEnd()
          if (end === null) return null
          this.at = end - 1
        } else if (character === '{' || character === '[') depth += 1
        else if (character === '}' || character === ']') {
          depth -= 1
          if (depth === 0) return this.at + 1
        }
      }
      return null
    } finally {
      this.at = start
    }
  }
}

/** Segments of a path as formatJsonPath writes it; null where it is none. */
export function segmentsOf(path: string): (string | number)[] | null {
  if (!path.startsWith('$')) return null
  const segments: (string | number)[] = []
  const part = /\.([^\s.[\]"']+)|\[(\d+)\]|\['((?:[^'\\]|\\.)*)'\]|\."((?:[^"\\]|\\.)*)"/y
  part.lastIndex = 1
  while (part.lastIndex < path.length) {
    const found = part.exec(path)
    if (found === null) return null
    const [, bare, index, quoted, doubled] = found
    if (index !== undefined) segments.push(Number(index))
    else segments.push(bare ?? (quoted ?? doubled ?? '').replaceAll(/\\(.)/g, '$1'))
  }
  return segments
}

/** The value at `segments` in `text` as it is written there. */
export function peekJson(text: string, segments: readonly (string | number)[]): Peek {
  const cursor = new Cursor(text)
  cursor.skipSpace()
  for (const segment of segments) {
    const found = typeof segment === 'number' ? enterItem(cursor, segment) : enterMember(cursor, segment)
    if (found !== 'here') return found
  }
  const start = cursor.at
  if (start >= text.length) return 'cut'
  const end = cursor.valueEnd()
  return end === null ? wholeScalar(text, start) : { source: text.slice(start, end) }
}

/** A number or word at the very end of the text is whole where the document is nothing else. */
function wholeScalar(text: string, start: number): Peek {
  return start === 0 && /^(-?\d[\d.eE+-]*|true|false|null)$/.test(text) ? { source: text } : 'cut'
}

function enterMember(cursor: Cursor, name: string): 'here' | 'absent' | 'cut' {
  if (cursor.at >= cursor.text.length) return 'cut'
  if (cursor.character() !== '{') return 'absent'
  cursor.at += 1
  for (;;) {
    cursor.skipSpace()
    if (cursor.character() === '}') return 'absent'
    if (cursor.character() === ',') {
      cursor.at += 1
      continue
    }
    const keyEnd = cursor.character() === '"' ? cursor.stringEnd() : null
    if (keyEnd === null) return 'cut'
    const key = unquoted(cursor.text.slice(cursor.at, keyEnd))
    cursor.at = keyEnd
    cursor.skipSpace()
    if (cursor.character() !== ':') return 'cut'
    cursor.at += 1
    cursor.skipSpace()
    if (key === name) return 'here'
    const end = cursor.valueEnd()
    if (end === null) return 'cut'
    cursor.at = end
  }
}

function enterItem(cursor: Cursor, index: number): 'here' | 'absent' | 'cut' {
  if (cursor.at >= cursor.text.length) return 'cut'
  if (cursor.character() !== '[') return 'absent'
  cursor.at += 1
  for (let item = 0; ; item += 1) {
    cursor.skipSpace()
    if (cursor.character() === ']') return 'absent'
    if (cursor.at >= cursor.text.length) return 'cut'
    if (item === index) return 'here'
    const end = cursor.valueEnd()
    if (end === null) return 'cut'
    cursor.at = end
    cursor.skipSpace()
    if (cursor.character() === ',') cursor.at += 1
  }
}

/** Text of a JSON string token; as written where it is no valid one. */
export function unquoted(source: string): string {
  try {
    const value: unknown = JSON.parse(source)
    return typeof value === 'string' ? value : source
  } catch (error) {
    if (error instanceof SyntaxError) return source
    throw error
  }
}
