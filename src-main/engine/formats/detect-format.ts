/**
 * How messages are read for people: as they ask, or by what the bytes are. Says which format it was, and gives the schema of
 * the value that was decoded last. Used by the message browser; one for each part of a search.
 */
import type { MessageFormat } from '#contract/messages.ts'
import { isUtf8 } from 'node:buffer'
import { JsonScanner } from '../json/json-scanner.ts'
import { FileFormat } from './file-format.ts'
import { type FormatChoice, type FormatSettings, openFormat } from './open-format.ts'
import { BytesFormat, TextFormat } from './plain-formats.ts'
import { RegistryFormat } from './registry-format.ts'
import type { SchemaType } from './registry/registered-schema.ts'
import { type SchemaView, schemaView } from './schema-view.ts'
import { type FormatMisfit, JsonFormat, type ValueFormat } from './value-format.ts'

/** Names of formats as people are shown them. */
export type ShownFormat = 'json' | 'avro' | 'protobuf' | 'json-schema' | 'text' | 'bytes'

export interface DetectOptions extends Omit<FormatSettings, 'columns'> {
  format: MessageFormat
  /** How a source or lookup of the workspace reads this topic; null where none does. Only for values. */
  own: FormatChoice | null
}

const noMisfit: FormatMisfit = { kind: '', reason: '', schemaId: null }
const shownTypes: Record<SchemaType, ShownFormat> = {
  AVRO: 'avro',
  PROTOBUF: 'protobuf',
  JSON: 'json-schema',
}
const headerBytes = 5

/** A format that says what it found. `bytes`, `start` and `end` are JSON, for text and bytes a JSON string. */
export interface DetectingFormat extends ValueFormat {
  /** Of the value decoded last. */
  readonly format: ShownFormat
  /** Why it could not be decoded as its source or its first bytes say, although it was shown otherwise; empty otherwise. */
  readonly problem: string
  /** Schema of the value decoded last, also of a misfit; null where there is none. */
  readonly schema: SchemaView | null
}

/** @throws AppError SCHEMA_UNAVAILABLE where the format needs a registry and there is none */
export function detectFormat({ format, own, ...settings }: DetectOptions): DetectingFormat {
  const fixed = { ...settings, columns: [] }
  if (format === 'auto') {
    const first = own === null ? null : new FixedFormat(openFormat(own, fixed), own.format)
    return new AutoFormat(first, settings)
  }
  // The schema file of the source serves where the same format is asked for by hand.
  const choice = own?.format === format ? own : { format, schema: null }
  return new FixedFormat(openFormat(choice, fixed), format)
}

/** One format, as asked for. */
class FixedFormat implements DetectingFormat {
  readonly format: ShownFormat
  readonly problem = ''
  readonly #inner: ValueFormat
  readonly #scanner: JsonScanner | null
  #misfit: FormatMisfit = noMisfit

  constructor(inner: ValueFormat, format: ShownFormat) {
    this.#inner = inner
    this.format = format
    this.#scanner = format === 'json' ? new JsonScanner([]) : null
  }

  get bytes(): Uint8Array {
    return this.#inner.bytes
  }

  get start(): number {
    return this.#inner.start
  }

  get end(): number {
    return this.#inner.end
  }

  get misfit(): FormatMisfit {
    return this.#misfit
  }

  get schema(): SchemaView | null {
    return schemaOf(this.#inner)
  }

  /** JSON is validated here, as nobody after it does. */
  decode(bytes: Uint8Array, start: number, end: number): 'json' | 'misfit' | 'wait' {
    const outcome = this.#inner.decode(bytes, start, end)
    if (outcome === 'misfit') this.#misfit = this.#inner.misfit
    const scanner = this.#scanner
    if (outcome !== 'json' || scanner === null || scanner.scan(bytes, start, end)) return outcome
    this.#misfit = { kind: scanner.problemKind, reason: scanner.problem, schemaId: null }
    return 'misfit'
  }

  ready(signal?: AbortSignal): Promise<void> {
    return this.#inner.ready(signal)
  }
}

/** The source's own format, else a schema's id in front, JSON, text, bytes: whatever fits first. Never a misfit. */
class AutoFormat implements DetectingFormat {
  format: ShownFormat = 'bytes'
  problem = ''
  readonly misfit = noMisfit
  readonly #own: FixedFormat | null
  readonly #framed: RegistryFormat | null
  readonly #json = new JsonFormat()
  readonly #scanner = new JsonScanner([])
  readonly #text = new TextFormat()
  readonly #raw = new BytesFormat()
  #inner: ValueFormat = this.#raw
  #waiting: ValueFormat | null = null

  constructor(own: FixedFormat | null, { registry, topic }: Omit<FormatSettings, 'columns'>) {
    this.#own = own
    this.#framed =
      registry === null ? null : new RegistryFormat({ registry, topic, type: null, wanted: null })
  }

  get bytes(): Uint8Array {
    return this.#inner.bytes
  }

  get start(): number {
    return this.#inner.start
  }

  get end(): number {
    return this.#inner.end
  }

  get schema(): SchemaView | null {
    return this.#framed !== null && this.problem !== '' ? schemaOf(this.#framed) : schemaOf(this.#inner)
  }

  decode(bytes: Uint8Array, start: number, end: number): 'json' | 'wait' {
    this.problem = ''
    const own = this.#own
    if (own !== null) {
      const outcome = this.#try(own, bytes, start, end)
      if (outcome !== 'misfit') {
        this.format = own.format
        return outcome
      }
      this.problem = problemWords(own.misfit)
    }
    const framed = this.#framed
    if (framed !== null && end - start >= headerBytes && bytes[start] === 0) {
      const outcome = this.#try(framed, bytes, start, end)
      if (outcome !== 'misfit') {
        this.format = shownTypes[framed.schema?.type ?? 'AVRO']
        return outcome
      }
      if (this.problem === '') this.problem = problemWords(framed.misfit)
    }
    this.#plain(bytes, start, end)
    return 'json'
  }

  async ready(signal?: AbortSignal): Promise<void> {
    await this.#waiting?.ready(signal)
  }

  #try(inner: ValueFormat, bytes: Uint8Array, start: number, end: number): 'json' | 'misfit' | 'wait' {
    const outcome = inner.decode(bytes, start, end)
    this.#waiting = outcome === 'wait' ? inner : null
    this.#inner = inner
    return outcome
  }

  #plain(bytes: Uint8Array, start: number, end: number): void {
    if (this.#scanner.scan(bytes, start, end)) {
      this.format = 'json'
      this.#inner = this.#json
    } else if (isReadable(bytes, start, end)) {
      this.format = 'text'
      this.#inner = this.#text
    } else {
      this.format = 'bytes'
      this.#inner = this.#raw
    }
    this.#inner.decode(bytes, start, end)
  }
}

function schemaOf(format: ValueFormat): SchemaView | null {
  if (format instanceof RegistryFormat) return format.schema === null ? null : schemaView(format.schema)
  if (format instanceof FileFormat) return format.schema
  return format instanceof FixedFormat ? format.schema : null
}

function problemWords({ reason, schemaId }: FormatMisfit): string {
  return schemaId === null ? reason : `schema ${String(schemaId)}: ${reason}`
}

/** UTF-8 without the control characters that only bytes have. */
function isReadable(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0
    if (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d && byte !== 0x1b) return false
  }
  return isUtf8(bytes.subarray(start, end))
}
