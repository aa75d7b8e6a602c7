/** One tab of the workbench: its text, its name, its last run and how the result is looked at. Owned by QueryTabs. */
import type { TextSource } from '../../editor/editor-sessions.ts'
import { emptyGridMemory, type GridMemory } from '../../grid/grid-memory.ts'
import { ChartState } from './chart.svelte.ts'
import type { QueryRun } from './query-run.svelte.ts'
import type { StoredTab } from './tab-storage.ts'
import { titleOf } from './tab-title.ts'

export class Tab {
  readonly id: string
  readonly chart = new ChartState()
  /** What the person called it; null where nobody did. */
  name = $state<string | null>(null)
  /** False where the browser had no room for its text: it is lost when the page goes. */
  isKept = $state(true)
  savedAt = 0
  #document = $state.raw<TextSource>('')
  #titled = $state('Untitled')
  #run = $state.raw<QueryRun | null>(null)
  #gridMemory = emptyGridMemory()

  constructor(stored: Pick<StoredTab, 'id' | 'title' | 'text' | 'savedAt'>) {
    this.id = stored.id
    this.name = stored.title
    this.savedAt = stored.savedAt
    this.#document = stored.text
    this.retitle()
  }

  get title(): string {
    return this.name ?? this.#titled
  }

  /** The text as the editor holds it; not copied until someone needs it whole. */
  get document(): TextSource {
    return this.#document
  }

  set document(document: TextSource) {
    this.#document = document
  }

  get isEmpty(): boolean {
    return this.#document.length === 0 || (this.#document.length < 10_000 && this.text.trim() === '')
  }

  get text(): string {
    return this.#document.toString()
  }

  get run(): QueryRun | null {
    return this.#run
  }

  /** Another run: its result is looked at from the top. The run before is the caller's to close. */
  set run(run: QueryRun | null) {
    this.#run = run
    this.#gridMemory = emptyGridMemory()
    this.chart.forget()
  }

  get gridMemory(): GridMemory {
    return this.#gridMemory
  }

  /** Names the tab anew after its text; cheap, but not for every key. */
  retitle(): void {
    this.#titled = titleOf(this.text)
  }

  /** The tab as it is stored. A result is only worth finding again where the engine may still have it. */
  stored(savedAt: number, closedAt: number | null): StoredTab {
    const { run } = this
    return {
      id: this.id,
      title: this.name,
      text: this.text,
      closedAt,
      savedAt,
      run:
        run?.id === null || run?.id === undefined || closedAt !== null
          ? null
          : {
              queryId: run.id,
              sql: run.request.statement.text,
              start: run.request.statement.start,
              startedAt: run.request.startedAt,
              timeLimitMs: run.request.timeLimitMs,
            },
    }
  }
}
