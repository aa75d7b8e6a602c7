/** A real schema registry for one test file, in memory. Where it cannot be had its tests are skipped, which is said. */
import { tmpdir } from 'node:os'
import { describe } from 'vitest'
import { findRegistry } from '../../../build/testing/registry-files.js'
import { startJava } from './java-process.ts'
import { freePorts } from './ports.ts'

const jar = findRegistry()
if (jar === null) {
  const message = 'no schema registry here: its tests are NOT RUN. `npm run test:kafka` gets it with Maven.'
  if (process.env['CI'] !== undefined) throw new Error(message)
  process.stdout.write(`\n== ${message}\n`)
}

/** `describe`, skipped where there is no registry. */
export const describeRegistry = describe.skipIf(jar === null)

export interface TestRegistry {
  url: string
  /** Registers a schema; returns its id. */
  register: (subject: string, schema: RegisteredText) => Promise<number>
  kill: () => Promise<void>
}

export interface RegisteredText {
  schema: string
  schemaType?: 'AVRO' | 'PROTOBUF' | 'JSON'
  references?: { name: string; subject: string; version: number }[]
}

/** Starts it; whoever does ends it. @param port the one to listen on; any that is free where it is not given */
export async function startRegistry(port?: number): Promise<TestRegistry> {
  if (jar === null) throw new Error('there is no registry')
  const [free = 0] = port === undefined ? await freePorts(1) : [port]
  const settings = [
    '-Dquarkus.http.host=127.0.0.1',
    `-Dquarkus.http.port=${String(free)}`,
    '-Dquarkus.log.category."io.quarkus".level=INFO',
  ]
  const options = { heapMb: 400, ready: /Listening on/, cwd: tmpdir() }
  const { child, ended } = await startJava([...settings, '-jar', jar], options)
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await ended
  }
  const url = `http://127.0.0.1:${String(free)}/apis/ccompat/v7`
  return { url, register: (subject, schema) => register(url, subject, schema), kill }
}

async function register(url: string, subject: string, schema: RegisteredText): Promise<number> {
  const response = await fetch(`${url}/subjects/${encodeURIComponent(subject)}/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: JSON.stringify(schema),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`the registry answers ${String(response.status)}: ${text}`)
  const { id } = JSON.parse(text) as { id: number }
  return id
}

/** A value with the id of its schema in front, as base64 for the tools. */
export function framed(id: number, body: Uint8Array, indexes: readonly number[] = []): string {
  const header = Buffer.alloc(5)
  header.writeInt32BE(id, 1)
  return Buffer.concat([header, Uint8Array.from(indexes), body]).toString('base64')
}
