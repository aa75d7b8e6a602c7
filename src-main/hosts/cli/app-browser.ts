/**
 * Finds an installed browser that can show an address as a window of its own (`--app=`), and its arguments. Pure but for
 * the file system asked; called by open-page.ts.
 */
import path from 'node:path'

/** What decides where browsers lie. */
export interface BrowserPlace {
  platform: NodeJS.Platform
  env: Readonly<Record<string, string | undefined>>
  home: string
  /** Whether a file is there and may be started. */
  isProgram(file: string): boolean
}

const linuxNames = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
  'microsoft-edge-stable',
]
const macNames = ['Chromium', 'Google Chrome', 'Microsoft Edge']
const windowsFiles = [
  ['Chromium', 'Application', 'chrome.exe'],
  ['Google', 'Chrome', 'Application', 'chrome.exe'],
  ['Microsoft', 'Edge', 'Application', 'msedge.exe'],
]

/** Absolute path of the first of Chromium, Chrome and Edge that is installed; null where none is. */
export function findAppBrowser(place: BrowserPlace): string | null {
  return candidates(place).find((file) => place.isProgram(file)) ?? null
}

/**
 * Arguments that open the address as a window. The profile is Penstock's own, so that the window is a process of its own
 * and ends with Penstock, whatever browser is running already; it fetches and sends nothing by itself, and asks for no
 * keyring. Chromium's sandbox cannot be had by the superuser of Linux, so there it is left out: the window shows the
 * console alone.
 */
export function appWindowArguments(address: string, profileFolder: string, isRoot: boolean): string[] {
  return [
    `--app=${address}`,
    `--user-data-dir=${profileFolder}`,
    '--no-first-run',
    '--no-default-browser-check',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--password-store=basic',
    '--window-size=1440,900',
    ...(isRoot ? ['--no-sandbox'] : []),
  ]
}

function candidates({ platform, env, home }: BrowserPlace): string[] {
  if (platform === 'darwin') {
    return ['/Applications', path.posix.join(home, 'Applications')].flatMap((folder) =>
      macNames.map((name) => path.posix.join(folder, `${name}.app`, 'Contents', 'MacOS', name)),
    )
  }
  if (platform === 'win32') {
    const roots = ['ProgramFiles', 'ProgramFiles(x86)', 'LOCALAPPDATA'].map((name) => env[name])
    return roots
      .filter((root) => root !== undefined && root !== '')
      .flatMap((root) => windowsFiles.map((parts) => path.win32.join(root ?? '', ...parts)))
  }
  const folders = (env['PATH'] ?? '').split(':').filter((folder) => path.posix.isAbsolute(folder))
  return linuxNames.flatMap((name) => folders.map((folder) => path.posix.join(folder, name)))
}
