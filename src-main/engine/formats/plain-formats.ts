/** Values that are not JSON and have no schema: text, and bytes. Each becomes one JSON string, reached by the path `$`. */
import { JsonOutput } from './json-output.ts'
import { type FormatMisfit, type ValueFormat } from './value-format.ts'
import { ValueMisfit } from './value-decoder.ts'

abstract class StringFormat implements ValueFormat {
  readonly start = 0
  misfit: FormatMisfit = { kind: '', reason: '', schemaId: null }
  protected readonly output = new JsonOutput()

  get bytes(): Uint8Array {
    return this.output.bytes
  }

  get end(): number {
    return this.output.length
  }

  decode(bytes: Uint8Array, start: number, end: number): 'json' | 'misfit' {
    this.output.reset()
    try {
      this.write(bytes, start, end)
      return 'json'
    } catch (error) {
      if (!(error instanceof ValueMisfit)) throw error
      this.misfit = { kind: error.kind, reason: error.message, schemaId: null }
      return 'misfit'
    }
  }

  ready(): Promise<void> {
    return Promise.resolve()
  }

  protected abstract write(bytes: Uint8Array, start: number, end: number): void
}

/** UTF-8 as a JSON string. */
export class TextFormat extends StringFormat {
  protected write(bytes: Uint8Array, start: number, end: number): void {
    this.output.text(bytes, start, end)
  }
}

/** Any bytes as a JSON string of base64. */
export class BytesFormat extends StringFormat {
  protected write(bytes: Uint8Array, start: number, end: number): void {
    this.output.base64(bytes, start, end)
  }
}
