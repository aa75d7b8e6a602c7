/**
 * The one window of the console: isolated, sandboxed, shut against everything that is not the console, standing where it
 * stood. Electron main process; made by main.ts.
 */
import { BrowserWindow, screen } from 'electron'
import type { Session } from 'electron'
import path from 'node:path'
import type { Logger } from '../../engine/engine-api.ts'
import { consoleOrigin, isAllowedPermission, isConsoleUrl, isLocalResource } from './trust.ts'
import { placeWindow, readWindowState, smallestSize, writeWindowState } from './window-state.ts'

/** Options of {@link openConsoleWindow}. */
export interface ConsoleWindowOptions {
  preloadFile: string
  /** File that place and size are kept in. */
  stateFile: string
  title: string
  logger: Logger
}

/** Makes the window and starts to load the console; shows it when there is something to see. */
export function openConsoleWindow(options: ConsoleWindowOptions): BrowserWindow {
  const { preloadFile, stateFile, title, logger } = options
  const state = readWindowState(stateFile)
  const primary = screen.getPrimaryDisplay()
  const others = screen.getAllDisplays().filter(({ id }) => id !== primary.id)
  const window = new BrowserWindow({
    ...placeWindow(state, [primary.workArea, ...others.map(({ workArea }) => workArea)]),
    minWidth: smallestSize.width,
    minHeight: smallestSize.height,
    title,
    show: false,
    autoHideMenuBar: true,
    webPreferences: {
      preload: path.resolve(preloadFile),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: false,
    },
  })
  if (state?.isMaximized === true) window.maximize()
  window.once('ready-to-show', () => {
    window.show()
  })
  window.on('close', () => {
    keepState(window, stateFile, logger)
  })
  refuseOutside(window)
  void window.loadURL(`${consoleOrigin}/`)
  return window
}

function keepState(window: BrowserWindow, file: string, logger: Logger): void {
  try {
    writeWindowState(file, {
      version: 1,
      bounds: window.getNormalBounds(),
      isMaximized: window.isMaximized(),
    })
  } catch (error) {
    logger.warn({ err: error, file }, 'could not keep the place of the window')
  }
}

function refuseOutside(window: BrowserWindow): void {
  const { webContents } = window
  webContents.setWindowOpenHandler(() => ({ action: 'deny' }))
  webContents.on('will-attach-webview', (event) => {
    event.preventDefault()
  })
  const stayInside = (details: { url: string; preventDefault(): void }): void => {
    if (!isConsoleUrl(details.url)) details.preventDefault()
  }
  webContents.on('will-navigate', stayInside)
  webContents.on('will-redirect', stayInside)
}

/** Shuts a session: no permissions but the clipboard for text, and no request to anywhere outside. */
export function shutSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, answer, details) => {
    answer(isAllowedPermission(permission, details.requestingUrl))
  })
  session.setPermissionCheckHandler((_contents, permission, origin) =>
    isAllowedPermission(permission, origin),
  )
  session.webRequest.onBeforeRequest((details, answer) => {
    answer({ cancel: !isLocalResource(details.url) })
  })
}
