/**
 * Fetches Electron's binary, which its package does not hold, at most once a day. Where that fails Penstock runs in a
 * browser instead, so this never fails: it says in one line why not.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { nodeBinary } from './checkout/node-binary.js'
import { seconds } from './checkout/progress.js'
import { projectRoot } from './checkout/project-root.js'
import { runCaptured } from './checkout/run-child.js'

const modules = path.join(projectRoot, 'node_modules')
const recordFile = path.join(modules, '.penstock-electron')
const retryAfterMs = 24 * 3600 * 1000
const probeLimitMs = 8_000
/** For the installer where the host of the binary seems out of reach. */
const answerLimitMs = 10_000
/** Long enough for the 120 MB of the binary on a slow line. */
const downloadLimitMs = 600_000

/** Tries to fetch the binary unless it is there, could not be used, is not wanted, or an attempt failed lately. */
export async function fetchElectron() {
  const version = electronVersion()
  if (!isWanted(process) || isElectronThere() || failedLately(version)) return
  const startedAt = Date.now()
  process.stderr.write(`Fetching Electron ${version} ... `)
  const problem = await download()
  if (problem === '') {
    process.stderr.write(`done in ${seconds(Date.now() - startedAt)}\n`)
    return
  }
  process.stderr.write(`not possible: ${problem}; the next attempt is made in a day\n`)
  writeFileSync(recordFile, JSON.stringify({ version, failedAt: Date.now(), problem }))
}

/**
 * Electron shows no window without a display, and none for root on Linux. PENSTOCK_NO_ELECTRON=1 says not to fetch it.
 * @param {Pick<NodeJS.Process, 'env' | 'platform' | 'getuid'>} system
 */
export function isWanted({ env, platform, getuid }) {
  if (env['PENSTOCK_NO_ELECTRON'] === '1') return false
  if (platform !== 'linux') return true
  return getuid?.() !== 0 && Boolean(env['DISPLAY'] ?? env['WAYLAND_DISPLAY'])
}

/** Whether Electron's binary is there, as its own installer records it. */
export function isElectronThere() {
  const record = path.join(modules, 'electron', 'path.txt')
  return (
    existsSync(record) && existsSync(path.join(modules, 'electron', 'dist', readFileSync(record, 'utf8')))
  )
}

/** @returns {string} */
function electronVersion() {
  return JSON.parse(readFileSync(path.join(modules, 'electron', 'package.json'), 'utf8')).version
}

/** @param {string} version */
function failedLately(version) {
  if (!existsSync(recordFile)) return false
  /** @type {{ version?: string, failedAt?: number }} */
  const record = JSON.parse(readFileSync(recordFile, 'utf8'))
  return record.version === version && Date.now() - (record.failedAt ?? 0) < retryAfterMs
}

/** @returns {Promise<string>} why it failed, empty where it did not */
async function download() {
  const unreachable = await probeDownloadHost()
  // The installer runs all the same: it may know a cache or a proxy.
  const limitMs = unreachable === '' ? downloadLimitMs : answerLimitMs
  const script = path.join(modules, 'electron', 'install.js')
  const end = await runCaptured(nodeBinary, [script], { cwd: projectRoot, limitMs })
  if (isElectronThere()) return ''
  if (unreachable !== '') return unreachable
  if (end.timedOut) return `not complete within ${seconds(limitMs)}`
  const said = end.output.split('\n').find((line) => line.trim() !== '')
  return said ?? `its installer ended with code ${String(end.code)}`
}

/** @returns {Promise<string>} why the host of the binary cannot be reached, empty where it can */
async function probeDownloadHost() {
  const { host, href } = new URL(
    process.env['ELECTRON_MIRROR'] ?? 'https://github.com/electron/electron/releases/',
  )
  try {
    await fetch(href, { method: 'HEAD', signal: AbortSignal.timeout(probeLimitMs) })
    return ''
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    return `${host} cannot be reached${/^[A-Z_]+$/.test(code) ? ` (${code})` : ''}`
  }
}
