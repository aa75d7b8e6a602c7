/** Builds out/ when its sources have changed. Sources are compared by content, so that neither clocks nor git mislead it. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { withLock } from './lock.js'
import { nodeBinary, toolEnvironment, toolScript } from './node-binary.js'
import { CheckoutError, withProgress } from './progress.js'
import { projectRoot } from './project-root.js'
import { runCaptured } from './run-child.js'

const output = path.join(projectRoot, 'out')
const stampFile = path.join(output, '.stamp')
const sources = ['src-main', 'src-renderer']
const settings = ['electron.vite.config.ts', 'build/tsconfig.base.json', 'package.json', 'package-lock.json']
const products = ['main/cli.js', 'main/electron.js', 'preload/preload.cjs', 'renderer/index.html']

/** Absolute path of the built command line. */
export const builtCommand = path.join(output, 'main', 'cli.js')

/** Leaves out/ as built from the sources at hand. Fast where it already is. Throws CheckoutError. */
export async function ensureBuilt() {
  if (isBuilt()) return
  await withLock(projectRoot, async () => {
    if (isBuilt()) return
    await withProgress('Building Penstock', build)
  })
}

function isBuilt() {
  if (!existsSync(stampFile) || !products.every((file) => existsSync(path.join(output, file)))) return false
  return readFileSync(stampFile, 'utf8') === hashSources()
}

/** The stamp goes first and comes back last: a build that was interrupted is no build. */
async function build() {
  rmSync(stampFile, { force: true })
  const hash = hashSources()
  const script = toolScript('electron-vite')
  const env = { ...toolEnvironment(), NODE_ENV: 'production' }
  const end = await runCaptured(nodeBinary, [script, 'build', '--logLevel', 'warn'], {
    cwd: projectRoot,
    env,
  })
  if (end.code !== 0) {
    const said = stripVTControlCharacters(end.output).trim()
    throw new CheckoutError(`${said}\n\nPenstock could not be built.`)
  }
  mkdirSync(output, { recursive: true })
  writeFileSync(stampFile, hash)
}

function hashSources() {
  const hash = createHash('sha256')
  for (const file of [...sources.flatMap(listFiles), ...settings]) {
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(path.join(projectRoot, file)))
      .update('\0')
  }
  return hash.digest('hex')
}

/**
 * @param {string} folder relative to the project
 * @returns {string[]} every file in it, in a fixed order
 */
function listFiles(folder) {
  return readdirSync(path.join(projectRoot, folder), { withFileTypes: true })
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap((entry) => {
      const file = `${folder}/${entry.name}`
      return entry.isDirectory() ? listFiles(file) : [file]
    })
}
