/**
 * Shows an address to the person: as an app window of an installed browser, else in the default browser. Main thread;
 * called by the command serve; starts a process, and stops it when told to.
 */
import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Logger } from '../../engine/engine-api.ts'
import { appWindowArguments, findAppBrowser } from './app-browser.ts'

/** Options of {@link openPage}. */
export interface PageOptions {
  address: string
  /** Folder for the profile of the app window. */
  folder: string
  logger: Logger
  /** When it aborts, the app window is closed. */
  signal: AbortSignal
}

/** Opens the address. Resolves when the window is closed or handed over; a window that cannot be shown is only logged. */
export async function openPage(options: PageOptions): Promise<void> {
  const { address, folder, logger, signal } = options
  const browser = findAppBrowser({
    platform: process.platform,
    env: process.env,
    home: os.homedir(),
    isProgram,
  })
  if (browser !== null && (await showAppWindow(browser, options))) return
  if (signal.aborted) return
  logger.info({ folder }, 'opening the default browser')
  const { default: openDefault } = await import('open')
  const opener = await openDefault(address)
  opener.on('error', (error) => {
    logger.warn({ err: error }, 'the default browser could not be opened')
  })
}

/** @returns false where the browser could not show the window */
async function showAppWindow(
  browser: string,
  { address, folder, logger, signal }: PageOptions,
): Promise<boolean> {
  const profile = path.join(folder, 'browser')
  const child = spawn(browser, appWindowArguments(address, profile), { stdio: 'ignore' })
  const stop = (): void => {
    child.kill('SIGTERM')
  }
  signal.addEventListener('abort', stop, { once: true })
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('exit', resolve)
    })
    return code === 0 || signal.aborted
  } catch (error) {
    logger.warn({ err: error, browser }, 'the browser could not be started')
    return false
  } finally {
    signal.removeEventListener('abort', stop)
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
