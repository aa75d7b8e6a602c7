/** An engine in a process of its own (test/support/run-engine.ts), to be killed at any instant. */
import { execFile, spawn } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { sourceFlags } from '../../../build/checkout/node-binary.js'
import type { Workspace } from '../../../src-main/workspace/model.ts'

const run = promisify(execFile)
const script = path.resolve(import.meta.dirname, '..', '..', 'support', 'run-engine.ts')

export interface EngineProcess {
  /** Resolves when it has told of so many committed records; at once with 0. @throws where it ends before */
  until: (records: number) => Promise<void>
  /** Memory that it has in use, bytes; POSIX only. */
  residentBytes: () => Promise<number>
  /** Ends it with SIGKILL. */
  kill: () => Promise<void>
}

export function startEngineProcess(workspace: Workspace): EngineProcess {
  const child = spawn(process.execPath, [...sourceFlags, script, JSON.stringify(workspace)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let records = 0
  let said = ''
  const waiting = new Set<() => void>()
  const wake = (): void => {
    for (const one of waiting) one()
    waiting.clear()
  }
  child.stdout.on('data', (data: Buffer) => {
    records = Number(data.toString().trim().split('\n').at(-1))
    wake()
  })
  child.stderr.on('data', (data: Buffer) => {
    said += data.toString()
  })
  let hasEnded = false
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => {
      hasEnded = true
      wake()
      resolve()
    })
  })
  return {
    until: async (wanted) => {
      while (records < wanted) {
        if (hasEnded) throw new Error(`the engine has ended: ${said}`)
        await new Promise<void>((resolve) => waiting.add(resolve))
      }
    },
    residentBytes: async () => {
      const { stdout } = await run('ps', ['-o', 'rss=', '-p', String(child.pid)])
      return Number(stdout) * 1024
    },
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}
