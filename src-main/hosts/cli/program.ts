/**
 * The command line as commander reads it: commands, options, help. Checks what can be checked of the arguments; each
 * command is loaded only when it is called, so that `--help` and `query` start fast. Called by main.ts.
 */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import path from 'node:path'
import { packageVersion } from '../shared/package-root.ts'
import { addConnect, addSecret } from './connection-commands.ts'
import { addSnapshot } from './snapshot-commands.ts'
import { exitCodeOf, exitCodes, faultText } from './exit-code.ts'
import type { Output } from './output.ts'
import { examples, pathHelp, readPathHelp } from './program-parts.ts'
import type { KeepCode, MakeContext, RunFlags } from './program-parts.ts'
import { workspacePath, workspacePathIfAny } from './workspace-argument.ts'

const defaultTimeoutSeconds = 60
/** Timers of Node take no more than 2^31 milliseconds, and end at once beyond that. */
const longestTimeoutSeconds = 2_000_000
const defaultSampleRecords = 1000

const programHelp = `
Examples:
  $ penstock open --demo
  $ penstock serve pipelines/flights
  $ penstock query "SELECT count(*) FROM sys_batches"

Exit codes: 0 done, 1 failed, 2 wrong usage, 128 + number when a signal ended it.
Penstock keeps its log and history in ~/.local/state/penstock or its like; PENSTOCK_STATE names another folder.`

/**
 * Reads the arguments and runs the command.
 * @param parameters arguments without program and script
 * @returns exit code: 0 done, 1 failed, 2 wrong usage, 128 + number for a signal
 */
export async function runProgram(parameters: readonly string[], output: Output): Promise<number> {
  let exitCode: number = exitCodes.ok
  let helpText = ''
  const keep: KeepCode = async (code) => {
    exitCode = await code
  }
  const program = createProgram(output, keep)
  for (const command of allCommands(program)) {
    command.exitOverride().configureOutput({
      writeOut: (text) => {
        helpText += text
      },
      writeErr: (text) => {
        output.note(text.trimEnd())
      },
    })
  }
  try {
    await program.parseAsync(parameters, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      const words = faultText(error)
      if (words !== '') output.note(words)
      return exitCodeOf(error)
    }
    exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
  }
  await output.write(helpText).catch(() => undefined)
  return exitCode
}

function allCommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(allCommands)]
}

function createProgram(output: Output, keep: KeepCode): Command {
  const program = new Command('penstock')
    .description('Brings streams of records through SQL into a store that answers queries while it fills.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .addHelpText('after', programHelp)
    .showHelpAfterError('Add --help to see how it is used.')
    .showSuggestionAfterError()
  const context: MakeContext = (verbose) => ({ output, isVerbose: verbose === true })

  withRunFlags(program.command('open'))
    .summary('open the console in its window')
    .description(
      'Opens the console in a window of its own; in the browser where Electron cannot run. ' +
        'Without a workspace here, the console asks what to open.',
    )
    .addHelpText(
      'after',
      examples([
        'penstock open',
        'penstock open pipelines/flights',
        'penstock open incident.db',
        'penstock open --demo',
      ]),
    )
    .action(async (folder: string | undefined, { demo, verbose }: RunFlags) => {
      const workspace = workspacePathIfAny({ path: folder, demo: demo === true })
      const { openCommand } = await import('./commands/open.ts')
      await keep(openCommand(workspace, context(verbose)))
    })

  withRunFlags(program.command('serve'))
    .summary('serve the console to a browser on this machine')
    .description(
      'Runs the workspace and serves its console on 127.0.0.1, at an address that holds a secret token.',
    )
    .addOption(new Option('--port <number>', 'port to listen on; 0 for any free one').argParser(parsePort))
    .option('--no-open', 'do not open the address in a browser')
    .addHelpText('after', examples(['penstock serve', 'penstock serve --demo --port 8080 --no-open']))
    .action(async (folder: string | undefined, flags: RunFlags & { port?: number; open: boolean }) => {
      const workspace = workspacePathIfAny({ path: folder, demo: flags.demo === true })
      const { serveCommand } = await import('./commands/serve.ts')
      const options = { workspace, port: flags.port, shouldOpen: flags.open }
      await keep(serveCommand(options, context(flags.verbose)))
    })

  withRunFlags(program.command('run'), pathHelp)
    .summary('run a workspace without a console')
    .description('Runs the workspace and prints statistics each second. Ends when every source has ended.')
    .option('--json', 'print the statistics as JSON lines')
    .option(
      '--accept-losses',
      'run also where a changed penstock.yaml loses rows or windows that the store holds',
    )
    .addHelpText('after', examples(['penstock run pipelines/flights', 'penstock run --json | jq .tables']))
    .action(async (folder: string | undefined, flags: RunFlags & { json?: true; acceptLosses?: true }) => {
      const workspace = workspacePath({ path: folder, demo: flags.demo === true })
      const { runCommand } = await import('./commands/run.ts')
      const options = {
        workspace,
        isJson: flags.json === true,
        acceptsLosses: flags.acceptLosses === true,
      }
      await keep(runCommand(options, context(flags.verbose)))
    })

  addQuery(program, context, keep)
  addSnapshot(program, context, keep)

  addConnect(program, context, keep)
  addSecret(program, context, keep)

  program
    .command('advise')
    .argument('[path]', readPathHelp)
    .summary('find indexes and rollups for the queries that were run')
    .description(
      'Reads the query history of the console and the store of a workspace or snapshot, tries indexes on a sample, and prints what was measured to help.',
    )
    .addHelpText('after', examples(['penstock advise', 'penstock advise pipelines/flights']))
    .action(async (folder: string | undefined) => {
      const { adviseCommand } = await import('./commands/advise.ts')
      await keep(adviseCommand(workspacePath({ path: folder, demo: false }), context()))
    })

  program
    .command('check')
    .argument('[path]', readPathHelp)
    .summary('check a workspace without running it')
    .description('Reads penstock.yaml and compiles its SQL. Prints each fault with its line and column.')
    .option('--store', 'read the store through instead, and say whether it is whole')
    .addHelpText(
      'after',
      examples([
        'penstock check',
        'penstock check pipelines/flights/penstock.yaml',
        'penstock check --store',
      ]),
    )
    .action(async (folder: string | undefined, { store }: { store?: true }) => {
      const workspace = workspacePath({ path: folder, demo: false })
      if (store === true) {
        const { checkStoreCommand } = await import('./commands/check-store.ts')
        await keep(checkStoreCommand(workspace, context()))
        return
      }
      const { checkCommand } = await import('./commands/check.ts')
      await keep(checkCommand(workspace, context()))
    })

  program
    .command('infer')
    .argument('<file>', 'capture: NDJSON, plain, gzip or zstd')
    .addOption(
      new Option('--records <number>', 'how many of its first records to look at')
        .argParser(parseCount)
        .default(defaultSampleRecords),
    )
    .summary('write the columns block for a capture')
    .description('Looks at the first records of a capture and prints the `columns:` block for its source.')
    .addHelpText('after', examples(['penstock infer flights.ndjson.gz']))
    .action(async (file: string, { records }: { records: number }) => {
      const { inferCommand } = await import('./commands/infer.ts')
      await keep(inferCommand(path.resolve(file), records, context()))
    })
  return program
}

function addQuery(program: Command, context: MakeContext, keep: KeepCode): void {
  interface QueryFlags extends RunFlags {
    json?: true
    csv?: true
    limit?: number
    timeout: number
  }
  withRunFlags(program.command('query').argument('<sql>', 'one statement that reads'))
    .summary('run one SQL statement over what has landed')
    .description(
      'Queries the store of a workspace that runs or has run, or a snapshot. Prints the whole result as it comes.',
    )
    .addOption(new Option('--json', 'print JSON lines').conflicts('csv'))
    .addOption(new Option('--csv', 'print CSV (RFC 4180)'))
    .addOption(new Option('--limit <rows>', 'print at most this many rows').argParser(parseCount))
    .addOption(
      new Option('--timeout <seconds>', 'stop the statement after this long')
        .argParser(parseSeconds)
        .default(defaultTimeoutSeconds),
    )
    .addHelpText(
      'after',
      examples([
        'penstock query "SELECT count(*) FROM late_flights"',
        'penstock query --csv "SELECT * FROM late_flights" pipelines/flights > late.csv',
      ]),
    )
    .action(async (sql: string, folder: string | undefined, flags: QueryFlags) => {
      const workspace = workspacePath({ path: folder, demo: flags.demo === true })
      const { queryCommand } = await import('./commands/query.ts')
      const format = flags.json ? 'json' : flags.csv ? 'csv' : 'table'
      const options = {
        sql,
        workspace,
        format,
        limit: flags.limit,
        timeLimitMs: flags.timeout * 1000,
      } as const
      await keep(queryCommand(options, context(flags.verbose)))
    })
}

function withRunFlags(command: Command, help: string = readPathHelp): Command {
  return command
    .argument('[path]', help)
    .option('--demo', 'the demo workspace that comes with Penstock')
    .option('--verbose', 'write the log to the terminal instead of the file')
}

function parsePort(text: string): number {
  const port = /^\d{1,5}$/u.test(text) ? Number(text) : Number.NaN
  if (port <= 65_535) return port
  throw new InvalidArgumentError('Give a port from 0 to 65535.')
}

function parseSeconds(text: string): number {
  const seconds = parseCount(text)
  if (seconds <= longestTimeoutSeconds) return seconds
  throw new InvalidArgumentError(`Give at most ${String(longestTimeoutSeconds)} seconds.`)
}

function parseCount(text: string): number {
  const count = /^[1-9]\d{0,8}$/u.test(text) ? Number(text) : Number.NaN
  if (Number.isInteger(count)) return count
  throw new InvalidArgumentError('Give a whole number from 1.')
}
