/** Whether Electron can show a window here, and with which program. Reads the file system; called by the command open. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { hasDisplay } from './display.ts'

/** What decides; given by tests, taken from the process otherwise. */
export interface ElectronPlace {
  /** Folder that holds node_modules. */
  root: string
  platform: NodeJS.Platform
  env: Readonly<Record<string, string | undefined>>
  /** True for the superuser. */
  isRoot: boolean
}

/** Path of Electron's program, or one line that says why there will be no window. */
export function findElectron(place: ElectronPlace): { file: string } | { reason: string } {
  const { root, platform, env, isRoot } = place
  if (env['PENSTOCK_NO_ELECTRON'] === '1') return { reason: 'PENSTOCK_NO_ELECTRON is set' }
  if (!hasDisplay(env, platform)) return { reason: 'there is no display' }
  if (platform === 'linux' && isRoot) return { reason: 'Electron does not run as root' }
  const electron = path.join(root, 'node_modules', 'electron')
  const name = path.join(electron, 'path.txt')
  if (!existsSync(name)) return { reason: "Electron's binary is not installed" }
  const dist = env['ELECTRON_OVERRIDE_DIST_PATH'] ?? path.join(electron, 'dist')
  const file = path.join(dist, readFileSync(name, 'utf8').trim())
  return existsSync(file) ? { file } : { reason: "Electron's binary is not installed" }
}
