/** Finds programs in PATH. */
import { accessSync, constants } from 'node:fs'
import path from 'node:path'

/**
 * @param {readonly string[]} names the first that is there counts
 * @param {{ env: NodeJS.ProcessEnv, platform: NodeJS.Platform }} [system]
 * @returns {string | null} absolute path
 */
export function findCommand(names, { env, platform } = process) {
  const folders = (env['PATH'] ?? '').split(path.delimiter)
  const endings = platform === 'win32' ? ['.exe', '.cmd'] : ['']
  const files = names.flatMap((name) =>
    folders.flatMap((folder) => endings.map((end) => path.join(folder, name + end))),
  )
  return files.find(isExecutable) ?? null
}

/** @param {string} file */
export function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
