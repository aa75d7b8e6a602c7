/**
 * The Electron host: the engine in the main process, the console in one window, the contract over a MessagePort between
 * them. Started by Electron; the `open` command starts Electron.
 */
import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  MessageChannelMain,
  protocol,
  safeStorage,
  session,
} from 'electron'
import os from 'node:os'
import path from 'node:path'
import { nextStepOf, toErrorShape } from '#contract/errors.ts'
import type { SessionView } from '#contract/session.ts'
import { workspaceFileName } from '../../workspace/load.ts'
import { createClientTransport } from '../shared/client-transport.ts'
import type { ClientTransport } from '../shared/client-transport.ts'
import { createFileLogger } from '../shared/logger.ts'
import { packageRoot, packageVersion, rendererFolder } from '../shared/package-root.ts'
import { createRouter } from '../shared/router.ts'
import { EncryptedFileStore } from '../shared/secrets/encrypted-file.ts'
import { createShutdown, thisProcess } from '../shared/shutdown.ts'
import { stateFolder } from '../shared/state-folder.ts'
import { WorkspaceSession } from '../shared/workspace-session.ts'
import { openConsoleWindow, shutSession } from './console-window.ts'
import { KeychainStore } from './keychain-store.ts'
import { readHandedWorkspace, readLaunchWorkspace, windowReadyLine } from './launch-options.ts'
import { mainPortConnection } from './main-port.ts'
import { menuTemplate } from './menu.ts'
import { answerPageRequest } from './page-scheme.ts'
import { consoleScheme, isTrustedSender } from './trust.ts'

const folder = stateFolder()
/** penstock.yaml of what the window shows; null before anything is open. */
let shownFile: string | null = null
const { logger } = createFileLogger(folder)
const shutdown = createShutdown({
  logger,
  host: thisProcess((code) => {
    app.exit(code)
  }),
  report: showFault,
})

function showFault(error: unknown): void {
  const shape = toErrorShape(error)
  dialog.showErrorBox(
    'Penstock cannot go on',
    [shape.message, nextStepOf(shape)].filter((line) => line !== '').join('\n\n'),
  )
}

async function endWithFault(error: unknown): Promise<void> {
  logger.error({ err: error }, 'the window cannot go on')
  showFault(error)
  await shutdown.end(1)
}

async function run(workspacePath: string | null): Promise<void> {
  await app.whenReady()
  process.stdout.write(`${windowReadyLine}\n`)
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(process.platform)))
  shutSession(session.defaultSession)
  protocol.handle(consoleScheme, (request) => answerPageRequest(request, rendererFolder()))

  const opened = makeSession()
  const router = createRouter(opened, { host: 'electron', version: packageVersion() })
  const transport = createClientTransport(router, logger)
  shutdown.defer('session', () => opened.stop())
  shutdown.defer('window connections', () => {
    transport.close()
  })
  handPortsOver(transport)
  const window = openConsoleWindow({
    preloadFile: path.join(packageRoot(), 'out', 'preload', 'preload.cjs'),
    stateFile: path.join(folder, 'window.json'),
    title: 'Penstock',
    logger,
  })
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    logger.error({ reason }, 'the page of the window ended')
    if (shutdown.signal.aborted || window.isDestroyed()) return
    const choice = dialog.showMessageBoxSync(window, {
      type: 'error',
      message: `The console's page ended (${reason}). The engine goes on.`,
      buttons: ['Load the page again', 'Quit'],
    })
    if (choice === 0) window.webContents.reload()
    else void shutdown.end(1)
  })
  if (workspacePath !== null) await opened.open(workspacePath)
}

/** The window shows what is open, and what would not start and why, by itself. */
function makeSession(): WorkspaceSession {
  const { platform } = process
  const fallback = new EncryptedFileStore({ stateFolder: folder })
  return new WorkspaceSession({
    host: 'electron',
    logger,
    stateFolder: folder,
    secrets: new KeychainStore({ safeStorage, stateFolder: folder, platform, fallback }),
    folder: homeWhereNowhere(process.cwd()),
    onChange: showTitle,
  })
}

/** A program that is started from a menu stands in the root of the disk, where nobody keeps a workspace. */
function homeWhereNowhere(current: string): string {
  return current === path.parse(current).root ? os.homedir() : current
}

function showTitle({ state, file }: SessionView): void {
  shownFile = state === 'none' ? null : file
  const name = shownFile === null ? '' : `${path.basename(path.dirname(shownFile))} · `
  for (const window of BrowserWindow.getAllWindows()) window.setTitle(`${name}Penstock`)
}

/** Gives a port to the console's page whenever it asks, and to nobody else. */
function handPortsOver(transport: ClientTransport): void {
  ipcMain.on('penstock-port', (event) => {
    const frame = event.senderFrame
    if (frame === null || !isTrustedSender(frame)) {
      logger.warn({ url: frame?.url }, 'a page outside the console asked for a port and got none')
      return
    }
    const { port1, port2 } = new MessageChannelMain()
    transport.accept(mainPortConnection(port1))
    frame.postMessage('penstock-port', null, [port2])
  })
}

function showWindowAgain(asked: string | null): void {
  const [window] = BrowserWindow.getAllWindows()
  if (window === undefined) return
  if (window.isMinimized()) window.restore()
  window.focus()
  if (asked === null || asked === shownFile || path.join(asked, workspaceFileName) === shownFile) return
  void dialog.showMessageBox(window, {
    type: 'info',
    message: shownFile === null ? 'Penstock is open already.' : `Penstock shows ${shownFile}.`,
    detail: `Open ${asked} from the window, or with \`penstock serve\` beside it.`,
  })
}

app.setPath('userData', path.join(folder, 'electron'))
protocol.registerSchemesAsPrivileged([
  { scheme: consoleScheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
])
const workspacePath = readLaunchWorkspace(process.argv.slice(1))
if (app.requestSingleInstanceLock({ workspace: workspacePath })) {
  app.on('second-instance', (_event, _parameters, _folder, data) => {
    showWindowAgain(readHandedWorkspace(data))
  })
  app.on('window-all-closed', () => void shutdown.end(0))
  app.on('before-quit', (event) => {
    event.preventDefault()
    void shutdown.end(0)
  })
  run(workspacePath).catch(endWithFault)
} else {
  process.stdout.write(`${windowReadyLine}\n`)
  app.exit(0)
}
