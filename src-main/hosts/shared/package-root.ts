/** Finds the files that come with Penstock, in a checkout and in a build alike. Main thread; called by the hosts. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

/** Absolute folder that holds package.json, resources and out. `here`: URL of a file in src-main/hosts/x or out/main. */
export function packageRoot(here: string = import.meta.url): string {
  const folder = path.dirname(fileURLToPath(here))
  return path.resolve(folder, here.endsWith('.ts') ? '../../..' : '../..')
}

/** Folder of the built console. */
export function rendererFolder(): string {
  return path.join(packageRoot(), 'out', 'renderer')
}

/** Folder of the demo workspace. */
export function demoFolder(): string {
  return path.join(packageRoot(), 'resources', 'demo')
}

/** Version of Penstock, from package.json. Reads the file; blocks for as long. */
export function packageVersion(): string {
  const text = readFileSync(path.join(packageRoot(), 'package.json'), 'utf8')
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version
}
