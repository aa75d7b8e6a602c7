/**
 * The Messages view as it stands, also while others are shown: the topic, the fields, the search, the open message, the
 * pinned columns. One per page.
 */
import type { TopicDetail } from '#contract/topics.ts'
import type { RecordAddress } from '#contract/messages.ts'
import { emptyGridMemory, type GridMemory } from '../../grid/grid-memory.ts'
import { Polled } from '../../state/polled.svelte.ts'
import type { Preferences } from '../../state/preferences.ts'
import type { PenstockClient } from '../../transport/client.ts'
import { formatDateTime, type TimeZone } from '../../ui/format-time.ts'
import { MatchExport } from './export-matches.svelte.ts'
import type { RecordPlace } from './message-columns.ts'
import { OpenRecord } from './open-record.svelte.ts'
import { firstFields, searchOf, type FieldProblem, type SearchFields } from './search-fields.ts'
import { readTime } from './search-input.ts'
import { SearchRun, type RunPorts } from './search-run.svelte.ts'

export interface MessagesPorts extends RunPorts {
  client: Pick<PenstockClient, 'messages' | 'topics'>
  preferences: Preferences
}

export interface TopicAddress {
  connection: string
  topic: string
}

const detailEveryMs = 5000
const mostPinned = 12

export class MessagesState {
  readonly #ports: MessagesPorts
  readonly open: OpenRecord
  readonly exported: MatchExport
  /** Figures of the topic for the heading. */
  readonly detail: Polled<TopicDetail | null>
  #topic = $state.raw<TopicAddress | null>(null)
  #fields = $state.raw<SearchFields>(firstFields)
  #problem = $state.raw<FieldProblem | null>(null)
  #run = $state.raw<SearchRun | null>(null)
  #pinned = $state.raw<readonly string[]>([])
  #memory: GridMemory = emptyGridMemory()

  constructor(ports: MessagesPorts) {
    this.#ports = ports
    this.open = new OpenRecord(ports.client)
    this.exported = new MatchExport(ports.client)
    this.detail = new Polled({
      everyMs: detailEveryMs,
      load: async (signal) =>
        this.#topic === null ? null : ports.client.topics.get(this.#topic, { signal }),
    })
  }

  get topic(): TopicAddress | null {
    return this.#topic
  }

  /** What stands in the fields; it is not searched for before `search`. */
  get fields(): SearchFields {
    return this.#fields
  }

  /** Why the fields could not be searched for; null where they can. */
  get problem(): FieldProblem | null {
    return this.#problem
  }

  /** The search whose matches are shown; null before the first. */
  get run(): SearchRun | null {
    return this.#run
  }

  /** Paths of the value that are shown as columns. */
  get pinned(): readonly string[] {
    return this.#pinned
  }

  /** Where the person was in the matches of this search. */
  get memory(): GridMemory {
    return this.#memory
  }

  /** Changes fields; those that say what is wrong are forgiven with it. */
  edit(change: Partial<SearchFields>): void {
    this.#fields = { ...this.#fields, ...change }
    if (this.#problem !== null && this.#problem.field in change) this.#problem = null
  }

  /** Times in the fields follow the clock that the person reads. */
  changeZone(from: TimeZone, to: TimeZone, now: number): void {
    const moved = (text: string): string => {
      const read = readTime(text, { now, zone: from })
      return 'value' in read && /^\d{4}-/.test(text) && !/[z+]|-\d\d:?\d\d$/i.test(text.slice(10))
        ? formatDateTime(read.value, to, read.value % 1000 === 0 ? 'second' : 'millisecond')
        : text
    }
    this.#fields = { ...this.#fields, at: moved(this.#fields.at), until: moved(this.#fields.until) }
  }

  /** Shows a topic with these fields, and searches. */
  show(topic: TopicAddress, fields: SearchFields, context: { now: number; zone: TimeZone }): void {
    const isOther = topic.connection !== this.#topic?.connection || topic.topic !== this.#topic.topic
    if (isOther) {
      this.#topic = topic
      this.#pinned = this.#readPinned()
      this.detail.reset()
    }
    this.#fields = fields
    this.search(context)
  }

  /** Searches for what the fields say; the search before ends. */
  search(context: { now: number; zone: TimeZone }): void {
    if (this.#topic === null) return
    const asked = searchOf(this.#fields, this.#topic, context)
    this.#problem = 'search' in asked ? null : asked
    if (!('search' in asked)) return
    void this.#run?.close()
    this.exported.cancel()
    this.#memory = emptyGridMemory()
    this.#run = new SearchRun(asked.search, this.#ports)
    void this.#run.run()
  }

  /** The address of a match, read as this search reads it. */
  addressOf(place: RecordPlace): RecordAddress | null {
    if (this.#topic === null) return null
    const { keyFormat, valueFormat } = this.#run?.request ?? this.#fields
    return { ...this.#topic, ...place, keyFormat, valueFormat }
  }

  /** Shows a field of the value as a column, or no longer; remembered for the topic. */
  togglePinned(path: string): void {
    const isPinned = this.#pinned.includes(path)
    this.#pinned = isPinned
      ? this.#pinned.filter((other) => other !== path)
      : [...this.#pinned, path].slice(-mostPinned)
    this.#memory = { ...emptyGridMemory(), firstRow: this.#memory.firstRow }
    this.#ports.preferences.write(this.#pinnedKey, JSON.stringify(this.#pinned))
  }

  get #pinnedKey(): string {
    return `messages.columns.${this.#topic?.connection ?? ''}/${this.#topic?.topic ?? ''}`
  }

  #readPinned(): readonly string[] {
    try {
      const kept: unknown = JSON.parse(this.#ports.preferences.read(this.#pinnedKey) ?? '[]')
      return Array.isArray(kept) ? kept.filter((path) => typeof path === 'string').slice(0, mostPinned) : []
    } catch (error) {
      // What another version has written is forgotten.
      if (error instanceof SyntaxError) return []
      throw error
    }
  }
}
