/**
 * JSON with numbers as they are written, so that 64-bit integers and long decimals lose no digit. For samples and lookup
 * files; records of a stream are scanned as bytes instead.
 */

declare global {
  interface JSON {
    /** A value that JSON.stringify writes as this very text. */
    rawJSON(text: string): unknown
    /** With the source text of primitive values, which Node has and TypeScript's library does not declare yet. */
    parse(
      text: string,
      reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
    ): unknown
  }
}

/** A number by its source text. */
export class ExactNumber {
  readonly source: string

  constructor(source: string) {
    this.source = source
  }

  /** Whether it is written without point and exponent. */
  get isWhole(): boolean {
    return /^-?[0-9]+$/.test(this.source)
  }

  toJSON(): unknown {
    return JSON.rawJSON(this.source)
  }
}

/**
 * Parses one JSON value; its numbers are {@link ExactNumber}, and JSON.stringify writes them back digit by digit.
 * @throws SyntaxError for text that is not JSON, RangeError where it is nested too deep for the stack
 */
export function parseExactJson(text: string): unknown {
  return JSON.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined ? new ExactNumber(source) : value,
  )
}

/** Whether a value of {@link parseExactJson} is an object with members. */
export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber)
  )
}
