/**
 * Keys and values that need a schema, or that the workspace knows how to read: through the formats of ingest. What they
 * cannot read is shown as what it looks like, with the reason. Cluster thread.
 */
import type { MessageFormat } from '#contract/messages.ts'
import type { Workspace } from '../../workspace/model.ts'
import { detectFormat, type DetectingFormat } from '../formats/detect-format.ts'
import type { FormatChoice } from '../formats/open-format.ts'
import type { Registries } from '../formats/registries.ts'
import { readsTopic } from './topic-sources.ts'
import { type OpenDecoder, type PartDecoder, type PartSchema, PlainDecoder } from './part-decoder.ts'

/** A byte 0 and the id of a schema. */
const frameBytes = 5

/** Opens decoders by what is asked for, what the workspace says of a topic, and whether there is a registry. */
export function decoderOpener(registries: Registries, workspace: Workspace): OpenDecoder {
  return (connection, topic, part, wanted) => {
    if (isPlain(wanted) && wanted !== 'auto') return new PlainDecoder(wanted)
    const own = part === 'value' ? ownFormat(workspace, connection, topic) : null
    const registry = registries.of(connection)
    if (wanted === 'auto' && (own === null || isPlain(own.format)) && registry === null) {
      return new PlainDecoder(own === null || own.format === 'json' ? 'auto' : own.format)
    }
    const isOnlyFramed = wanted === 'auto' && (own === null || own.format === 'json')
    const format = detectFormat({ format: wanted, own: isOnlyFramed ? null : own, registry, topic })
    return new FormatDecoder(format, isOnlyFramed)
  }
}

/** How a source or lookup of the workspace reads a topic; null where none does. */
function ownFormat(workspace: Workspace, connection: string, topic: string): FormatChoice | null {
  const source = workspace.sources.find((one) => readsTopic(one, connection, topic))
  if (source !== undefined) return { format: source.format, schema: source.schema }
  for (const { input } of workspace.lookups) {
    if (input.kind !== 'kafka' || input.connection !== connection || input.topic !== topic) continue
    return { format: input.format, schema: input.schema }
  }
  return null
}

/** Whether a format needs no schema. */
export function isPlain(format: MessageFormat): boolean {
  return format === 'auto' || format === 'json' || format === 'text' || format === 'bytes'
}

class FormatDecoder implements PartDecoder {
  format = 'text'
  problem = ''
  schema: PartSchema | null = null
  readonly #detecting: DetectingFormat
  readonly #isOnlyFramed: boolean
  readonly #plain = new PlainDecoder('auto')
  #shown: { bytes: Uint8Array; start: number; end: number } = this.#plain

  /** @param isOnlyFramed parts without the id of a schema in front are what they look like */
  constructor(detecting: DetectingFormat, isOnlyFramed: boolean) {
    this.#detecting = detecting
    this.#isOnlyFramed = isOnlyFramed
  }

  get bytes(): Uint8Array {
    return this.#shown.bytes
  }

  get start(): number {
    return this.#shown.start
  }

  get end(): number {
    return this.#shown.end
  }

  differs(bytes: Uint8Array, start: number, length: number): boolean {
    return !this.#isOnlyFramed || (length >= frameBytes && bytes[start] === 0)
  }

  decode(bytes: Uint8Array, start: number, end: number): 'text' | 'bytes' | 'wait' {
    if (!this.differs(bytes, start, end - start)) return this.#asItLooks(bytes, start, end, '')
    const detecting = this.#detecting
    const outcome = detecting.decode(bytes, start, end)
    if (outcome === 'wait') return 'wait'
    if (outcome === 'misfit') {
      const { reason, schemaId } = detecting.misfit
      return this.#asItLooks(
        bytes,
        start,
        end,
        schemaId === null ? reason : `schema ${String(schemaId)}: ${reason}`,
      )
    }
    // Text and bytes come as JSON strings; people see the text itself.
    if (detecting.format === 'text' || detecting.format === 'bytes') {
      return this.#asItLooks(bytes, start, end, detecting.problem)
    }
    this.#shown = detecting
    this.format = detecting.format
    this.problem = detecting.problem
    this.schema = detecting.schema
    return 'text'
  }

  ready(signal?: AbortSignal): Promise<void> {
    return this.#detecting.ready(signal)
  }

  #asItLooks(bytes: Uint8Array, start: number, end: number, problem: string): 'text' | 'bytes' {
    const read = this.#plain.decode(bytes, start, end)
    this.#shown = this.#plain
    this.format = this.#plain.format
    this.problem = problem
    this.schema = problem === '' ? null : this.#detecting.schema
    return read
  }
}
