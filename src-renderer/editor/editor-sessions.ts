/** What an editor remembers of documents that are not shown: undo history, selection, scroll. Renderer memory only. */

export interface EditorSession {
  /** State of the editor with its undo history, as CodeMirror writes it. */
  state: unknown
  text: string
  scrollTop: number
}

/** What SqlEditor.svelte lets its owner do. */
export interface EditorHandle {
  /** Runs what Ctrl Enter would run. */
  run(): void
  /** Puts text in place of the selection. */
  insert(text: string): void
  /** Adds a statement at the end and selects it. */
  append(statement: string): void
  focus(): void
}

/** Text that can be asked for when needed: a string, or the editor's document. */
export interface TextSource {
  readonly length: number
  toString(): string
}

/** Sessions are kept for this many documents; those shown longest ago go first. */
const keptSessions = 50

/** Sessions by document; also of closed ones, so that bringing one back brings its undo history. */
export class EditorSessions {
  #sessions = new Map<string, EditorSession>()

  keep(documentId: string, session: EditorSession): void {
    this.#sessions.delete(documentId)
    this.#sessions.set(documentId, session)
    const [oldest] = this.#sessions.keys()
    if (this.#sessions.size > keptSessions && oldest !== undefined) this.#sessions.delete(oldest)
  }

  /** The session of a document, provided that its text is still what it was. */
  find(documentId: string, text: string): EditorSession | null {
    const session = this.#sessions.get(documentId)
    return session?.text === text ? session : null
  }
}
