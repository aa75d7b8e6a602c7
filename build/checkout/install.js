/** Installs exactly the locked packages when they are missing or stale. Runs on the host's Node; asks nothing. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { isSameInstall } from './compare-lockfiles.js'
import { withLock } from './lock.js'
import { nodeBinary } from './node-binary.js'
import { CheckoutError, withProgress } from './progress.js'
import { projectRoot } from './project-root.js'
import { runCaptured } from './run-child.js'

const modules = path.join(projectRoot, 'node_modules')
const lockfile = path.join(projectRoot, 'package-lock.json')
const stampFile = path.join(modules, '.penstock-lock')

/** Leaves node_modules as package-lock.json says. Fast where it already is. Throws CheckoutError. */
export async function ensureInstalled() {
  if (isInstalled()) return
  await withLock(projectRoot, async () => {
    if (isInstalled()) return
    if (!existsSync(nodeBinary) || !hasLockedPackages()) await withProgress('Installing packages', install)
    writeFileSync(stampFile, expectedStamp())
  })
}

function isInstalled() {
  return (
    existsSync(nodeBinary) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === expectedStamp()
  )
}

/** What was installed: these packages, for this system. */
function expectedStamp() {
  const hash = createHash('sha256').update(readFileSync(lockfile)).digest('hex')
  return `${hash} ${process.platform}-${process.arch}\n`
}

/** Whether the packages are there already, by npm's own record: somebody may have run `npm ci` by hand. */
function hasLockedPackages() {
  const record = path.join(modules, '.package-lock.json')
  return existsSync(record) && isSameInstall(readJson(lockfile), readJson(record))
}

/**
 * No install script runs but that of the package `node`, which fetches Node's binary. npm would otherwise compile
 * better-sqlite3, which brings its binaries along, and ask for a compiler on every machine.
 */
async function install() {
  rmSync(stampFile, { force: true })
  const quiet = ['--loglevel=error', '--no-audit', '--no-fund', '--no-progress', '--no-update-notifier']
  if (!hasLockedPackages()) {
    await runNpm(['ci', '--ignore-scripts', '--include=dev', '--include=optional', ...quiet])
  }
  await runNpm(['rebuild', 'node', '--ignore-scripts=false', ...quiet])
  if (!existsSync(nodeBinary)) throw new CheckoutError(`npm installed no Node: ${nodeBinary} is missing.`)
}

/** @param {readonly string[]} args */
async function runNpm(args) {
  const [file, first] = npmCommand()
  const env = { ...process.env, NODE_ENV: 'development' }
  const { code, output } = await runCaptured(file, [...first, ...args], { cwd: projectRoot, env })
  if (code === 0) return
  throw new CheckoutError(
    `${output.trim()}\n\nThe packages could not be installed: npm ${args[0] ?? ''} ended with code ${String(code)}. ` +
      'It needs the npm registry (or a cache of it) once; run the same command again when it can be reached.',
  )
}

/** npm on the Node that belongs to it: the one in node_modules is about to be replaced. */
function npmCommand() {
  const script = process.env['npm_execpath']
  if (script?.endsWith('npm-cli.js') === true) {
    return /** @type {const} */ ([process.env['npm_node_execpath'] ?? process.execPath, [script]])
  }
  const beside = path.resolve(
    path.dirname(process.execPath),
    '..',
    'lib',
    'node_modules',
    'npm',
    'bin',
    'npm-cli.js',
  )
  if (existsSync(beside)) return /** @type {const} */ ([process.execPath, [beside]])
  if (process.platform === 'win32') return /** @type {const} */ (['cmd.exe', ['/c', 'npm.cmd']])
  return /** @type {const} */ (['npm', []])
}

/** @param {string} file */
function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'))
}
