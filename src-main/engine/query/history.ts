/**
 * What was run: an append-only NDJSON file in the state folder, read from disk when asked for, rewritten when it has
 * grown past its bound. Lives in the main process; all work on the file is in one line of promises.
 */
import { limits } from '#contract/limits.ts'
import { historyEntry } from '#contract/query.ts'
import type { HistoryEntry } from '#contract/query.ts'
import { createReadStream } from 'node:fs'
import { appendFile, mkdir, open, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { Logger } from '../engine-api.ts'
import { cutText } from './encode-cell.ts'

/** Entries may exceed the bound by this share before the file is rewritten. */
const slackShare = 0.25

export interface HistoryOptions {
  stateFolder: string
  logger: Logger
  /** Entries kept. */
  mostEntries?: number
}

/** See the head of the file. A fault of the file is logged and costs history, never a statement. */
export class QueryHistory {
  readonly #file: string
  readonly #logger: Logger
  readonly #mostEntries: number
  #work: Promise<unknown>
  #entries = 0
  #lastId = 0

  constructor({ stateFolder, logger, mostEntries = limits.historyEntries }: HistoryOptions) {
    this.#file = path.join(stateFolder, 'query-history.ndjson')
    this.#logger = logger
    this.#mostEntries = mostEntries
    this.#work = this.#guard(() => this.#load())
  }

  /** Adds an entry; its SQL is cut at `limits.historySqlBytes`. Returns at once. */
  add(entry: Omit<HistoryEntry, 'id'>): void {
    void this.#next(async () => {
      this.#lastId = Math.max(Date.now(), this.#lastId + 1)
      const line = { ...entry, id: this.#lastId, sql: cutText(entry.sql, limits.historySqlBytes) }
      await appendFile(this.#file, `${JSON.stringify(line)}\n`, { mode: 0o600 })
      this.#entries += 1
      if (this.#entries > this.#mostEntries * (1 + slackShare)) await this.#compact()
    })
  }

  /** Newest first: entries whose SQL or error holds the text, in any case; all for the empty text. */
  async search(text: string, most: number): Promise<HistoryEntry[]> {
    const found: HistoryEntry[] = []
    const wanted = text.toLowerCase()
    await this.#next(async () => {
      for await (const entry of this.#read()) {
        if (!`${entry.sql}\n${entry.error ?? ''}`.toLowerCase().includes(wanted)) continue
        found.push(entry)
        if (found.length > most) found.shift()
      }
    })
    return found.reverse()
  }

  /** Resolves when everything that was added is on disk. */
  async flush(): Promise<void> {
    await this.#next(() => Promise.resolve())
  }

  #next(work: () => Promise<void>): Promise<void> {
    const next = this.#work.then(() => this.#guard(work))
    this.#work = next
    return next
  }

  async #guard(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#logger.warn({ error, file: this.#file }, 'the query history cannot be used')
    }
  }

  async #load(): Promise<void> {
    await mkdir(path.dirname(this.#file), { recursive: true, mode: 0o700 })
    await this.#mendLastLine()
    for await (const entry of this.#read()) {
      this.#entries += 1
      this.#lastId = Math.max(this.#lastId, entry.id)
    }
  }

  /** A line that a kill cut off is closed, so that the next one does not join it. */
  async #mendLastLine(): Promise<void> {
    const file = await open(this.#file, 'a+', 0o600)
    try {
      const { size } = await file.stat()
      const last = Buffer.alloc(1)
      if (size === 0) return
      await file.read(last, 0, 1, size - 1)
      if (last.toString() !== '\n') await file.appendFile('\n')
    } finally {
      await file.close()
    }
  }

  async #compact(): Promise<void> {
    const kept: HistoryEntry[] = []
    for await (const entry of this.#read()) {
      kept.push(entry)
      if (kept.length > this.#mostEntries) kept.shift()
    }
    const fresh = `${this.#file}.${String(process.pid)}.new`
    const text = kept.map((entry) => `${JSON.stringify(entry)}\n`).join('')
    await writeFile(fresh, text, { mode: 0o600, flush: true })
    await rename(fresh, this.#file)
    this.#entries = kept.length
  }

  /** Entries oldest first; lines that are none are passed over. */
  async *#read(): AsyncGenerator<HistoryEntry> {
    const lines = createInterface({ input: createReadStream(this.#file, 'utf8'), crlfDelay: Infinity })
    for await (const line of lines) {
      const entry = parseEntry(line)
      if (entry !== null) yield entry
    }
  }
}

function parseEntry(line: string): HistoryEntry | null {
  try {
    const entry = historyEntry.safeParse(JSON.parse(line))
    return entry.success ? entry.data : null
  } catch {
    return null
  }
}
