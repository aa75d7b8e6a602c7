/** The characters of a JSON string that has escapes. Only where a string has a backslash. */

const utf8Text = new TextDecoder()

/**
 * The characters of a scanned JSON string. A lone surrogate stays one: see `String.prototype.isWellFormed`.
 * @param start first byte after the opening quote
 * @param end the closing quote
 */
export function unescapeText(bytes: Uint8Array, start: number, end: number): string {
  const text: unknown = JSON.parse(`"${utf8Text.decode(bytes.subarray(start, end))}"`)
  return String(text)
}
