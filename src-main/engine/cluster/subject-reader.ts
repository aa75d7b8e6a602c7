/** Subjects of topics in a schema registry, kept for a minute. A registry that is slow holds nobody up. Cluster thread. */
import type { TopicDetail } from '#contract/topics.ts'
import { setTimeout as sleep } from 'node:timers/promises'

export type Subjects = TopicDetail['schemas']
/** Subjects that follow the name of a topic. */
export type ReadSubjects = (connection: string, topic: string) => Promise<Subjects>

const keptMs = 60_000
const patienceMs = 1000
const mostKept = 1000

export class SubjectReader {
  readonly #read: ReadSubjects
  readonly #kept = new Map<string, { atMs: number; subjects: Promise<Subjects> }>()

  constructor(read: ReadSubjects) {
    this.#read = read
  }

  /** @throws the registry's error; an Error where it takes too long, and then the next call may know more */
  async of(connection: string, topic: string): Promise<Subjects> {
    const waiting = new AbortController()
    const late = sleep(patienceMs, null, { signal: waiting.signal }).catch(() => null)
    const subjects = await Promise.race([this.#asked(connection, topic), late])
    waiting.abort()
    if (subjects === null) throw new Error('schemas: the registry has not answered yet')
    return subjects
  }

  #asked(connection: string, topic: string): Promise<Subjects> {
    const key = `${connection}\n${topic}`
    const kept = this.#kept.get(key)
    if (kept !== undefined && Date.now() - kept.atMs < keptMs) return kept.subjects
    const subjects = this.#read(connection, topic)
    // Whoever waits is told; when nobody does any more it must not count as unhandled.
    subjects.catch(() => undefined)
    if (this.#kept.size > mostKept) this.#kept.clear()
    this.#kept.set(key, { atMs: Date.now(), subjects })
    return subjects
  }
}
