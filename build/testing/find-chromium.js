/** Finds a browser of the Chromium family for the browser tests; on Debian installs one where none is there. */
import { installFromDebian } from './debian.js'
import { findCommand, isExecutable } from './find-command.js'

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
  const inPath = platform === 'win32' ? null : findCommand(commands, { env, platform })
  return inPath ?? (places[platform] ?? []).find(isExecutable) ?? null
}

/**
 * @returns {Promise<{ file: string | null, reason: string }>} reason: why there is none
 */
export async function obtainChromium() {
  const found = findChromium()
  if (found !== null) return { file: found, reason: '' }
  const advice = 'install Chromium, Chrome or Edge, or set PENSTOCK_CHROMIUM to the path of one'
  const problem = await installFromDebian(['chromium'])
  if (problem === null) return { file: null, reason: `no Chromium was found; ${advice}` }
  return {
    file: findChromium(),
    reason: problem === '' ? '' : `apt-get could not install it (${problem}); ${advice}`,
  }
}
