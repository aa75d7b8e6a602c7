/** Notices that the workspace file or the store file has gone while the engine runs, and says so. Main process. */
import { stat } from 'node:fs/promises'

export interface WatchEvent {
  level: 'error' | 'info'
  event: string
  subject: string
  message: string
}

interface Watched {
  file: string
  gone: boolean
  inode: number | null
  lost: WatchEvent
  back: WatchEvent
}

const watchMs = 1000

export class WorkspaceWatch {
  readonly #watched: Watched[]
  readonly #tell: (event: WatchEvent) => void
  #timer: NodeJS.Timeout | null = null

  constructor(workspaceFile: string, storeFile: string, tell: (event: WatchEvent) => void) {
    this.#tell = tell
    this.#watched = [
      watched(workspaceFile, {
        lost: {
          level: 'error',
          event: 'workspace-gone',
          subject: 'workspace',
          message: `${workspaceFile} is gone; what runs goes on as it was, and cannot be started again without it`,
        },
        back: {
          level: 'info',
          event: 'workspace-back',
          subject: 'workspace',
          message: `${workspaceFile} is back`,
        },
      }),
      watched(storeFile, {
        lost: {
          level: 'error',
          event: 'store-gone',
          subject: 'store',
          message: `the store file ${storeFile} was removed or replaced, so ingest has stopped. Put it back or let it be made anew, and start Penstock again`,
        },
        back: {
          level: 'info',
          event: 'store-back',
          subject: 'store',
          message: `the store file ${storeFile} is back`,
        },
      }),
    ]
  }

  start(): void {
    this.#timer = setInterval(() => {
      for (const entry of this.#watched) void this.#look(entry)
    }, watchMs)
    this.#timer.unref()
  }

  /** Takes the files as they are now: another store was begun in the place of the one before. */
  forget(): void {
    for (const entry of this.#watched) {
      entry.inode = null
      entry.gone = false
    }
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
  }

  async #look(entry: Watched): Promise<void> {
    const inode = await inodeOf(entry.file)
    if (this.#timer === null) return
    entry.inode ??= inode
    const gone = inode === null || (entry.lost.event === 'store-gone' && inode !== entry.inode)
    if (gone === entry.gone) return
    entry.gone = gone
    this.#tell(gone ? entry.lost : entry.back)
  }
}

function watched(file: string, events: { lost: WatchEvent; back: WatchEvent }): Watched {
  return { file, gone: false, inode: null, ...events }
}

async function inodeOf(file: string): Promise<number | null> {
  try {
    return (await stat(file)).ino
  } catch {
    // Not there, or not to be seen: that is the finding.
    return null
  }
}
