/** The commands about connections as commander reads them: connect, secret. Called by program.ts. */
import type { Command } from 'commander'
import type { SecretAction } from './commands/secret.ts'
import { examples, pathHelp } from './program-parts.ts'
import type { KeepCode, MakeContext, RunFlags } from './program-parts.ts'
import { workspacePath } from './workspace-argument.ts'

/** `penstock connect`. */
export function addConnect(program: Command, context: MakeContext, keep: KeepCode): void {
  program
    .command('connect')
    .argument('<name>', 'connection of the workspace')
    .argument('[path]', pathHelp)
    .summary('test a connection step by step')
    .description(
      'Resolves, connects, speaks TLS, logs in, asks for metadata and fetches a record; says which step failed and what to try.',
    )
    .option('--verbose', 'write the log to the terminal instead of the file')
    .addHelpText('after', examples(['penstock connect local', 'penstock connect prod pipelines/flights']))
    .action(async (name: string, folder: string | undefined, { verbose }: RunFlags) => {
      const workspace = workspacePath({ path: folder, demo: false })
      const { connectCommand } = await import('./commands/connect.ts')
      await keep(connectCommand({ name, workspace }, context(verbose)))
    })
}

const secretHelp = `
Secrets are kept encrypted in the state folder. With PENSTOCK_SECRET_KEY set, its value is the key: without it the
file is worth nothing. Otherwise the key lies beside it in secrets.key, which only your user can read: that keeps
secrets out of the workspace and of copies of the one file, and not from who can read all your files.`

/** `penstock secret set | list | remove`. */
export function addSecret(program: Command, context: MakeContext, keep: KeepCode): void {
  const secret = program
    .command('secret')
    .summary('keep passwords and tokens for connections')
    .description('Keeps what a workspace names as { secret: NAME }. Values are never printed.')
    .addHelpText('after', secretHelp)
  const run = async (action: SecretAction): Promise<void> => {
    const { secretCommand } = await import('./commands/secret.ts')
    await keep(secretCommand(action, context()))
  }
  secret
    .command('set')
    .argument('<name>', 'name to keep it under')
    .description('Asks for the secret without showing it, or reads it from stdin.')
    .addHelpText(
      'after',
      examples(['penstock secret set prod-password', 'pass show kafka | penstock secret set kafka']),
    )
    .action((name: string) => run({ kind: 'set', name }))
  secret
    .command('list')
    .description('Prints the names, never the values.')
    .action(() => run({ kind: 'list' }))
  secret
    .command('remove')
    .argument('<name>', 'name it is kept under')
    .description('Forgets a secret.')
    .action((name: string) => run({ kind: 'remove', name }))
}
