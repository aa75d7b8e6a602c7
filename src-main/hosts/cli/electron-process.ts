/**
 * Starts Electron with the console's window and lives as long as it does. Main thread; called by the command open. The
 * child leads a process group of its own, so that a Ctrl C reaches it once, through us.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { launchArguments, windowReadyLine } from '../electron/launch-options.ts'
import { signalExitCodes } from '../shared/shutdown.ts'

/** Options of {@link runElectron}. */
export interface ElectronOptions {
  /** Electron's program. */
  file: string
  /** Folder of the application. */
  root: string
  /** Absolute path; null lets the console ask for one. */
  workspace: string | null
}

/** How it ended: with an exit code after its window was ready, or with a reason before that. */
export type ElectronEnd = { kind: 'ended'; code: number } | { kind: 'failed'; reason: string }

/** Resolves when Electron has ended. Signals to this process are passed on to it. */
export async function runElectron({ file, root, workspace }: ElectronOptions): Promise<ElectronEnd> {
  const child = spawn(file, [root, ...launchArguments(workspace)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: process.platform !== 'win32',
  })
  const progress = { isReady: false }
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line === windowReadyLine) progress.isReady = true
  })
  const passing = passSignalsOn(child)
  try {
    const { code, signal } = await ended(child)
    const passed = passing.last()
    if (passed !== null) return { kind: 'ended', code: signalExitCodes[passed] }
    if (progress.isReady) return { kind: 'ended', code: code ?? 1 }
    return {
      kind: 'failed',
      reason: `Electron ended at its start (${signal ?? `exit code ${String(code)}`})`,
    }
  } catch (error) {
    return { kind: 'failed', reason: error instanceof Error ? error.message : String(error) }
  } finally {
    passing.stop()
  }
}

function ended(child: ChildProcess): Promise<{ code: number | null; signal: string | null }> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      resolve({ code, signal })
    })
  })
}

type PassedSignal = keyof typeof signalExitCodes

function passSignalsOn(child: ChildProcess): { last(): PassedSignal | null; stop(): void } {
  let last: PassedSignal | null = null
  const listeners = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((name) => {
    const listener = (): void => {
      last = name
      child.kill(name)
    }
    process.on(name, listener)
    return { name, listener }
  })
  return {
    last: () => last,
    stop() {
      for (const { name, listener } of listeners) process.off(name, listener)
    },
  }
}
