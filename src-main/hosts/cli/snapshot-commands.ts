/** `snapshot` as commander reads it. Called by program.ts. */
import type { Command } from 'commander'
import path from 'node:path'
import { examples, pathHelp } from './program-parts.ts'
import type { KeepCode, MakeContext, RunFlags } from './program-parts.ts'
import { workspacePath } from './workspace-argument.ts'

export function addSnapshot(program: Command, context: MakeContext, keep: KeepCode): void {
  program
    .command('snapshot')
    .argument('<file>', 'file to write; a snapshot that is there is replaced')
    .argument('[path]', pathHelp)
    .option('--demo', 'the demo workspace that comes with Penstock')
    .option('--verbose', 'write the log to the terminal instead of the file')
    .summary('copy store and workspace into one SQLite file')
    .description(
      'Copies the store of a workspace that runs or has run into one SQLite file, as of one instant, while ingest ' +
        'goes on. `penstock open FILE` shows it; any SQLite tool reads it.',
    )
    .addHelpText(
      'after',
      examples(['penstock snapshot incident.db', 'penstock snapshot /backup/flights.db pipelines/flights']),
    )
    .action(async (file: string, folder: string | undefined, { demo, verbose }: RunFlags) => {
      const workspace = workspacePath({ path: folder, demo: demo === true })
      const { snapshotCommand } = await import('./commands/snapshot.ts')
      await keep(snapshotCommand({ file: path.resolve(file), workspace }, context(verbose)))
    })
}
