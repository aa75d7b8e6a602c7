/** Runs the built command line on Node 24, after installing and building where needed. */
import { ensureBuilt, builtCommand } from './build-console.js'
import { ensureInstalled } from './install.js'
import { nodeBinary } from './node-binary.js'
import { runAttached } from './run-child.js'

/** Installs and builds where needed. Throws CheckoutError. */
export async function prepareCheckout() {
  await ensureInstalled()
  await ensureBuilt()
}

/**
 * @param {readonly string[]} args of the command line
 * @returns {Promise<number>} its exit code
 */
export async function runPenstock(args) {
  // npm runs scripts in the folder of package.json; paths in the arguments are meant from where the user stands.
  const { code } = await runAttached(nodeBinary, [builtCommand, ...args], { cwd: process.env['INIT_CWD'] })
  return code
}
