/**
 * The Query view's state: tabs, their runs, the live schema, the history. One per page, so that it is found as it was left;
 * starts and closes runs, and nothing else does.
 */
import type { SchemaView } from '#contract/query.ts'
import { limits } from '#contract/limits.ts'
import { EditorSessions } from '../../editor/editor-sessions.ts'
import type { SqlFault } from '../../editor/sql-editor.ts'
import type { SqlStatement } from '../../editor/sql-statements.ts'
import { Polled } from '../../state/polled.svelte.ts'
import type { Preferences } from '../../state/preferences.ts'
import { QueryHistory } from './history.svelte.ts'
import { QueryRun, type RunPorts } from './query-run.svelte.ts'
import type { Tab } from './tab.svelte.ts'
import { browserStorage, TabStorage, type StoragePort } from './tab-storage.ts'
import { QueryTabs } from './tabs.svelte.ts'

/** Time limits to choose from, milliseconds. */
export const timeLimits: readonly number[] = [10_000, limits.queryMs, 300_000, 3_600_000]
const schemaEveryMs = 10_000
const timeLimitKey = 'query.time-limit'

export interface WorkbenchPorts extends RunPorts {
  preferences: Preferences
  storage: StoragePort
  newId: () => string
}

/** The ports of a real page. */
export function pagePorts(ports: RunPorts & { preferences: Preferences }, page: Window): WorkbenchPorts {
  return { ...ports, storage: browserStorage(page), newId: () => page.crypto.randomUUID() }
}

export class Workbench {
  readonly tabs: QueryTabs
  readonly history: QueryHistory
  readonly sessions = new EditorSessions()
  readonly schema: Polled<SchemaView>
  readonly #ports: WorkbenchPorts
  #timeLimitMs = $state<number>(limits.queryMs)

  constructor(ports: WorkbenchPorts) {
    this.#ports = ports
    const { client, clock } = ports
    this.tabs = new QueryTabs({ storage: new TabStorage(ports.storage), clock, newId: ports.newId })
    this.history = new QueryHistory({ client, clock })
    this.schema = new Polled<SchemaView>({
      load: (signal) => client.query.schema(undefined, { signal }),
      everyMs: schemaEveryMs,
      clock,
    })
    const stored = Number(ports.preferences.read(timeLimitKey))
    if (timeLimits.includes(stored)) this.#timeLimitMs = stored
    this.#resumeStored()
  }

  get timeLimitMs(): number {
    return this.#timeLimitMs
  }

  set timeLimitMs(timeLimitMs: number) {
    this.#timeLimitMs = timeLimitMs
    this.#ports.preferences.write(timeLimitKey, String(timeLimitMs))
  }

  /** Runs a statement in the active tab in place of its run before. Resolves when it has ended; never rejects. */
  async run(statement: SqlStatement): Promise<void> {
    const tab = this.tabs.active
    void tab.run?.close()
    const startedAt = this.#ports.clock.now()
    const run = new QueryRun({ statement, timeLimitMs: this.#timeLimitMs, startedAt }, this.#ports)
    tab.run = run
    await run.start()
    if (tab.run === run) this.tabs.save(tab)
    await run.follow()
    void run.lookForRollup()
    if (this.history.entries !== null) await this.history.load()
  }

  async cancel(): Promise<void> {
    await this.tabs.active.run?.cancel()
  }

  /** Closes a tab and lets go of its result. */
  closeTab(id: string): void {
    const tab = this.tabs.close(id)
    if (tab === null) return
    void tab.run?.close()
  }

  /** Opens a statement in a tab of its own, or in the active one where that is empty. */
  open(sql: string): Tab {
    const { active } = this.tabs
    if (!active.isEmpty) return this.tabs.create(sql)
    this.tabs.edit(active.id, sql)
    this.tabs.save(active)
    return active
  }

  /** The fault that the editor underlines: that of the tab's last run. */
  faultOf(tab: Tab): SqlFault | null {
    const { run } = tab
    const error = run?.status?.error ?? null
    if (run === null || error === null || run.state !== 'failed') return null
    const offset = run.status?.errorOffset ?? null
    return error.code === 'QUERY_INVALID' || error.code === 'QUERY_REFUSED'
      ? { statement: run.request.statement, message: error.message, offset }
      : null
  }

  /** Results of before the page was loaded again are picked up where the engine still has them, and forgotten where not. */
  #resumeStored(): void {
    for (const tab of this.tabs.list) {
      const stored = this.tabs.storedRuns.get(tab.id)
      if (stored === undefined) continue
      const { sql, start, startedAt, timeLimitMs, queryId } = stored
      const statement = { text: sql, start, end: start + sql.length }
      const run = new QueryRun({ statement, startedAt, timeLimitMs }, this.#ports)
      tab.run = run
      void run.resume(queryId).then(() => {
        if (run.state === 'lost' && tab.run === run) tab.run = null
      })
    }
  }
}
