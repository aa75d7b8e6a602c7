/**
 * One query process as the main process sees it: started with a reduced environment, told to open the store, given one
 * order at a time, killed to cancel. Owned by process-pool.ts.
 */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseReport, watchdogWords } from './process-messages.ts'
import type { OpenOrder, ProcessOrder, ProcessReport } from './process-messages.ts'

/** Why a process ended: killed by the pool, stopped by its watchdog, or lost. */
export type ProcessEnd = 'killed' | 'memory' | 'temporary' | 'lost'

export interface ProcessEvents {
  report(report: ProcessReport): void
  /** Once, after the last report. `detail` is for people. */
  ended(end: ProcessEnd, detail: string): void
}

/** Variables that a query process needs from the environment; everything else, secrets too, stays here. */
const passedVariables = ['TZ', 'LANG', 'LC_ALL', 'LD_LIBRARY_PATH', 'SystemRoot']
const keptErrorCharacters = 4000

/** A started process. */
export class QueryProcess {
  readonly #child: ChildProcess
  readonly #events: ProcessEvents
  readonly #gone = Promise.withResolvers<undefined>()
  #wasKilled = false
  #hasEnded = false
  #errorText = ''

  constructor(entry: URL, open: Omit<OpenOrder, 'kind' | 'parentId'>, events: ProcessEvents) {
    this.#events = events
    this.#child = fork(fileURLToPath(entry), [], {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      env: environment(open.folder),
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errorText = (this.#errorText + text).slice(-keptErrorCharacters)
    })
    this.#child.on('message', (message) => {
      const report = parseReport(message)
      if (report !== null && !this.#wasKilled) events.report(report)
    })
    this.#child.on('error', (error) => {
      if (this.#child.pid === undefined) this.#end(error.message)
    })
    this.#child.on('close', (code, signal) => {
      this.#end(signal ?? `exit code ${String(code)}`)
    })
    this.order({ kind: 'open', parentId: process.pid, ...open })
  }

  /** Sends an order. A process that has gone is reported by `ended`, not here. */
  order(order: ProcessOrder): void {
    if (this.#child.connected) this.#child.send(order, () => undefined)
  }

  /** Ends the process at once, whatever it does. No report comes after this. Resolves when it has gone. */
  kill(): Promise<undefined> {
    this.#wasKilled = true
    this.#child.kill('SIGKILL')
    return this.#gone.promise
  }

  #end(reason: string): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#gone.resolve(undefined)
    const end = this.#wasKilled ? 'killed' : endOf(this.#errorText)
    const lastWords = this.#errorText.trim().split('\n').at(-1) ?? ''
    this.#events.ended(end, lastWords === '' ? reason : `${reason}: ${lastWords}`)
  }
}

function endOf(errorText: string): ProcessEnd {
  if (errorText.includes(watchdogWords.memory)) return 'memory'
  return errorText.includes(watchdogWords.temporary) ? 'temporary' : 'lost'
}

/** SQLite puts the temporary files of sorts where the results lie. */
function environment(folder: string): NodeJS.ProcessEnv {
  const variables: NodeJS.ProcessEnv = { SQLITE_TMPDIR: folder, TMPDIR: folder, TEMP: folder, TMP: folder }
  for (const name of passedVariables) {
    const value = process.env[name]
    if (value !== undefined) variables[name] = value
  }
  if ('electron' in process.versions) variables['ELECTRON_RUN_AS_NODE'] = '1'
  return variables
}
