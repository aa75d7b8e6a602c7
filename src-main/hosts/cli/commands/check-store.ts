/** `penstock check --store`: reads the store of a workspace through, also while it runs, or a snapshot. Changes nothing. Called by program.ts. */
import { startSnapshotProcess } from '../../../engine/snapshots/snapshot-process.ts'
import { formatProblems } from '../../../workspace/format-problems.ts'
import { findEngineEntries } from '../../shared/entries.ts'
import { startCommandHost } from '../command-host.ts'
import type { CommandContext } from '../command-host.ts'
import { exitCodeOf, exitCodes, faultText } from '../exit-code.ts'
import { namedStore } from '../store-argument.ts'
import { checkedWords } from '../snapshot-words.ts'

/** @param path absolute path of the workspace or snapshot. @returns exit code: 1 where the store is damaged */
export async function checkStoreCommand(path: string, context: CommandContext): Promise<number> {
  const { output } = context
  const store = await namedStore(path)
  if ('problems' in store) {
    output.note(formatProblems(store.problems))
    return exitCodes.failure
  }
  const storeFile = store.file
  const { shutdown, ended } = startCommandHost(context)
  const startedAt = Date.now()
  const order = { kind: 'check', storeFile } as const
  const checking = startSnapshotProcess(findEngineEntries().snapshotProcess, order, () => undefined)
  shutdown.defer('check', () => checking.kill())
  checking.result
    .then(async (report) => {
      if (report.kind !== 'checked') return
      const { faults, bytes } = report
      if (faults.length === 0)
        await output.write(`${checkedWords(storeFile, bytes, Date.now() - startedAt)}\n`)
      else {
        output.note([`${storeFile} is damaged:`, ...faults.map((fault) => `  ${fault}`)].join('\n'))
        if (!store.isSnapshot)
          output.note(
            'Penstock sets it aside and begins a new store as soon as it meets the damage, or move the file away yourself.',
          )
      }
      await shutdown.end(faults.length === 0 ? exitCodes.ok : exitCodes.failure)
    })
    .catch((error: unknown) => {
      if (shutdown.signal.aborted) return
      const words = faultText(error)
      if (words !== '') output.note(words)
      void shutdown.end(exitCodeOf(error))
    })
  return ended
}
