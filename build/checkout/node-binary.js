/** Finds what runs things in the checkout: Node 24 from the npm package `node`, and the scripts of installed tools. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { projectRoot } from './project-root.js'

/** Absolute path of Node 24's own binary, not of a shell shim, so that signals reach it. It may not be there yet. */
export const nodeBinary = path.join(
  projectRoot,
  'node_modules',
  'node',
  'bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
)

/**
 * For processes with worker threads that run TypeScript sources as they are. Node strips types by WebAssembly in each thread,
 * and threads that start at once now and then free the same wrapper of an imported function (nodejs/node#64500: "Check failed:
 * jit_page.has_value()", or a segmentation fault). Wrappers that are never compiled anew are never freed. What is built holds no
 * types and needs no flags.
 */
export const sourceFlags = ['--wasm-wrapper-tiering-budget=2147483647']

/** The environment with the tools and Node 24 of the checkout first in PATH, and colours only for a terminal. */
export function toolEnvironment() {
  const name = Object.keys(process.env).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH'
  const tools = path.join(projectRoot, 'node_modules', '.bin')
  const colours = process.stdout.isTTY
    ? { FORCE_COLOR: '1', NO_COLOR: undefined }
    : { FORCE_COLOR: undefined, NO_COLOR: '1' }
  return { ...process.env, ...colours, [name]: tools + path.delimiter + (process.env[name] ?? '') }
}

/**
 * @param {string} packageName
 * @param {string} [tool] name of the command where the package has several
 * @returns {string} absolute path of the script behind a tool's command
 */
export function toolScript(packageName, tool = packageName) {
  const folder = path.join(projectRoot, 'node_modules', packageName)
  /** @type {{ bin: string | Record<string, string> }} */
  const { bin } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
  const script = typeof bin === 'string' ? bin : bin[tool]
  if (script === undefined) throw new Error(`${packageName} has no command ${tool}`)
  return path.join(folder, script)
}
