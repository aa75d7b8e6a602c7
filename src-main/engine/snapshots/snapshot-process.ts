/** One snapshot process as the main process sees it: given its order, heard, killed to cancel. */
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { AppError } from '#contract/errors.ts'
import { parseReport, type SnapshotOrder, type SnapshotReport } from './process-messages.ts'

/** Variables that the process needs from the environment; everything else, secrets too, stays here. */
const passedVariables = ['TZ', 'LANG', 'LC_ALL', 'LD_LIBRARY_PATH', 'SystemRoot']
const keptErrorCharacters = 2000

/** A started process. */
export interface StartedProcess {
  /** Its last report. Rejects with what it failed with, and with SNAPSHOT_FAILED where it ended without a word. */
  result: Promise<SnapshotReport>
  /** Ends it at once, whatever it does; resolves when it has gone. */
  kill: () => Promise<void>
}

/** @param heard told of reports on the way */
export function startSnapshotProcess(
  entry: URL,
  order: SnapshotOrder,
  heard: (report: SnapshotReport) => void,
): StartedProcess {
  const child = fork(fileURLToPath(entry), [], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: environment(),
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const { promise: result, resolve, reject } = Promise.withResolvers<SnapshotReport>()
  const gone = Promise.withResolvers<undefined>()
  let errorText = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errorText = (errorText + text).slice(-keptErrorCharacters)
  })
  child.on('message', (message) => {
    const report = parseReport(message)
    if (report === null) return
    if (report.kind === 'failed') reject(new AppError(report.code, report.message))
    else if (report.kind === 'copied' || report.kind === 'checked') resolve(report)
    else heard(report)
  })
  const end = (reason: string): void => {
    gone.resolve(undefined)
    const words = errorText.trim().split('\n').at(-1) ?? ''
    const detail = words === '' ? reason : `${reason}: ${words}`
    reject(new AppError('SNAPSHOT_FAILED', `the process that reads the store ended (${detail})`))
  }
  child.on('error', (error) => {
    if (child.pid === undefined) end(error.message)
  })
  child.on('close', (code, signal) => {
    end(signal ?? `exit code ${String(code)}`)
  })
  // Whoever kills it need not look at the result.
  result.catch(() => undefined)
  child.send(order, () => undefined)
  return {
    result,
    kill: async () => {
      child.kill('SIGKILL')
      await gone.promise
    },
  }
}

function environment(): NodeJS.ProcessEnv {
  const variables: NodeJS.ProcessEnv = {}
  for (const name of passedVariables) {
    const value = process.env[name]
    if (value !== undefined) variables[name] = value
  }
  if ('electron' in process.versions) variables['ELECTRON_RUN_AS_NODE'] = '1'
  return variables
}
