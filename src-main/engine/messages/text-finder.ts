/**
 * Finds a text in bytes without regard to upper and lower case, without decoding them: skips ahead by a table that knows
 * every way to write each character. Texts beyond ASCII are found by candidates, which are then decoded. Cluster thread.
 */
const utf8 = new TextEncoder()
const text = new TextDecoder()
/** Bytes of the text that the table knows; the rest is compared where these are found. */
const patternBytes = 32

export class TextFinder {
  readonly #lower: string
  /** For each byte of the pattern a row of 256: 1 where that byte may stand there. */
  readonly #accepts: Uint8Array
  /** How far to go on where the last byte of the window is this one. */
  readonly #skips: Uint8Array
  readonly #length: number
  /** True where a candidate is the text already. */
  readonly #isExact: boolean

  /** @param wanted not empty */
  constructor(wanted: string) {
    this.#lower = wanted.toLowerCase()
    const pattern = longestRun(wanted)
    this.#length = pattern.length
    this.#isExact = /^[\x20-\x7e\t\r\n]*$/.test(wanted) && pattern.length === wanted.length
    this.#accepts = new Uint8Array(pattern.length * 256)
    this.#skips = new Uint8Array(256).fill(Math.max(1, pattern.length))
    pattern.forEach((bytes, index) => {
      for (const byte of bytes) {
        this.#accepts[index * 256 + byte] = 1
        if (index < pattern.length - 1) this.#skips[byte] = pattern.length - 1 - index
      }
    })
  }

  /** First place in `bytes[start, end)` where the text may be, or -1 where it is nowhere. */
  find(bytes: Uint8Array, start: number, end: number): number {
    const length = this.#length
    if (length === 0) return start < end ? start : -1
    const accepts = this.#accepts
    const skips = this.#skips
    const lastRow = (length - 1) * 256
    for (let at = start + length - 1; at < end;) {
      const byte = bytes[at] ?? 0
      if (accepts[lastRow + byte] === 1 && this.#matches(bytes, at - length + 1)) return at - length + 1
      at += skips[byte] ?? 1
    }
    return -1
  }

  /** Whether the text is in `bytes[start, end)`. */
  isIn(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.find(bytes, start, end) < 0) return false
    return this.#isExact || this.isInText(text.decode(bytes.subarray(start, end)))
  }

  isInText(shown: string): boolean {
    return shown.toLowerCase().includes(this.#lower)
  }

  #matches(bytes: Uint8Array, at: number): boolean {
    const accepts = this.#accepts
    for (let index = this.#length - 2; index >= 0; index--) {
      if (accepts[index * 256 + (bytes[at + index] ?? 0)] !== 1) return false
    }
    return true
  }
}

/**
 * The longest part of a text whose characters take equally many bytes in upper and lower case: for each byte, what it may
 * be. Empty where there is none; then everything is a candidate.
 */
function longestRun(wanted: string): number[][] {
  let longest: number[][] = []
  let run: number[][] = []
  for (const character of wanted) {
    const spelled = spellings(character)
    run = spelled === null ? [] : [...run, ...spelled]
    if (run.length > longest.length) longest = run
    if (longest.length >= patternBytes) return longest.slice(0, patternBytes)
  }
  return longest
}

/** The bytes of a character in every case, by position; null where they differ in number. */
function spellings(character: string): number[][] | null {
  const upper = character.toUpperCase()
  const forms = [character, upper, character.toLowerCase(), upper.toLowerCase()].map((form) =>
    utf8.encode(form),
  )
  const [first] = forms
  if (first === undefined || forms.some(({ length }) => length !== first.length)) return null
  return [...first].map((_, index) => [...new Set(forms.map((form) => form[index] ?? 0))])
}
