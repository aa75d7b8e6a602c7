/**
 * The one folder where Penstock keeps what outlives a start: log, query history, window state. Pure but for its
 * arguments; called by the hosts.
 */
import os from 'node:os'
import path from 'node:path'

/** What decides the place; given by tests, taken from the process otherwise. */
export interface StatePlace {
  env: Readonly<Record<string, string | undefined>>
  platform: NodeJS.Platform
  home: string
}

/**
 * PENSTOCK_STATE where it is set; else XDG_STATE_HOME or ~/.local/state (Linux and others), ~/Library/Application Support
 * (macOS), LOCALAPPDATA (Windows), each with a folder of Penstock's own. Absolute; not created here.
 */
export function stateFolder(
  place: StatePlace = { env: process.env, platform: process.platform, home: os.homedir() },
): string {
  const { env, platform, home } = place
  const own = env['PENSTOCK_STATE']
  if (own !== undefined && own !== '') return path.resolve(own)
  if (platform === 'darwin') return path.join(home, 'Library', 'Application Support', 'Penstock')
  if (platform === 'win32')
    return path.join(env['LOCALAPPDATA'] ?? path.join(home, 'AppData', 'Local'), 'Penstock')
  const xdg = env['XDG_STATE_HOME']
  const base = xdg !== undefined && path.isAbsolute(xdg) ? xdg : path.join(home, '.local', 'state')
  return path.join(base, 'penstock')
}
