/** Values whose schema is a file of the workspace: the bare value, without an id in front. The file is read at first use. */
import { AppError } from '#contract/errors.ts'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { SchemaFile } from '../../workspace/model.ts'
import { compileSchema, protobufDecoder } from './compile-schema.ts'
import { ProtobufFile } from './protobuf/protobuf-file.ts'
import type { SchemaType } from './registry/registered-schema.ts'
import type { SchemaView } from './schema-view.ts'
import { SchemaFault, type ValueDecoder, ValueMisfit } from './value-decoder.ts'
import type { FormatMisfit, ValueFormat } from './value-format.ts'
import type { WantedPaths } from './wanted-paths.ts'

const noBytes = new Uint8Array(0)
/** Files that one may import, directly and not. */
const mostImports = 500

export class FileFormat implements ValueFormat {
  misfit: FormatMisfit = { kind: '', reason: '', schemaId: null }
  readonly #file: SchemaFile
  readonly #type: SchemaType
  readonly #wanted: WantedPaths | null
  #decoder: ValueDecoder | null = null
  #schema: SchemaView | null = null

  constructor(file: SchemaFile, type: SchemaType, wanted: WantedPaths | null) {
    this.#file = file
    this.#type = type
    this.#wanted = wanted
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

  /** The file as a schema, under its name; null before it was read. */
  get schema(): SchemaView | null {
    return this.#schema
  }

  decode(bytes: Uint8Array, start: number, end: number): 'json' | 'misfit' | 'wait' {
    const decoder = this.#decoder
    if (decoder === null) return 'wait'
    try {
      decoder.decode(bytes, start, end)
      return 'json'
    } catch (error) {
      if (!(error instanceof ValueMisfit)) throw error
      this.misfit = { kind: error.kind, reason: error.message, schemaId: null }
      return 'misfit'
    }
  }

  /** Reads the file, and what it imports. @throws AppError SCHEMA_UNAVAILABLE naming the file */
  async ready(): Promise<void> {
    const { file, message } = this.#file
    const text = await readText(file)
    const type = this.#type
    const references = type === 'PROTOBUF' ? await this.#imports(text) : []
    try {
      const { decoder, protobuf } = compileSchema({ type, text, references }, this.#wanted)
      if (protobuf !== null) this.#decoder = protobufDecoder(protobuf, message)
      else this.#decoder = decoder
      this.#schema = { id: 0, subject: path.basename(file), type, text }
    } catch (error) {
      if (!(error instanceof SchemaFault)) throw error
      throw unusable(file, error.message)
    }
  }

  /** Files that are imported, looked for beside the one that imports them and beside the first. */
  async #imports(text: string): Promise<{ name: string; text: string }[]> {
    const folder = path.dirname(this.#file.file)
    const found = new Map<string, string>()
    const visit = async (source: string, from: string): Promise<void> => {
      for (const name of importsOf(source, this.#file.file)) {
        if (found.has(name) || ProtobufFile.isBundled(name)) continue
        if (found.size >= mostImports) throw unusable(this.#file.file, 'it imports too many files')
        const candidates = [path.resolve(from, name), path.resolve(folder, name)]
        const own = await firstText(candidates)
        if (own === null) throw unusable(this.#file.file, `it imports ${name}, which is not there`)
        found.set(name, own.text)
        await visit(own.text, path.dirname(own.file))
      }
    }
    await visit(text, folder)
    return [...found].map(([name, source]) => ({ name, text: source }))
  }
}

function importsOf(text: string, file: string): string[] {
  try {
    return ProtobufFile.importsOf(text)
  } catch (error) {
    if (!(error instanceof SchemaFault)) throw error
    throw unusable(file, error.message)
  }
}

async function firstText(files: readonly string[]): Promise<{ file: string; text: string } | null> {
  for (const file of files) {
    try {
      return { file, text: await readFile(file, 'utf8') }
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT'))
        throw unreadable(file, error)
    }
  }
  return null
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw unreadable(file, error)
  }
}

function unreadable(file: string, cause: unknown): AppError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new AppError('SCHEMA_UNAVAILABLE', `the schema file cannot be read: ${why}`, {
    details: { file },
    cause,
  })
}

function unusable(file: string, why: string): AppError {
  return new AppError('SCHEMA_UNAVAILABLE', `${file}: the schema cannot be used: ${why}`, {
    details: { file },
  })
}
