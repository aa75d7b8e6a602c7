/**
 * Schemas of one registry by id, kept for good while they are used: an id never changes its meaning. One request per id at
 * a time, whoever asks. One per connection and thread.
 */
import { AppError } from '#contract/errors.ts'
import { z } from 'zod'
import type { RegistrySettings } from '../../kafka/client/connection-settings.ts'
import type { RegisteredSchema, SchemaReference, SchemaType, TopicSchema } from './registered-schema.ts'
import { RegistryClient } from './registry-client.ts'

const keptSchemas = 1000
/** Schemas that one may refer to, directly and not. */
const mostReferences = 1000

const referenceShape = z.object({ name: z.string(), subject: z.string(), version: z.number() })
const schemaShape = z.object({
  schema: z.string(),
  schemaType: z.enum(['AVRO', 'PROTOBUF', 'JSON']).nullish(),
  references: z.array(referenceShape).nullish(),
})
const versionShape = schemaShape.extend({ id: z.number(), subject: z.string(), version: z.number() })
const subjectsShape = z.array(z.object({ subject: z.string(), version: z.number() }))

type Reference = z.output<typeof referenceShape>

export class SchemaRegistry {
  readonly #client: RegistryClient
  readonly #kept = new Map<number, RegisteredSchema>()
  readonly #asked = new Map<number, Promise<RegisteredSchema | null>>()

  /** @throws AppError SCHEMA_UNAVAILABLE where the settings are no use */
  constructor(settings: RegistrySettings) {
    this.#client = new RegistryClient(settings)
  }

  get address(): string {
    return this.#client.address
  }

  close(): void {
    this.#client.close()
  }

  /** One that is here already; null where it has to be asked for. */
  known(id: number): RegisteredSchema | null {
    return this.#kept.get(id) ?? null
  }

  /**
   * @param topic whose subject it likely has, for messages
   * @returns null where the registry has no schema with this id
   * @throws AppError SCHEMA_UNAVAILABLE naming registry, subject and id
   */
  async schema(id: number, topic: string): Promise<RegisteredSchema | null> {
    const kept = this.#kept.get(id)
    if (kept !== undefined) {
      this.#kept.delete(id)
      this.#kept.set(id, kept)
      return kept
    }
    const asked = this.#asked.get(id) ?? this.#ask(id, topic)
    this.#asked.set(id, asked)
    try {
      return await asked
    } finally {
      this.#asked.delete(id)
    }
  }

  /** Newest schemas of a topic's key and value by the TopicNameStrategy. @throws AppError SCHEMA_UNAVAILABLE */
  async topicSchemas(topic: string): Promise<TopicSchema[]> {
    const found = await Promise.all(
      (['key', 'value'] as const).map(async (part) => {
        const schema = await this.#newest(`${topic}-${part}`)
        return schema === null ? [] : [{ part, schema }]
      }),
    )
    return found.flat()
  }

  async #newest(subject: string): Promise<RegisteredSchema | null> {
    const what = `subject ${subject}`
    const answer = await this.#client.get(['subjects', subject, 'versions', 'latest'], versionShape, { what })
    if (answer === null) return null
    const { id, schema, schemaType, version } = answer
    const references = await this.#references(answer.references ?? [], what)
    return { id, type: schemaType ?? 'AVRO', text: schema, references, subject: answer.subject, version }
  }

  async #ask(id: number, topic: string): Promise<RegisteredSchema | null> {
    const what = topic === '' ? `schema ${String(id)}` : `schema ${String(id)} of topic ${topic}`
    const answer = await this.#client.get(['schemas', 'ids', String(id)], schemaShape, { what })
    if (answer === null) return null
    const { subject, version } = await this.#subject(id, topic)
    const about = subject === '' ? what : `schema ${String(id)} of subject ${subject}`
    const references = await this.#references(answer.references ?? [], about)
    const type: SchemaType = answer.schemaType ?? 'AVRO'
    const schema = { id, type, text: answer.schema, references, subject, version }
    this.#keep(schema)
    return schema
  }

  /** The subject of the topic where it has one, else any. Not every registry can say; it is for people only. */
  async #subject(id: number, topic: string): Promise<{ subject: string; version: number }> {
    const nothing = { subject: '', version: 0 }
    try {
      const path = ['schemas', 'ids', String(id), 'versions']
      const found = await this.#client.get(path, subjectsShape, { what: `subjects of schema ${String(id)}` })
      const own = found?.find(({ subject }) => subject === `${topic}-value` || subject === `${topic}-key`)
      return own ?? found?.[0] ?? nothing
    } catch (error) {
      if (error instanceof AppError && error.code === 'SCHEMA_UNAVAILABLE') return nothing
      throw error
    }
  }

  /** What a schema refers to and what that refers to, each once and before those that need it. */
  async #references(wanted: readonly Reference[], about: string): Promise<SchemaReference[]> {
    const found = new Map<string, SchemaReference>()
    const seen = new Set<string>()
    const visit = async (references: readonly Reference[]): Promise<void> => {
      for (const { name, subject, version } of references) {
        const key = `${subject} ${String(version)} ${name}`
        if (seen.has(key)) continue
        seen.add(key)
        const what = `${about}: reference ${name}, subject ${subject} version ${String(version)}`
        if (seen.size > mostReferences) throw this.#fault(what, 'it refers to too many schemas')
        const path = ['subjects', subject, 'versions', String(version)]
        const answer = await this.#client.get(path, versionShape, { what })
        if (answer === null) throw this.#fault(what, 'the registry does not have it')
        await visit(answer.references ?? [])
        found.set(key, { name, subject, version, text: answer.schema })
      }
    }
    await visit(wanted)
    return [...found.values()]
  }

  #fault(what: string, why: string): AppError {
    return new AppError('SCHEMA_UNAVAILABLE', `schema registry ${this.address}: ${what}: ${why}`, {
      details: { registry: this.address },
    })
  }

  #keep(schema: RegisteredSchema): void {
    this.#kept.set(schema.id, schema)
    if (this.#kept.size <= keptSchemas) return
    for (const [oldest] of this.#kept) {
      this.#kept.delete(oldest)
      break
    }
  }
}
