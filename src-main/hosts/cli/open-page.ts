/**
 * Shows an address to the person: as an app window of an installed browser, else in the default browser. Main thread;
 * called by the command serve; starts a process, and stops it when told to.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Logger } from '../../engine/engine-api.ts'
import { appWindowArguments, findAppBrowser } from './app-browser.ts'

/** Options of {@link openPage}. */
export interface PageOptions {
  /** Draws an address that works once, for each program that is tried. */
  issueAddress: () => string
  /** Folder for the profile of the app window. */
  folder: string
  logger: Logger
  /** When it aborts, the app window is closed. */
  signal: AbortSignal
}

/** Longest that an app window may take to close before it is killed. */
const closeWithinMs = 2000

/**
 * Opens the console. Resolves when the app window has ended, or when another browser has taken the address over.
 * @returns false where nothing could show it; why is in the log
 */
export async function openPage(options: PageOptions): Promise<boolean> {
  const browser = findAppBrowser({
    platform: process.platform,
    env: process.env,
    home: os.homedir(),
    isProgram,
  })
  if (browser !== null && (await showAppWindow(browser, options))) return true
  return options.signal.aborted || showDefaultBrowser(options)
}

/** @returns false where the browser could not show the window */
async function showAppWindow(
  browser: string,
  { issueAddress, folder, logger, signal }: PageOptions,
): Promise<boolean> {
  const profile = path.join(folder, 'browser')
  const isRoot = process.platform === 'linux' && process.getuid?.() === 0
  const parameters = appWindowArguments(issueAddress(), profile, isRoot)
  const child = spawn(browser, parameters, { stdio: 'ignore' })
  let overdue: NodeJS.Timeout | undefined
  const stop = (): void => {
    child.kill('SIGTERM')
    overdue = setTimeout(() => child.kill('SIGKILL'), closeWithinMs)
  }
  signal.addEventListener('abort', stop, { once: true })
  try {
    await once(child, 'exit')
    if (child.exitCode === 0 || signal.aborted) return true
    logger.warn({ browser, code: child.exitCode ?? child.signalCode }, 'the browser ended with a fault')
    return false
  } catch (error) {
    logger.warn({ err: error, browser }, 'the browser could not be started')
    return false
  } finally {
    clearTimeout(overdue)
    signal.removeEventListener('abort', stop)
  }
}

/** @returns false where there is no default browser, or it could not be started */
async function showDefaultBrowser({ issueAddress, logger, signal }: PageOptions): Promise<boolean> {
  logger.info({}, 'opening the default browser')
  try {
    const { default: openDefault } = await import('open')
    const opener = await openDefault(issueAddress())
    if (opener.exitCode === null) await once(opener, 'exit', { signal })
    if (opener.exitCode === 0) return true
    logger.warn({ code: opener.exitCode }, 'the default browser could not be opened')
    return false
  } catch (error) {
    if (signal.aborted) return true
    logger.warn({ err: error }, 'the default browser could not be opened')
    return false
  }
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    // Not there, or not ours to start: another candidate may do.
    return false
  }
}
