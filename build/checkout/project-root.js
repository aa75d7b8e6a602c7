/** Where the checkout is. Plain JavaScript that runs on Node 20 before anything is installed, as all of build/checkout. */
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** Absolute path of the folder that holds package.json. */
export const projectRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..')
