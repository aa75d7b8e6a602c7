/**
 * `penstock snapshot`: a copy of a workspace's store in one file, also while it runs. Progress goes to the terminal; Ctrl C
 * ends it and leaves nothing. Main thread; called by program.ts.
 */
import { AppError, fromErrorShape } from '#contract/errors.ts'
import type { SnapshotRun } from '#contract/snapshots.ts'
import { StoreSnapshots } from '../../../engine/snapshots/store-snapshots.ts'
import { storeLocation } from '../../../engine/store/store-location.ts'
import { formatProblems } from '../../../workspace/format-problems.ts'
import { loadWorkspace } from '../../../workspace/load.ts'
import { findEngineEntries } from '../../shared/entries.ts'
import { packageVersion } from '../../shared/package-root.ts'
import { startCommandHost } from '../command-host.ts'
import type { CommandContext } from '../command-host.ts'
import { exitCodeOf, exitCodes, faultText } from '../exit-code.ts'
import { copiedWords, progressWords } from '../snapshot-words.ts'

/** Options of {@link snapshotCommand}. */
export interface SnapshotOptions {
  /** Absolute path of the snapshot. */
  file: string
  /** Absolute path of the workspace. */
  workspace: string
}

const reportEveryMs = 1000

/** Takes the snapshot. @returns exit code */
export async function snapshotCommand(options: SnapshotOptions, context: CommandContext): Promise<number> {
  const { output } = context
  const loaded = await loadWorkspace(options.workspace)
  if ('problems' in loaded) {
    output.note(formatProblems(loaded.problems))
    return exitCodes.failure
  }
  const { workspace } = loaded
  const { shutdown, ended } = startCommandHost(context)
  const snapshots = new StoreSnapshots({
    ...{ storeFile: storeLocation(workspace).file, workspace: () => workspace, version: packageVersion() },
    entries: findEngineEntries(),
  })
  shutdown.defer('snapshot', () => snapshots.stop())
  const told = tellProgress(snapshots, (words) => {
    output.note(words)
  })
  snapshots
    .begin({ file: options.file })
    .then(async (run) => {
      told.stop()
      if (shutdown.signal.aborted) return
      if (run.state !== 'done') throw faultOf(run)
      await output.write(`${run.file}\n`)
      output.note(copiedWords(run))
      await shutdown.end(exitCodes.ok)
    })
    .catch((error: unknown) => {
      const words = faultText(error)
      if (words !== '') output.note(words)
      void shutdown.end(exitCodeOf(error))
    })
  return ended
}

function faultOf({ error }: SnapshotRun): AppError {
  return error === null
    ? new AppError('INTERNAL', 'the snapshot ended without a word')
    : fromErrorShape(error)
}

function tellProgress(snapshots: StoreSnapshots, tell: (words: string) => void): { stop: () => void } {
  const timer = setInterval(() => {
    const { run } = snapshots.status()
    if (run !== null && run.endedAt === null && run.totalBytes > 0) tell(progressWords(run))
  }, reportEveryMs)
  return {
    stop: () => {
      clearInterval(timer)
    },
  }
}
