/** Finds a browser of the Chromium family for the browser tests; on Debian installs one where none is there. */
import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { withProgress } from '../checkout/progress.js'
import { runCaptured } from '../checkout/run-child.js'

const commands = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
  'microsoft-edge-stable',
]

/** @type {Partial<Record<NodeJS.Platform, readonly string[]>>} */
const places = {
  darwin: [
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: [
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
    'C:\\Program Files\\Microsoft\\Edge\\Application\\msedge.exe',
  ],
}

/**
 * @param {{ env: NodeJS.ProcessEnv, platform: NodeJS.Platform }} [system]
 * @returns {string | null} absolute path of the browser; PENSTOCK_CHROMIUM goes before everything
 */
export function findChromium({ env, platform } = process) {
  const given = env['PENSTOCK_CHROMIUM'] ?? ''
  if (given !== '') return given
  const folders = platform === 'win32' ? [] : (env['PATH'] ?? '').split(path.delimiter)
  const inPath = commands.flatMap((command) => folders.map((folder) => path.join(folder, command)))
  return [...inPath, ...(places[platform] ?? [])].find(isExecutable) ?? null
}

/**
 * @returns {Promise<{ file: string | null, reason: string }>} reason: why there is none
 */
export async function obtainChromium() {
  const found = findChromium()
  if (found !== null) return { file: found, reason: '' }
  const advice = 'install Chromium, Chrome or Edge, or set PENSTOCK_CHROMIUM to the path of one'
  if (!isDebian() || process.getuid?.() !== 0)
    return { file: null, reason: `no Chromium was found; ${advice}` }
  const problem = await withProgress("Installing Debian's chromium", installFromDebian)
  return {
    file: findChromium(),
    reason: problem === '' ? '' : `apt-get could not install it (${problem}); ${advice}`,
  }
}

async function installFromDebian() {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const update = await runCaptured('apt-get', ['update', '-qq'], { env })
  const install = await runCaptured(
    'apt-get',
    ['install', '-y', '-qq', '--no-install-recommends', 'chromium'],
    { env },
  )
  if (install.code === 0) return ''
  const said = (update.code === 0 ? install : update).output.trim().split('\n').at(-1)
  return said ?? `code ${String(install.code)}`
}

function isDebian() {
  const release = '/etc/os-release'
  return existsSync(release) && /^ID=debian$/m.test(readFileSync(release, 'utf8'))
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
