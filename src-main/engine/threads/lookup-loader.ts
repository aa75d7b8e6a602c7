/** Loads lookups into the store and loads them again when their files change. Runs in the ingest thread. */
import { AppError } from '#contract/errors.ts'
import { stat } from 'node:fs/promises'
import type { Column, Lookup } from '../../workspace/model.ts'
import type { LookupShape } from '../batch/relations.ts'
import { readLookup } from '../lookups/read-lookup.ts'
import type { LookupLoaded } from '../store/lookup-tables.ts'
import type { ThreadCalls } from './thread-calls.ts'

const watchMs = 1000
const settleAttempts = 5

export class LookupLoader {
  readonly #store: ThreadCalls
  readonly #versions = new Map<string, string>()
  #timer: NodeJS.Timeout | null = null
  #busy = false

  constructor(store: ThreadCalls) {
    this.#store = store
  }

  /** Loads one lookup, again where it is being written meanwhile. @throws AppError LOOKUP_UNREADABLE */
  async loadSettled(lookup: Lookup): Promise<LookupShape> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.load(lookup)
      } catch (error) {
        if (!isUnfinished(error) || attempt === settleAttempts) throw error
      }
    }
  }

  /** Loads one lookup from its file. @throws AppError LOOKUP_UNREADABLE; the version before stays in use */
  async load(lookup: Lookup): Promise<LookupShape> {
    this.#versions.set(lookup.name, await versionOf(lookup.file))
    try {
      const columns = await this.#transfer(lookup)
      const loaded = await this.#store.call<LookupLoaded>('lookup-commit', lookup.name)
      if (loaded.duplicates > 0) this.#tellDuplicates(lookup, loaded)
      return { lookup, columns }
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error)
      await this.#store.call('lookup-abandon', { name: lookup.name, problem })
      throw error
    }
  }

  async #transfer(lookup: Lookup): Promise<readonly Column[]> {
    let columns: readonly Column[] = []
    for await (const chunk of readLookup(lookup)) {
      if (columns.length === 0) {
        columns = chunk.columns
        await this.#store.call('lookup-begin', { lookup, columns } satisfies LookupShape)
      }
      await this.#store.call('lookup-rows', { name: lookup.name, rows: chunk.rows })
    }
    return columns
  }

  /** Looks for changed files from now on. */
  watch(lookups: readonly Lookup[]): void {
    this.#timer = setInterval(() => {
      if (!this.#busy) void this.#reloadChanged(lookups)
    }, watchMs)
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
  }

  async #reloadChanged(lookups: readonly Lookup[]): Promise<void> {
    this.#busy = true
    for (const lookup of lookups) {
      const version = await versionOf(lookup.file)
      if (version === this.#versions.get(lookup.name)) continue
      try {
        await this.load(lookup)
        this.#tell('info', 'lookup-reloaded', lookup, `${lookup.file} has changed and was loaded again`)
      } catch (error) {
        // Written while it was read: the next look finds it changed again.
        if (isUnfinished(error)) continue
        const why = error instanceof Error ? error.message : String(error)
        this.#tell('error', 'lookup-unreadable', lookup, `${why}; the version before it stays in use`)
      }
    }
    this.#busy = false
  }

  #tellDuplicates(lookup: Lookup, loaded: LookupLoaded): void {
    const rows = String(loaded.duplicates)
    const message = `${lookup.file}: ${rows} rows repeat a ${lookup.key} that came before; the last one of each is kept`
    this.#tell('warn', 'lookup-duplicates', lookup, message)
  }

  #tell(level: 'info' | 'warn' | 'error', event: string, lookup: Lookup, message: string): void {
    this.#store.tell({ kind: 'event', level, event, subject: lookup.name, message })
  }
}

/** Whether a file changed while it was read, so that reading it again may do. */
function isUnfinished(error: unknown): boolean {
  return error instanceof AppError && error.details['changed'] === true
}

/** Size and time of a file; empty where it cannot be seen, which reading it then reports. */
async function versionOf(file: string): Promise<string> {
  try {
    const facts = await stat(file)
    return `${String(facts.size)} ${String(facts.mtimeMs)} ${String(facts.ino)}`
  } catch {
    return ''
  }
}
