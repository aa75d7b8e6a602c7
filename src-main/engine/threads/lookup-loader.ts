/** Loads lookups into the store and loads them again when their files change. Runs in the ingest thread. */
import { AppError } from '#contract/errors.ts'
import { stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Column } from '../../workspace/model.ts'
import type { LookupShape } from '../batch/relations.ts'
import type { FileLookup } from '../lookups/file-lookup.ts'
import { readLookup } from '../lookups/read-lookup.ts'
import type { LookupLoaded } from '../store/lookup-tables.ts'
import type { ThreadCalls } from './thread-calls.ts'

const watchMs = 1000
const settleAttempts = 5
const settleMs = 200

export class LookupLoader {
  readonly #store: ThreadCalls
  /** Versions of the files that are loaded, or that could not be. */
  readonly #versions = new Map<string, string>()
  /** Versions seen at the last look that are not loaded: a file is loaded once it has rested for a whole look. */
  readonly #resting = new Map<string, string>()
  /** Columns as steps were compiled with them. */
  readonly #columns = new Map<string, readonly Column[]>()
  /** What was told last of a lookup that cannot be loaded. */
  readonly #troubles = new Map<string, string>()
  #timer: NodeJS.Timeout | null = null
  #busy = false

  constructor(store: ThreadCalls) {
    this.#store = store
  }

  /**
   * Loads one lookup for the first time, again where it is being written meanwhile. Where the store has no room for another
   * version, one of an earlier start stays in use, and the file is tried again at each look.
   * @throws AppError LOOKUP_UNREADABLE, STORE_FULL
   */
  async loadSettled(lookup: FileLookup): Promise<LookupShape> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.load(lookup)
      } catch (error) {
        const kept = isWithoutRoom(error) ? await this.#kept(lookup) : null
        if (kept !== null) return kept
        if (!isUnfinished(error) || attempt === settleAttempts) throw error
        await sleep(settleMs)
      }
    }
  }

  /** The version that the store holds; null where it has none with the columns that the file has now. */
  async #kept(lookup: FileLookup): Promise<LookupShape | null> {
    const { columns } = (await readLookup(lookup).next()).value ?? { columns: [] }
    const shape = shapeOf(lookup, columns)
    if (!(await this.#store.call<boolean>('lookup-holds', shape))) return null
    this.#versions.delete(lookup.name)
    this.#columns.set(lookup.name, columns)
    return shape
  }

  /** Loads one lookup from its file. @throws AppError LOOKUP_UNREADABLE; the version before stays in use */
  async load(lookup: FileLookup): Promise<LookupShape> {
    this.#versions.set(lookup.name, await versionOf(lookup.file))
    try {
      const columns = await this.#transfer(lookup)
      const loaded = await this.#store.call<LookupLoaded>('lookup-commit', lookup.name)
      if (loaded.duplicates > 0) this.#tellDuplicates(lookup, loaded)
      if (!this.#columns.has(lookup.name)) this.#columns.set(lookup.name, columns)
      return shapeOf(lookup, columns)
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error)
      await this.#store.call('lookup-abandon', { name: lookup.name, problem })
      throw error
    }
  }

  async #transfer(lookup: FileLookup): Promise<readonly Column[]> {
    const compiled = this.#columns.get(lookup.name)
    let columns: readonly Column[] = []
    for await (const chunk of readLookup(lookup)) {
      const order = compiled === undefined ? null : orderOf(chunk.columns, compiled)
      const rows = order === null ? chunk.rows : chunk.rows.map((row) => reordered(row, order))
      if (columns.length === 0) {
        columns = order === null ? chunk.columns : reordered(chunk.columns, order)
        await this.#store.call('lookup-begin', shapeOf(lookup, columns))
      }
      await this.#store.call('lookup-rows', { name: lookup.name, rows })
    }
    return columns
  }

  /** Looks for changed files from now on. */
  watch(lookups: readonly FileLookup[]): void {
    this.#timer = setInterval(() => {
      if (!this.#busy) void this.look(lookups)
    }, watchMs)
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
  }

  /** One look at the files: loads those that have changed since they were loaded, and not since the look before. */
  async look(lookups: readonly FileLookup[]): Promise<void> {
    this.#busy = true
    for (const lookup of lookups) {
      const version = await versionOf(lookup.file)
      const hasRested = this.#resting.get(lookup.name) === version
      if (version === this.#versions.get(lookup.name)) this.#resting.delete(lookup.name)
      else if (hasRested) await this.#reload(lookup)
      else this.#resting.set(lookup.name, version)
    }
    this.#busy = false
  }

  async #reload(lookup: FileLookup): Promise<void> {
    try {
      await this.load(lookup)
      this.#troubles.delete(lookup.name)
      this.#tell('info', 'lookup-reloaded', lookup, `${lookup.file} has changed and was loaded again`)
    } catch (error) {
      // Written while it was read: a later look finds it changed again.
      if (isUnfinished(error)) return
      const why = error instanceof Error ? error.message : String(error)
      const isFileFault = error instanceof AppError && error.code === 'LOOKUP_UNREADABLE'
      if (!isFileFault) {
        // The store has no room, say, and the file is right: it is tried again at the next look, and told once.
        this.#versions.delete(lookup.name)
        if (this.#troubles.get(lookup.name) === why) return
      }
      this.#troubles.set(lookup.name, why)
      this.#tell('error', 'lookup-unreadable', lookup, `${why}; the version before it stays in use`)
    }
  }

  #tellDuplicates(lookup: FileLookup, loaded: LookupLoaded): void {
    const rows = String(loaded.duplicates)
    const message = `${lookup.file}: ${rows} rows repeat a ${lookup.key} that came before; the last one of each is kept`
    this.#tell('warn', 'lookup-duplicates', lookup, message)
  }

  #tell(level: 'info' | 'warn' | 'error', event: string, lookup: FileLookup, message: string): void {
    this.#store.tell({ kind: 'event', level, event, subject: lookup.name, message })
  }
}

function shapeOf({ name, key, file }: FileLookup, columns: readonly Column[]): LookupShape {
  return { lookup: { name, key, origin: file }, columns }
}

function isWithoutRoom(error: unknown): boolean {
  return error instanceof AppError && error.code === 'STORE_FULL'
}

/** Whether a file changed while it was read, so that reading it again may do. */
function isUnfinished(error: unknown): boolean {
  return error instanceof AppError && error.details['changed'] === true
}

/**
 * Where each compiled column stands among those of the file. Steps take a lookup's columns by their number, so that ones
 * that moved or were added must not shift the others.
 * @returns null where the order is the same already, or a column is gone, which the store refuses
 */
function orderOf(columns: readonly Column[], compiled: readonly Column[]): number[] | null {
  const order = compiled.map(({ name }) => columns.findIndex((column) => column.name === name))
  const isSame = columns.length === order.length && order.every((from, to) => from === to)
  return isSame || order.includes(-1) ? null : order
}

function reordered<Value>(values: readonly Value[], order: readonly number[]): Value[] {
  return order.flatMap((index) => values.slice(index, index + 1))
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
