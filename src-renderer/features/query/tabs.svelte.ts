/**
 * The tabs of the workbench. Everything typed is in the browser's storage within half a second and at the latest when the
 * page is hidden; a closed tab can be brought back. Owned by the workbench.
 */
import type { TextSource } from '../../editor/editor-sessions.ts'
import type { Clock } from '../../transport/reconnecting-link.ts'
import { Tab } from './tab.svelte.ts'
import type { StoredRun, StoredTab, TabStorage } from './tab-storage.ts'

const saveAfterMs = 400

interface TabsPorts {
  storage: TabStorage
  clock: Clock
  newId: () => string
}

/** Tabs as rune state; there is always at least one. */
export class QueryTabs {
  readonly #ports: TabsPorts
  readonly #pending = new Map<string, () => void>()
  /** Runs that tabs had when the page went, by tab; the workbench picks them up. */
  readonly storedRuns = new Map<string, StoredRun>()
  /** How many tabs could not be read whole. */
  readonly recovered: number
  #list = $state.raw<readonly Tab[]>([])
  #closed = $state.raw<readonly StoredTab[]>([])
  #activeId = $state('')

  constructor(ports: TabsPorts) {
    this.#ports = ports
    const { open, closed, active, recovered } = ports.storage.load()
    this.recovered = recovered.length
    this.#closed = closed
    this.#list = open.map((stored) => new Tab(stored))
    for (const { id, run } of open) if (run !== null) this.storedRuns.set(id, run)
    const first = this.#list.find(({ id }) => id === active) ?? this.#list[0]
    this.#activeId = first?.id ?? this.create().id
  }

  get list(): readonly Tab[] {
    return this.#list
  }

  get active(): Tab {
    const found = this.#list.find(({ id }) => id === this.#activeId) ?? this.#list[0]
    if (found === undefined) throw new Error('a workbench without tabs')
    return found
  }

  /** The tab that undoing would bring back; null where there is none. */
  get lastClosed(): StoredTab | null {
    return this.#closed[0] ?? null
  }

  /** Adds a tab after the active one and shows it. */
  create(text = '', title: string | null = null): Tab {
    const tab = new Tab({ id: this.#ports.newId(), title, text, savedAt: 0 })
    const at = this.#list.findIndex(({ id }) => id === this.#activeId)
    this.#list = at < 0 ? [...this.#list, tab] : this.#list.toSpliced(at + 1, 0, tab)
    this.#activeId = tab.id
    this.save(tab)
    this.#saveOrder()
    return tab
  }

  select(id: string): void {
    if (!this.#list.some((tab) => tab.id === id)) return
    this.#activeId = id
    this.#saveOrder()
  }

  /** Shows the tab that is `step` places further, around the ends. */
  cycle(step: number): void {
    const at = this.#list.indexOf(this.active)
    const next = this.#list[(at + step + this.#list.length) % this.#list.length]
    if (next !== undefined) this.select(next.id)
  }

  rename(tab: Tab, name: string): void {
    tab.name = name.trim() === '' ? null : name.trim()
    this.save(tab)
  }

  /** New text from the editor; stored in a moment. */
  edit(id: string, document: TextSource): void {
    const tab = this.#list.find((other) => other.id === id)
    if (tab === undefined) return
    tab.document = document
    this.#pending.get(id)?.()
    const cancel = this.#ports.clock.after(saveAfterMs, () => {
      this.save(tab)
    })
    this.#pending.set(id, cancel)
  }

  /** Closes a tab, to be brought back by {@link undoClose}; an empty one is just gone. */
  close(id: string): Tab | null {
    const at = this.#list.findIndex((tab) => tab.id === id)
    const tab = this.#list[at]
    if (tab === undefined) return null
    this.#unschedule(id)
    this.#list = this.#list.toSpliced(at, 1)
    if (tab.isEmpty) this.#ports.storage.remove(id)
    else {
      const stored = tab.stored(this.#ports.clock.now(), this.#ports.clock.now())
      this.#closed = [stored, ...this.#closed]
      this.#ports.storage.save(stored)
      const gone = new Set(this.#ports.storage.prune())
      this.#closed = this.#closed.filter((other) => !gone.has(other.id))
    }
    if (this.#activeId === id) this.#activeId = (this.#list[at] ?? this.#list[at - 1])?.id ?? this.create().id
    this.#saveOrder()
    return tab
  }

  /** Brings the last closed tab back with its text. */
  undoClose(): Tab | null {
    const [stored, ...rest] = this.#closed
    if (stored === undefined) return null
    this.#closed = rest
    const tab = new Tab(stored)
    this.#list = [...this.#list, tab]
    this.#activeId = tab.id
    this.save(tab)
    this.#saveOrder()
    return tab
  }

  /** Writes a tab now. */
  save(tab: Tab): void {
    this.#unschedule(tab.id)
    tab.retitle()
    tab.savedAt = this.#ports.clock.now()
    tab.isKept = this.#ports.storage.save(tab.stored(tab.savedAt, null))
  }

  /** Writes whatever is not written yet; for when the page may go. */
  flush(): void {
    for (const tab of this.#list) if (this.#pending.has(tab.id)) this.save(tab)
  }

  /** Another window has written: a tab that is untouched here takes its newer text. */
  receive(key: string | null, value: string | null): void {
    const stored = this.#ports.storage.changed(key, value)
    const tab = this.#list.find(({ id }) => id === stored?.id)
    if (stored === null || tab === undefined || this.#pending.has(tab.id)) return
    if (stored.closedAt !== null || stored.savedAt <= tab.savedAt) return
    tab.savedAt = stored.savedAt
    tab.name = stored.title
    tab.document = stored.text
    tab.retitle()
  }

  #unschedule(id: string): void {
    this.#pending.get(id)?.()
    this.#pending.delete(id)
  }

  #saveOrder(): void {
    this.#ports.storage.saveOrder(
      this.#list.map(({ id }) => id),
      this.#activeId,
    )
  }
}
