/**
 * Tabs in the browser's storage: one entry per tab, so that two windows do not overwrite each other, and one for their
 * order. What cannot be read is kept as text; closed tabs stay for a while. Pure but for the storage given.
 */
import { z } from 'zod'

/** The slice of `Storage` that is used. `set` says whether there was room. */
export interface StoragePort {
  keys(): string[]
  get(key: string): string | null
  set(key: string, value: string): boolean
  remove(key: string): void
}

const storedRun = z.object({
  queryId: z.string(),
  sql: z.string(),
  start: z.number(),
  startedAt: z.number(),
  timeLimitMs: z.number(),
})
const storedTab = z.object({
  title: z.string().nullable(),
  text: z.string(),
  closedAt: z.number().nullable(),
  savedAt: z.number(),
  run: storedRun.nullable(),
})
const storedOrder = z.object({ ids: z.array(z.string()), active: z.string().nullable() })

export type StoredRun = z.infer<typeof storedRun>
export interface StoredTab extends z.infer<typeof storedTab> {
  id: string
}

export interface StoredTabs {
  open: StoredTab[]
  /** Newest first. */
  closed: StoredTab[]
  active: string | null
  /** Titles of tabs whose entry could not be read whole. */
  recovered: string[]
}

const prefix = 'penstock.query.tab.'
const orderKey = 'penstock.query.tabs'
/** Closed tabs that are kept for undoing. */
export const keptClosed = 10

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** A tab from its entry; from a damaged entry, whatever of its text can still be found. */
function readTab(id: string, raw: string): { tab: StoredTab; isWhole: boolean } {
  const value = parseJson(raw)
  const whole = storedTab.safeParse(value)
  if (whole.success) return { tab: { id, ...whole.data }, isWhole: true }
  const partial = z.object({ text: z.string() }).safeParse(value)
  const text = partial.success ? partial.data.text : raw
  return { tab: { id, title: 'Recovered', text, closedAt: null, savedAt: 0, run: null }, isWhole: false }
}

/** Reads and writes tabs. Reading never throws away what was typed. */
export class TabStorage {
  readonly #port: StoragePort

  constructor(port: StoragePort) {
    this.#port = port
  }

  load(): StoredTabs {
    const order = storedOrder.safeParse(parseJson(this.#port.get(orderKey) ?? ''))
    const ids = order.success ? order.data.ids : []
    const read = this.#port
      .keys()
      .filter((key) => key.startsWith(prefix))
      .map((key) => readTab(key.slice(prefix.length), this.#port.get(key) ?? ''))
      .filter(({ tab, isWhole }) => isWhole || tab.text.trim() !== '')
    const tabs = read.map(({ tab }) => tab)
    const place = (tab: StoredTab): number => {
      const at = ids.indexOf(tab.id)
      return at < 0 ? ids.length : at
    }
    const byPlace = (left: StoredTab, right: StoredTab): number =>
      place(left) - place(right) || left.savedAt - right.savedAt
    return {
      open: tabs.filter((tab) => tab.closedAt === null).sort(byPlace),
      closed: tabs
        .filter((tab) => tab.closedAt !== null)
        .sort((left, right) => (right.closedAt ?? 0) - (left.closedAt ?? 0)),
      active: order.success ? order.data.active : null,
      recovered: read.filter(({ isWhole }) => !isWhole).map(({ tab }) => tab.title ?? tab.id),
    }
  }

  /** Writes one tab; closed tabs make room where there is none. @returns whether it is kept now */
  save({ id, ...tab }: StoredTab): boolean {
    const value = JSON.stringify(tab)
    while (!this.#port.set(prefix + id, value)) {
      const oldest = this.load().closed.findLast((other) => other.id !== id)
      if (oldest === undefined) return false
      this.#port.remove(prefix + oldest.id)
    }
    return true
  }

  saveOrder(ids: readonly string[], active: string | null): void {
    this.#port.set(orderKey, JSON.stringify({ ids, active }))
  }

  /** Forgets a tab for good. */
  remove(id: string): void {
    this.#port.remove(prefix + id)
  }

  /** Forgets closed tabs beyond what is kept. @returns ids of those that are gone */
  prune(): string[] {
    const gone = this.load()
      .closed.slice(keptClosed)
      .map((tab) => tab.id)
    for (const id of gone) this.remove(id)
    return gone
  }

  /** The tab that a storage event of another window is about, or null. */
  changed(key: string | null, value: string | null): StoredTab | null {
    if (key === null || value === null || !key.startsWith(prefix)) return null
    const { tab, isWhole } = readTab(key.slice(prefix.length), value)
    return isWhole ? tab : null
  }
}

/** The browser's own storage; where it is switched off nothing is kept, and saving says so. */
export function browserStorage(page: Window): StoragePort {
  const attempt = <T>(action: () => T, otherwise: T): T => {
    try {
      return action()
    } catch (error) {
      // Switched off or full: the caller hears that nothing was kept.
      if (error instanceof DOMException) return otherwise
      throw error
    }
  }
  return {
    keys: () => attempt(() => Object.keys(page.localStorage), []),
    get: (key) => attempt(() => page.localStorage.getItem(key), null),
    set: (key, value) =>
      attempt(() => {
        page.localStorage.setItem(key, value)
        return true
      }, false),
    remove: (key) => {
      attempt(() => {
        page.localStorage.removeItem(key)
      }, undefined)
    },
  }
}
