/** Workspaces opened before, newest first, kept in the state folder. Main thread; used by the session. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import type { SessionView } from '#contract/session.ts'
import type { Logger } from '../../engine/engine-api.ts'
import { replaceFile } from './replace-file.ts'

type Recent = SessionView['recent'][number]

const mostKept = 20
const kept = z.object({
  version: z.literal(1),
  workspaces: z.array(z.object({ file: z.string(), name: z.string(), openedAt: z.number() })),
})

/** What cannot be read or written is left out with a word in the log: nobody's work depends on it. */
export class RecentWorkspaces {
  readonly #file: string
  readonly #logger: Logger

  constructor(stateFolder: string, logger: Logger) {
    this.#file = path.join(stateFolder, 'recent.json')
    this.#logger = logger
  }

  /** Only those whose penstock.yaml is still there. Reads the disk; blocks for as long. */
  list(): Recent[] {
    return this.#read().filter(({ file }) => existsSync(file))
  }

  async add(recent: Recent): Promise<void> {
    const others = this.#read().filter(({ file }) => file !== recent.file)
    const workspaces = [recent, ...others].slice(0, mostKept)
    try {
      mkdirSync(path.dirname(this.#file), { recursive: true, mode: 0o700 })
      await replaceFile(this.#file, JSON.stringify({ version: 1, workspaces }), { mode: 0o600 })
    } catch (error) {
      this.#logger.warn({ err: error, file: this.#file }, 'could not keep the list of recent workspaces')
    }
  }

  #read(): Recent[] {
    if (!existsSync(this.#file)) return []
    try {
      return kept.parse(JSON.parse(readFileSync(this.#file, 'utf8'))).workspaces
    } catch (error) {
      this.#logger.warn({ err: error, file: this.#file }, 'the list of recent workspaces cannot be read')
      return []
    }
  }
}
