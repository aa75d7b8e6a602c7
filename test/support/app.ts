/**
 * Starts the built app (`out/main/cli.js serve`) on a workspace of its own and stops it again. For the browser tests and
 * the process tests; everything it writes lies in a temporary folder that goes with it.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { listDescendants, survivors } from './processes.ts'

/** Folder of the checkout. */
export const projectRoot = path.resolve(import.meta.dirname, '..', '..')

/** Options of {@link startApp}. */
export interface AppOptions {
  /** Folder whose files are copied as the workspace; the demo by default. Null starts in an empty folder, with nothing open. */
  workspace?: string | null
  /** Replaces penstock.yaml of the copy. */
  yaml?: string
  /** Port to listen on; any free one by default. */
  port?: number
  /** Folders of an earlier app, to start it again where it was. */
  folders?: AppFolders
}

/** Where an app keeps its things. */
export interface AppFolders {
  workspace: string
  state: string
}

/** A running app. */
export interface RunningApp {
  /** Address with its token, as printed. */
  readonly url: string
  readonly origin: string
  readonly port: number
  readonly pid: number
  readonly folders: AppFolders
  /** Everything it has printed so far, both streams. */
  output(): string
  /** Whether it still runs. */
  isRunning(): boolean
  /**
   * Ends it with the signal (SIGTERM by default) and waits for its end.
   * @returns its exit code; 128 and more where the signal ended it
   * @throws Error naming the processes where one that it started is left
   */
  stop(signal?: NodeJS.Signals): Promise<number>
  /** Kills it as a crash would, with everything it started. */
  kill(): Promise<void>
}

const startLimitMs = 30_000
const addressLine = /Penstock is at (http:\/\/\S+)/u

/** Starts the built app and resolves once it has printed its address. The caller stops it and removes its folders. */
export async function startApp(options: AppOptions = {}): Promise<RunningApp> {
  const folders = options.folders ?? makeFolders(options)
  const command = path.join(projectRoot, 'out', 'main', 'cli.js')
  const named = options.workspace === null ? [] : [folders.workspace]
  const args = [command, 'serve', ...named, '--no-open', '--port', String(options.port ?? 0)]
  const child = spawn(process.execPath, args, {
    cwd: folders.workspace,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PENSTOCK_STATE: folders.state },
  })
  const chunks: string[] = []
  const output = (): string => chunks.join('')
  const ended = new Promise<number>((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? 128 + signalNumber(signal)))
  })
  const url = await readAddress(child, chunks, ended)
  const { origin, port } = new URL(url)
  return {
    url,
    origin,
    port: Number(port),
    pid: child.pid ?? 0,
    folders,
    output,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    async stop(signal = 'SIGTERM') {
      const started = await listDescendants(child.pid ?? 0)
      child.kill(signal)
      const code = await ended
      const left = await survivors(started)
      if (left.length > 0) throw new Error(`left behind by the app: ${left.join('; ')}\n${output()}`)
      return code
    },
    async kill() {
      const started = await listDescendants(child.pid ?? 0)
      child.kill('SIGKILL')
      await ended
      for (const { pid } of started) killWhereAlive(pid)
    },
  }
}

/** Removes the folders of an app that has stopped. */
export function removeFolders(folders: AppFolders): void {
  rmSync(path.dirname(folders.workspace), { recursive: true, force: true })
}

function makeFolders({ workspace, yaml }: AppOptions): AppFolders {
  const base = mkdtempSync(path.join(tmpdir(), 'penstock-test-'))
  const folders = { workspace: path.join(base, 'workspace'), state: path.join(base, 'state') }
  mkdirSync(folders.workspace)
  if (workspace !== null)
    cpSync(workspace ?? path.join(projectRoot, 'resources', 'demo'), folders.workspace, { recursive: true })
  if (yaml !== undefined) writeFileSync(path.join(folders.workspace, 'penstock.yaml'), yaml)
  return folders
}

function readAddress(child: ChildProcess, chunks: string[], ended: Promise<number>): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`no address within ${startLimitMs} ms:\n${chunks.join('')}`))
    }, startLimitMs)
    const look = (chunk: Buffer): void => {
      chunks.push(chunk.toString())
      const address = addressLine.exec(chunks.join(''))?.[1]
      if (address === undefined) return
      clearTimeout(timer)
      resolve(address)
    }
    child.stdout?.on('data', look)
    child.stderr?.on('data', look)
    child.once('error', reject)
    void ended.then((code) => {
      clearTimeout(timer)
      reject(new Error(`the app ended with code ${code} before it had an address:\n${chunks.join('')}`))
    })
  })
}

function signalNumber(signal: NodeJS.Signals | null): number {
  const numbers: Partial<Record<NodeJS.Signals, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }
  return signal === null ? 0 : (numbers[signal] ?? 0)
}

function killWhereAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended with its parent, as it should.
  }
}
