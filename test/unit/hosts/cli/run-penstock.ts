/** Runs the command line from its sources as a process of its own, for tests of whole commands. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { sourceFlags } from '../../../../build/checkout/node-binary.js'
import { listDescendants, survivors } from '../../../support/processes.ts'

const root = path.resolve(import.meta.dirname, '../../../..')
const mainFile = path.join(root, 'src-main', 'hosts', 'cli', 'main.ts')
const serveFile = fileURLToPath(new URL('./serve-process.ts', import.meta.url))

/** A folder with a workspace and a state folder of its own. */
export interface TestPlace {
  base: string
  workspace: string
  state: string
  remove(): void
}

/** Writes penstock.yaml and other files of a workspace. */
export function makePlace(yaml: string, files: Record<string, string | Uint8Array> = {}): TestPlace {
  const base = mkdtempSync(path.join(os.tmpdir(), 'penstock-cli-'))
  const workspace = path.join(base, 'workspace')
  mkdirSync(workspace)
  for (const [name, text] of Object.entries({ ...files, 'penstock.yaml': yaml })) {
    writeFileSync(path.join(workspace, name), text)
  }
  return {
    base,
    workspace,
    state: path.join(base, 'state'),
    remove() {
      rmSync(base, { recursive: true, force: true })
    },
  }
}

/** How a command ended. */
export interface CommandEnd {
  code: number
  stdout: string
  stderr: string
}

/** A command that runs. */
export interface RunningCommand {
  child: ChildProcess
  stdout(): string
  stderr(): string
  /** Resolves with the match as soon as either stream holds it; rejects when the command ends first. */
  until(pattern: RegExp): Promise<RegExpExecArray>
  /** Resolves when the command has ended and its streams are closed. */
  ended: Promise<CommandEnd>
  /** Sends the signal and waits for the end. @throws Error where a process that it started is left */
  stop(signal: NodeJS.Signals): Promise<CommandEnd>
}

/** Starts a command; `serve` with a small console in place of the built one. */
export function startPenstock(
  place: Pick<TestPlace, 'state'>,
  parameters: readonly string[],
  env: Record<string, string> = {},
): RunningCommand {
  const file = parameters[0] === 'serve' ? serveFile : mainFile
  const child = spawn(process.execPath, [...sourceFlags, file, ...parameters], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, DISPLAY: '', WAYLAND_DISPLAY: '', PENSTOCK_STATE: place.state, ...env },
  })
  const text = { stdout: '', stderr: '' }
  const ended = new Promise<CommandEnd>((resolve) => {
    child.once('close', (code) => {
      resolve({ code: code ?? -1, ...text })
    })
  })
  child.stdout.on('data', (chunk: Buffer) => (text.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (text.stderr += chunk.toString()))
  return {
    child,
    stdout: () => text.stdout,
    stderr: () => text.stderr,
    ended,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = pattern.exec(text.stdout) ?? pattern.exec(text.stderr)
          if (found !== null) resolve(found)
        }
        child.stdout.on('data', look)
        child.stderr.on('data', look)
        look()
        void ended.then((end) => {
          reject(new Error(`ended without ${String(pattern)}: ${JSON.stringify(end)}`))
        })
      }),
    async stop(signal) {
      const started = await listDescendants(child.pid ?? 0)
      child.kill(signal)
      const end = await ended
      const left = await survivors(started)
      if (left.length > 0) throw new Error(`left behind: ${left.join('; ')}`)
      return end
    },
  }
}

/** Runs a command to its end. */
export function runPenstock(
  place: Pick<TestPlace, 'state'>,
  parameters: readonly string[],
  env: Record<string, string> = {},
): Promise<CommandEnd> {
  return startPenstock(place, parameters, env).ended
}
