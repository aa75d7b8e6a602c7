/** Small and read-only disks for tests, where this process may mount. */
import { spawnSync } from 'node:child_process'

function command(name: string, ...rest: string[]): string {
  const { status, stderr, error } = spawnSync(name, rest, { encoding: 'utf8' })
  return status === 0 ? '' : (error?.message ?? stderr)
}

/** A mounted folder in memory. */
export interface SmallDisk {
  makeReadOnly(): void
  unmount(): void
}

/** Mounts a file system of its own; null, with a loud line, where that is not allowed. */
export function mountSmallDisk(folder: string, mebibytes: number): SmallDisk | null {
  const problem = command('mount', '-t', 'tmpfs', '-o', `size=${String(mebibytes)}m`, 'tmpfs', folder)
  if (problem !== '') {
    process.stdout.write(`SKIPPED: this test needs the right to mount a tmpfs (${problem.trim()})\n`)
    return null
  }
  return {
    makeReadOnly: () => command('mount', '-o', 'remount,ro', folder),
    unmount: () => command('umount', folder),
  }
}
