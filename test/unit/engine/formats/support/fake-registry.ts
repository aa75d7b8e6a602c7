/**
 * A schema registry that speaks the published API as Apicurio and Confluent do, on a port of its own: for faults that a real
 * one cannot be made to have. test/kafka holds the client against a real registry.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

export interface FakeSchema {
  schema: string
  schemaType?: 'AVRO' | 'PROTOBUF' | 'JSON'
  references?: { name: string; subject: string; version: number }[]
  subject?: string
  version?: number
}

export class FakeRegistry {
  /** By id. */
  readonly schemas = new Map<number, FakeSchema>()
  /** Paths that were asked for, in order. */
  readonly asked: string[] = []
  /** What every request is answered with instead; null for what is right. */
  answer: { status: number; body: string } | null = null
  /** Authorization header that is wanted. */
  authorization: string | null = null
  readonly #server: Server
  #held: (() => void)[] | null = null

  private constructor() {
    this.#server = createServer((request, response) => {
      this.asked.push(request.url ?? '')
      const respond = (): void => {
        this.#respond(request, response)
      }
      if (this.#held === null) respond()
      else this.#held.push(respond)
    })
  }

  static async open(): Promise<FakeRegistry> {
    const registry = new FakeRegistry()
    await new Promise<void>((resolve) => {
      registry.#server.listen(0, '127.0.0.1', resolve)
    })
    return registry
  }

  get url(): string {
    const address = this.#server.address()
    return `http://127.0.0.1:${String(typeof address === 'object' ? address?.port : 0)}`
  }

  /** Answers nothing until {@link release}. */
  hold(): void {
    this.#held = []
  }

  release(): void {
    const held = this.#held ?? []
    this.#held = null
    for (const respond of held) respond()
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #respond(request: IncomingMessage, response: ServerResponse): void {
    const { status, body } = this.answer ?? this.#find(request)
    response.writeHead(status, { 'content-type': 'application/vnd.schemaregistry.v1+json' })
    response.end(body)
  }

  #find({ url = '', headers }: IncomingMessage): { status: number; body: string } {
    if (this.authorization !== null && headers.authorization !== this.authorization) {
      return { status: 401, body: JSON.stringify({ error_code: 401, message: 'Unauthorized' }) }
    }
    const [, area, ...rest] = url.split('/').map(decodeURIComponent)
    if (area === 'schemas') {
      const found = this.schemas.get(Number(rest[1]))
      if (found === undefined) return missing(40403, 'Schema not found')
      const { subject = '', version = 1, ...schema } = found
      return { status: 200, body: JSON.stringify(rest[2] === 'versions' ? [{ subject, version }] : schema) }
    }
    const [subject, , version] = rest
    const known = [...this.schemas].find(
      ([, schema]) =>
        schema.subject === subject && (version === 'latest' || (schema.version ?? 1) === Number(version)),
    )
    if (known === undefined) return missing(40401, 'Subject not found')
    const [id, schema] = known
    return { status: 200, body: JSON.stringify({ version: 1, ...schema, id }) }
  }
}

function missing(code: number, message: string): { status: number; body: string } {
  return { status: 404, body: JSON.stringify({ error_code: code, message }) }
}
