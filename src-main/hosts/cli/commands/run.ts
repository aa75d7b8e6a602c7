/**
 * `penstock run`: a workspace without a window; a line of statistics each second; ends by itself when every source has
 * ended and all of it is committed. Main thread; called by program.ts.
 */
import type { LiveSnapshot } from '#contract/live.ts'
import { formatProblems } from '../../../workspace/format-problems.ts'
import { loadWorkspace } from '../../../workspace/load.ts'
import type { Engine } from '../../../engine/engine-api.ts'
import { createHostEngine } from '../../shared/host-engine.ts'
import { storedVersion } from '../../shared/stored-losses.ts'
import { EncryptedFileStore } from '../../shared/secrets/encrypted-file.ts'
import { startCommandHost } from '../command-host.ts'
import type { CommandContext } from '../command-host.ts'
import { DamageNote } from '../damage-note.ts'
import { exitCodeOf, exitCodes, faultText } from '../exit-code.ts'
import type { Output } from '../output.ts'
import { lossWords } from '../loss-words.ts'
import { isFinished, statisticsJson, statisticsLine } from '../run-report.ts'

/** Options of {@link runCommand}. */
export interface RunOptions {
  /** Absolute path of the workspace. */
  workspace: string
  isJson: boolean
  /** Whether to run also where the changed file loses something of what the store holds. */
  acceptsLosses: boolean
}

const reportEveryMs = 1000

/** Runs until the sources have ended or a signal ends it. @returns exit code */
export async function runCommand(options: RunOptions, context: CommandContext): Promise<number> {
  const { output } = context
  const { logger, folder, shutdown, ended } = startCommandHost(context)
  const loaded = await loadWorkspace(options.workspace)
  if ('problems' in loaded) {
    output.note(formatProblems(loaded.problems))
    return exitCodes.failure
  }
  const stored = storedVersion(loaded.workspace, (err, file) => {
    logger.warn({ err, file }, 'the version that filled the store could not be read')
  })
  const losses = options.acceptsLosses ? [] : (stored?.losses ?? [])
  if (losses.length > 0) {
    output.note(lossWords(loaded.workspace.file, losses))
    output.note(
      'Nothing was started. Run it with --accept-losses, undo the change, or open the workspace in the console, which asks.',
    )
    return exitCodes.failure
  }
  const secrets = new EncryptedFileStore({ stateFolder: folder })
  const engine = createHostEngine(loaded.workspace, { host: 'cli', logger, stateFolder: folder, secrets })
  const describe = options.isJson ? statisticsJson : statisticsLine
  shutdown.defer('engine', () => engine.stop())
  reportUntilFinished(engine, { describe, output, signal: shutdown.signal }).then(
    () => shutdown.end(exitCodes.ok),
    (error: unknown) => {
      if (shutdown.signal.aborted) return
      const words = faultText(error)
      if (words !== '') output.note(words)
      void shutdown.end(exitCodeOf(error))
    },
  )
  return ended
}

interface Report {
  describe: (snapshot: LiveSnapshot) => string
  output: Output
  signal: AbortSignal
}

/**
 * Starts the engine and writes a line a second. When all has ended it stops the engine, which commits what is on its way,
 * and writes a last line with the final figures.
 */
async function reportUntilFinished(engine: Engine, { describe, output, signal }: Report): Promise<void> {
  await engine.start()
  let written = 0
  const damage = new DamageNote(output, engine.startedAt)
  let snapshot = await engine.live.next(null, null, signal)
  while (!isFinished(snapshot)) {
    damage.tell(snapshot)
    if (Date.now() - written >= reportEveryMs) {
      written = Date.now()
      await output.write(`${describe(snapshot)}\n`)
    }
    snapshot = await engine.live.next(snapshot.epoch, snapshot.version, signal)
  }
  damage.tell(snapshot)
  await engine.stop()
  await output.write(`${describe(await engine.live.next(null, null))}\n`)
}
