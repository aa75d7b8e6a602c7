/**
 * The Electron host: the engine in the main process, the console in one window, the contract over a MessagePort between
 * them. Started by Electron; the `open` command starts Electron.
 */
import { app, BrowserWindow, dialog, ipcMain, Menu, MessageChannelMain, protocol, session } from 'electron'
import path from 'node:path'
import { AppError, nextSteps, toErrorShape } from '#contract/errors.ts'
import { formatProblems } from '../../workspace/format-problems.ts'
import { createClientTransport } from '../shared/client-transport.ts'
import type { ClientTransport } from '../shared/client-transport.ts'
import { createFileLogger } from '../shared/logger.ts'
import { demoFolder, packageRoot, rendererFolder } from '../shared/package-root.ts'
import { openSession } from '../shared/session.ts'
import { createShutdown, thisProcess } from '../shared/shutdown.ts'
import { stateFolder } from '../shared/state-folder.ts'
import { openConsoleWindow, shutSession } from './console-window.ts'
import { readHandedWorkspace, readLaunchWorkspace, windowReadyLine } from './launch-options.ts'
import { mainPortConnection } from './main-port.ts'
import { menuTemplate } from './menu.ts'
import { answerPageRequest } from './page-scheme.ts'
import { consoleScheme, isTrustedSender } from './trust.ts'

const folder = stateFolder()
const { logger } = createFileLogger(folder)
const shutdown = createShutdown({
  logger,
  host: thisProcess((code) => {
    app.exit(code)
  }),
  report: showFault,
})

function showFault(error: unknown): void {
  const { code, message } = toErrorShape(error)
  dialog.showErrorBox(
    'Penstock cannot go on',
    [message, nextSteps[code]].filter((line) => line !== '').join('\n\n'),
  )
}

async function endWithFault(error: unknown): Promise<void> {
  logger.error({ err: error }, 'the window cannot go on')
  showFault(error)
  await shutdown.end(1)
}

async function run(workspacePath: string): Promise<void> {
  await app.whenReady()
  process.stdout.write(`${windowReadyLine}\n`)
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(process.platform)))
  shutSession(session.defaultSession)
  protocol.handle(consoleScheme, (request) => answerPageRequest(request, rendererFolder()))

  const opened = await openSession({ path: workspacePath, host: 'electron', logger, stateFolder: folder })
  if ('problems' in opened) {
    throw new AppError('WORKSPACE_INVALID', formatProblems(opened.problems))
  }
  const transport = createClientTransport(opened.router, logger)
  shutdown.defer('engine', () => opened.engine.stop())
  shutdown.defer('window connections', () => {
    transport.close()
  })
  handPortsOver(transport)
  const window = openConsoleWindow({
    preloadFile: path.join(packageRoot(), 'out', 'preload', 'preload.cjs'),
    stateFile: path.join(folder, 'window.json'),
    title: `${opened.workspace.name} · Penstock`,
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
  await opened.engine.start()
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

function showWindowAgain(current: string, asked: string): void {
  const [window] = BrowserWindow.getAllWindows()
  if (window === undefined) return
  if (window.isMinimized()) window.restore()
  window.focus()
  if (current === asked) return
  void dialog.showMessageBox(window, {
    type: 'info',
    message: `Penstock shows ${current}.`,
    detail: `Close it first to open ${asked}, or open that with \`penstock serve\`.`,
  })
}

app.setPath('userData', path.join(folder, 'electron'))
protocol.registerSchemesAsPrivileged([
  { scheme: consoleScheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
])
const workspacePath = readLaunchWorkspace(process.argv.slice(1), demoFolder())
if (app.requestSingleInstanceLock({ workspace: workspacePath })) {
  app.on('second-instance', (_event, _parameters, _folder, data) => {
    showWindowAgain(workspacePath, readHandedWorkspace(data) ?? workspacePath)
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
