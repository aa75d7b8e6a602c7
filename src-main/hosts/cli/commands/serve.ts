/**
 * `penstock serve`: runs a workspace and shows its console in a browser. Main thread; called by program.ts, and by
 * commands/open.ts where there can be no window.
 */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { AppError, fromErrorShape } from '#contract/errors.ts'
import { formatProblems } from '../../../workspace/format-problems.ts'

import { startServer } from '../../serve/server.ts'
import type { LocalServer } from '../../serve/server.ts'
import { readOpenable } from '../../shared/openable.ts'
import { packageVersion, rendererFolder } from '../../shared/package-root.ts'
import { createRouter } from '../../shared/router.ts'
import { EncryptedFileStore } from '../../shared/secrets/encrypted-file.ts'
import { WorkspaceSession } from '../../shared/workspace-session.ts'
import { startCommandHost } from '../command-host.ts'
import type { CommandContext, CommandHost } from '../command-host.ts'
import { DamageNote } from '../damage-note.ts'
import { hasDisplay } from '../display.ts'
import { exitCodeOf, exitCodes, faultText } from '../exit-code.ts'
import { lossWords } from '../loss-words.ts'
import { openPage } from '../open-page.ts'
import { OutputClosed } from '../output.ts'
import type { Output } from '../output.ts'

/** Options of {@link serveCommand}. */
export interface ServeOptions {
  /** Absolute path of the workspace; null lets the console ask for one. */
  workspace: string | null
  port: number | undefined
  /** Show the address in a browser, where there is a display. */
  shouldOpen: boolean
  /** Absolute folder of the built console; that of this Penstock by default. */
  consoleFolder?: string
}

/** Longest wait for the engine before the page is opened all the same; it shows that the engine starts. */
const openAfterMs = 1500

/** Runs until a signal ends it. @returns exit code */
export async function serveCommand(options: ServeOptions, context: CommandContext): Promise<number> {
  const host = startCommandHost(context)
  const { output } = context
  const { logger, folder, shutdown } = host
  const consoleFolder = options.consoleFolder ?? rendererFolder()
  requireBuiltConsole(consoleFolder)
  const { workspace } = options
  const loaded = workspace === null ? null : (await readOpenable(workspace)).parsed
  if (loaded !== null && 'problems' in loaded) {
    output.note(formatProblems(loaded.problems))
    return exitCodes.failure
  }
  const secrets = new EncryptedFileStore({ stateFolder: folder })
  const session = new WorkspaceSession({ host: 'serve', logger, stateFolder: folder, secrets })
  const router = createRouter(session, { host: 'serve', version: packageVersion() })
  const server = await startServer({ router, logger, folder: consoleFolder, port: options.port })
  shutdown.defer('session', () => session.stop())
  shutdown.defer('server', () => server.close())
  await printAddress(server.address, context)

  const started = workspace === null ? Promise.resolve() : openFirst(session, workspace, host, output)
  if (options.shouldOpen && hasDisplay()) {
    await Promise.race([started, wait(openAfterMs, undefined, { ref: false })])
    showPage(server, host, output)
  }
  return host.ended
}

/**
 * A workspace that was named on the command line and does not start ends the command; later ones are told in the console, and so
 * is one whose changed file waits to be applied, which may help.
 */
async function openFirst(
  session: WorkspaceSession,
  workspace: string,
  { shutdown }: CommandHost,
  output: Output,
): Promise<void> {
  const opened = await session.open(workspace).catch((error: unknown) => ({ fault: error }))
  if (shutdown.signal.aborted) return
  if (!('fault' in opened) && opened.pending !== null) {
    output.note(lossWords(opened.file ?? workspace, opened.pending.losses))
    const fate = opened.error === null ? 'runs' : `does not start (${opened.error.message})`
    output.note(`The version that filled the store ${fate}. Apply the changed file in the console.`)
    if (opened.error !== null) return
  }
  const fault = 'fault' in opened ? opened.fault : opened.error && fromErrorShape(opened.error)
  if (fault === null) {
    const { engine } = session.current()
    new DamageNote(output, engine.startedAt).tell(await engine.live.next(null, null))
    return
  }
  output.note(faultText(fault))
  void shutdown.end(exitCodeOf(fault))
}

async function printAddress(address: string, { output }: CommandContext): Promise<void> {
  try {
    await output.write(`Penstock is at ${address}\n`)
    output.note('Press Ctrl C to stop.')
  } catch (error) {
    if (!(error instanceof OutputClosed)) throw error
  }
}

/** The window belongs to this process: it closes with it, and its end is waited for. */
function showPage(server: LocalServer, { folder, logger, shutdown }: CommandHost, output: Output): void {
  const { signal } = shutdown
  if (signal.aborted) return
  const issueAddress = (): string => server.issueAddress()
  const shown = openPage({ issueAddress, folder, logger, signal }).then(
    (isShown) => {
      if (!isShown) output.note('No browser could be opened here; open the address above yourself.')
    },
    (error: unknown) => {
      logger.warn({ err: error }, 'the page could not be opened')
    },
  )
  shutdown.defer('browser window', () => shown)
}

function requireBuiltConsole(consoleFolder: string): void {
  if (existsSync(path.join(consoleFolder, 'index.html'))) return
  throw new AppError(
    'USAGE',
    `The console is not built: ${consoleFolder} has no index.html. Build it with \`npm run build\`, or use \`npm start\`.`,
  )
}
