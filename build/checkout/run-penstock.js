/** Runs the built command line on Node 24, after installing and building where needed. */
import { existsSync, realpathSync } from 'node:fs'
import path from 'node:path'
import { ensureBuilt, builtCommand } from './build-console.js'
import { ensureInstalled } from './install.js'
import { nodeBinary } from './node-binary.js'
import { projectRoot } from './project-root.js'
import { runAttached } from './run-child.js'

/** Installs and builds where needed. Throws CheckoutError. */
export async function prepareCheckout() {
  await ensureInstalled()
  await ensureBuilt()
}

/**
 * npm runs scripts in the folder of package.json; paths in the arguments are meant from where the user stands. Below the
 * script of another package that runs `penstock`, npm's word is about that package.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string} absolute path of the folder that relative paths begin at
 */
export function callerFolder(env = process.env) {
  const script = env['npm_package_json'] ?? ''
  const isOurs = existsSync(script) && realpathSync(script) === path.join(projectRoot, 'package.json')
  return (isOurs ? env['INIT_CWD'] : undefined) ?? process.cwd()
}

/**
 * @param {readonly string[]} args of the command line
 * @returns {Promise<number>} its exit code
 */
export async function runPenstock(args) {
  const { code } = await runAttached(nodeBinary, [builtCommand, ...args], { cwd: callerFolder() })
  return code
}
