/**
 * Values in Confluent's wire format: a byte 0, the id of the schema as four bytes, for Protobuf the place of the message in
 * its file, then the value. A schema is fetched when its id first comes; a new one in the middle of a batch is no event.
 */
import { compileSchema, type CompiledSchema } from './compile-schema.ts'
import { ProtobufDecoder } from './protobuf/protobuf-decoder.ts'
import type { RegisteredSchema, SchemaType } from './registry/registered-schema.ts'
import type { SchemaRegistry } from './registry/schema-registry.ts'
import { SchemaFault, type ValueDecoder, ValueMisfit } from './value-decoder.ts'
import type { FormatMisfit, ValueFormat } from './value-format.ts'
import type { WantedPaths } from './wanted-paths.ts'

const headerBytes = 5
/** Schemas kept ready for decoding. */
const keptSchemas = 200
/** An id that the registry did not know is asked for again after so long. */
const unknownMs = 30_000
/** Messages inside of messages, as the place of one names them. */
const deepestMessage = 64

interface Known {
  schema: RegisteredSchema | null
  compiled: CompiledSchema | null
  /** Why no value of it can be decoded; null where they can. */
  misfit: FormatMisfit | null
  /** Protobuf: decoders by the place of the message. */
  messages: Map<string, ValueDecoder>
  /** When it is to be asked for again, milliseconds since 1970. */
  until: number
}

export interface RegistryFormatOptions {
  registry: SchemaRegistry
  topic: string
  /** What the values have to be; null takes any that the registry has. */
  type: SchemaType | null
  wanted: WantedPaths | null
  /** Milliseconds since 1970. */
  nowMs?: () => number
}

const noBytes = new Uint8Array(0)

export class RegistryFormat implements ValueFormat {
  misfit: FormatMisfit = { kind: '', reason: '', schemaId: null }
  readonly #options: RegistryFormatOptions
  readonly #nowMs: () => number
  readonly #known = new Map<number, Known>()
  #decoder: ValueDecoder | null = null
  #pending: number | null = null
  #lastId = -1
  #last: Known | null = null
  /** Where the value begins, after {@link #protobufDecoder}. */
  #bodyStart = 0

  constructor(options: RegistryFormatOptions) {
    this.#options = options
    this.#nowMs = options.nowMs ?? Date.now
  }

  get bytes(): Uint8Array {
    return this.#decoder?.bytes ?? noBytes
  }

  get start(): number {
    return this.#decoder?.start ?? 0
  }

  get end(): number {
    return this.#decoder?.end ?? 0
  }

  /** Schema of the value that was decoded last, also of a misfit; null where its id is not known. */
  get schema(): RegisteredSchema | null {
    return this.#last?.schema ?? null
  }

  decode(bytes: Uint8Array, start: number, end: number): 'json' | 'misfit' | 'wait' {
    if (end - start < headerBytes || bytes[start] !== 0) return this.#unframed(bytes, start, end)
    const id = readId(bytes, start + 1)
    const known = this.#find(id)
    if (known === null) {
      this.#pending = id
      return 'wait'
    }
    if (known.misfit !== null || known.compiled === null) {
      if (known.misfit !== null) this.misfit = known.misfit
      return 'misfit'
    }
    try {
      this.#bodyStart = start + headerBytes
      const decoder = known.compiled.decoder ?? this.#protobufDecoder(known, bytes, end)
      this.#decoder = decoder
      decoder.decode(bytes, this.#bodyStart, end)
      return 'json'
    } catch (error) {
      if (!(error instanceof ValueMisfit) && !(error instanceof SchemaFault)) throw error
      const kind = error instanceof ValueMisfit ? error.kind : 'protobuf'
      this.misfit = { kind, reason: error.message, schemaId: id }
      return 'misfit'
    }
  }

  async ready(signal?: AbortSignal): Promise<void> {
    const id = this.#pending
    if (id === null) return
    const { registry, topic } = this.#options
    const asked = registry.schema(id, topic)
    const schema = await (signal === undefined ? asked : unlessAborted(asked, signal))
    this.#pending = null
    this.#keep(id, this.#compile(id, schema))
  }

  /** One that is known; null where it has to be asked for, again where it was not known long ago. */
  #find(id: number): Known | null {
    let known = this.#last
    if (id !== this.#lastId || known === null) {
      known = this.#known.get(id) ?? null
      this.#lastId = id
      this.#last = known
    }
    if (known === null || known.until === Infinity || known.until > this.#nowMs()) return known
    return null
  }

  #compile(id: number, schema: RegisteredSchema | null): Known {
    const known: Known = { schema, compiled: null, misfit: null, messages: new Map(), until: Infinity }
    if (schema === null) {
      const { address } = this.#options.registry
      const reason = `the registry ${address} has no schema with this id`
      known.until = this.#nowMs() + unknownMs
      return { ...known, misfit: { kind: 'schema-unknown', reason, schemaId: id } }
    }
    const { type, wanted } = this.#options
    if (type !== null && schema.type !== type) {
      const reason = `its type is ${schema.type}, and ${type} is wanted`
      return { ...known, misfit: { kind: 'schema-type', reason, schemaId: id } }
    }
    try {
      return { ...known, compiled: compileSchema(schema, wanted) }
    } catch (error) {
      if (!(error instanceof SchemaFault)) throw error
      const subject = schema.subject === '' ? '' : ` of subject ${schema.subject}`
      const reason = `the schema${subject} cannot be used: ${error.message}`
      return { ...known, misfit: { kind: 'schema-invalid', reason, schemaId: id } }
    }
  }

  #keep(id: number, known: Known): void {
    this.#known.delete(id)
    this.#known.set(id, known)
    this.#lastId = -1
    if (this.#known.size <= keptSchemas) return
    for (const [oldest] of this.#known) {
      this.#known.delete(oldest)
      break
    }
  }

  #unframed(bytes: Uint8Array, start: number, end: number): 'misfit' {
    const first = (bytes[start] ?? 0).toString(16).padStart(2, '0')
    const reason =
      end - start < headerBytes
        ? `the value has ${String(end - start)} bytes; a schema's id in front of it takes 5`
        : `the value begins with the byte 0x${first}, and not with 0 and the id of a schema`
    this.#last = null
    this.#lastId = -1
    this.misfit = { kind: 'schema-framing', reason, schemaId: null }
    return 'misfit'
  }

  /** Reads the place of the message: a number of indexes and the indexes, or 0 alone for the first message. */
  #protobufDecoder(known: Known, bytes: Uint8Array, end: number): ValueDecoder {
    const first = bytes[this.#bodyStart] ?? 0
    if (first === 0 && this.#bodyStart < end) {
      this.#bodyStart++
      return this.#messageDecoder(known, '', [0])
    }
    const count = this.#index(bytes, end)
    if (count < 0 || count > deepestMessage) throw framing(`${String(count)} indexes`)
    const indexes: number[] = []
    for (let left = count; left > 0; left--) indexes.push(this.#index(bytes, end))
    return this.#messageDecoder(known, indexes.join(','), indexes)
  }

  #messageDecoder(known: Known, key: string, indexes: readonly number[]): ValueDecoder {
    const made = known.messages.get(key)
    if (made !== undefined) return made
    const file = known.compiled?.protobuf ?? null
    if (file === null) throw framing('no Protobuf schema')
    const decoder = new ProtobufDecoder(file.messageAt(indexes))
    known.messages.set(key, decoder)
    return decoder
  }

  /** A zigzag varint of at most 32 bits. */
  #index(bytes: Uint8Array, end: number): number {
    let value = 0
    for (let shift = 0; shift < 32; shift += 7) {
      const at = this.#bodyStart++
      if (at >= end) break
      const byte = bytes[at] ?? 0
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1)
    }
    throw framing('an index that does not end')
  }
}

function framing(what: string): ValueMisfit {
  return new ValueMisfit('schema-framing', `the place of the message cannot be read: ${what}`)
}

function readId(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] ?? 0) << 24) |
      ((bytes[at + 1] ?? 0) << 16) |
      ((bytes[at + 2] ?? 0) << 8) |
      (bytes[at + 3] ?? 0)) >>>
    0
  )
}

/** What was asked goes on for others who wait for the same; only this waiting ends. */
async function unlessAborted<Value>(asked: Promise<Value>, signal: AbortSignal): Promise<Value> {
  signal.throwIfAborted()
  const { promise, reject } = Promise.withResolvers<never>()
  const stop = (): void => {
    reject(signal.reason instanceof Error ? signal.reason : new Error('stopped'))
  }
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await Promise.race([asked, promise])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
