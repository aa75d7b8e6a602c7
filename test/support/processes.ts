/** Which processes a process has started, and which of them are still there; for tests that nothing is left behind. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** One process, as `ps` shows it. */
export interface ProcessEntry {
  pid: number
  parent: number
  command: string
}

/** Every process below the given one, children of children too. POSIX only. */
export async function listDescendants(root: number): Promise<ProcessEntry[]> {
  const all = await listProcesses()
  const found: ProcessEntry[] = []
  let parents = new Set([root])
  while (parents.size > 0) {
    const children = all.filter((entry) => parents.has(entry.parent))
    found.push(...children)
    parents = new Set(children.map((entry) => entry.pid))
  }
  return found.filter((entry) => !entry.command.startsWith('ps '))
}

/**
 * Those of the given processes that are still there, as text. A process may take a moment to end after its parent, so
 * this looks again for up to two seconds.
 */
export async function survivors(started: readonly ProcessEntry[]): Promise<string[]> {
  const deadline = Date.now() + 2000
  for (;;) {
    const all = await listProcesses()
    const left = started.filter((one) =>
      all.some((now) => now.pid === one.pid && now.command === one.command),
    )
    if (left.length === 0 || Date.now() > deadline) return left.map((one) => `${one.pid} ${one.command}`)
  }
}

async function listProcesses(): Promise<ProcessEntry[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,stat=,args='], { maxBuffer: 16 * 1024 * 1024 })
  return stdout.split('\n').flatMap((line) => {
    const [, pid, parent, state, command] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/u.exec(line) ?? []
    if (command === undefined || state?.startsWith('Z') === true) return []
    return [{ pid: Number(pid), parent: Number(parent), command }]
  })
}
